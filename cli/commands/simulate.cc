#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>

#include "base/suggest.h"
#include "boot/outcome.h"
#include "commands/commands.h"
#include "messages.h"
#include "output.h"
#include "plugin/adapt/report.h"
#include "report/diagram/dot.h"
#include "report/form/names.h"
#include "report/json/result.h"
#include "report/text/memblock_debug.h"
#include "report/text/qemu_mem.h"
#include "report/text/text.h"
#include "request.h"
#include "text_output.h"

namespace memmap::cli {
namespace {

constexpr std::array<std::string_view, 5> kFormats{"text", "json", "dot", "memblock-debug",
                                                   "qemu-mem"};

// A report plugin, where --format names one; null: one of kFormats.
Result<std::unique_ptr<plugin::ReportPlugin>> load_report(session::Session& session,
                                                          const std::string& format) {
  const session::NamedPlugins& named = session.named();
  const bool own = std::ranges::find(kFormats, format) != kFormats.end();
  auto spec = own ? Result<plugin::PluginSpec>(plugin::PluginSpec{}) : plugin::parse_spec(format);
  if (!spec) return spec.errors();
  if (!own && !session.host().knows(spec->name)) {
    return Error{fmt::format("--format is one of {} or a report plugin, not `{}`{}",
                             fmt::join(kFormats, ", "), format, did_you_mean(format, kFormats)),
                 {"memmap"}};
  }
  for (const std::string& name : named.only_reports) {
    if (name == spec->name) continue;
    return Error{fmt::format("--plugin {0} has no effect on a report in {1}; --format {0} writes "
                             "with it",
                             name, own ? format : spec->name),
                 {"memmap"}};
  }
  if (own) return {nullptr};
  const auto loaded = session.host().load(spec->name);
  if (!loaded) return loaded.errors();
  for (const plugin::PluginSpec& given : named.reports) {
    if (given.name == spec->name && spec->options.empty()) spec->options = given.options;
  }
  return plugin::ReportPlugin::create(**loaded, spec->options);
}

std::string render(const boot::Outcome& outcome, std::string_view format,
                   const Destination& destination) {
  if (format == "json") return report::to_json(outcome);
  if (format == "dot") return report::to_dot(outcome);
  if (format == "memblock-debug") return report::to_memblock_debug(outcome);
  if (format == "qemu-mem") return report::to_qemu_mem(outcome);
  return report::to_text(outcome, text_style(destination));
}

bool warned(const boot::Outcome& outcome) {
  return std::ranges::any_of(outcome.events, [](const Event& e) {
    return e.severity == Severity::warning || e.severity == Severity::panic;
  });
}

// An answer without a line is still one; a reader may think that something went wrong.
std::string why_empty(const boot::Outcome& outcome, const std::string& format) {
  const auto panic = std::ranges::find(outcome.events, Severity::panic, &Event::severity);
  if (panic != outcome.events.end()) {
    return fmt::format("nothing to print as {}: the kernel panics first: {}", format, panic->text);
  }
  return fmt::format("nothing to print as {}", format);
}

}  // namespace

ExitCode run_simulate(const Arguments& arguments) {
  auto session = open_session(arguments);
  if (!session) return bad_input(session.errors());
  const std::string format = arguments.get("--format").value_or("text");
  const auto report = load_report(*session, format);
  if (!report) return bad_input(report.errors());
  const auto outcome = session->boot();
  if (!outcome) return bad_input(outcome.errors());

  const kernel::Profile& kernel = session->profile();
  const bool bare = format == "memblock-debug" || format == "qemu-mem";
  if (bare && !kernel.verified) {  // the others say it themselves
    note(report::not_verified_note(kernel.name));
  }
  const Destination destination = destination_of(arguments);
  const Result<std::string> bytes =
      *report == nullptr
          ? Result<std::string>(render(*outcome, format, destination))
          : (*report)->render(*outcome, report::to_json(*outcome), *session->machine(), kernel);
  if (!bytes) return bad_input(bytes.errors());
  const Status written = write_output(destination, *bytes);
  if (!written) return bad_input(written.errors());
  if (bytes->empty()) note(why_empty(*outcome, format));
  const bool found = std::ranges::any_of(
      outcome->checks, [](const boot::CheckReport& c) { return !c.findings.empty(); });
  const bool strict = arguments.has("--strict") && warned(*outcome);
  return found || strict ? ExitCode::difference : ExitCode::good;
}

}  // namespace memmap::cli
