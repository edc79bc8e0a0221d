#include <fmt/format.h>

#include <algorithm>
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
#include "report/text/ptdump.h"
#include "report/text/qemu_mem.h"
#include "report/text/text.h"
#include "request.h"
#include "text_output.h"

namespace memmap::cli {
namespace {

// What a format of the program's own takes.
struct Asking {
  const boot::Outcome& outcome;
  const kernel::Profile& kernel;
  report::TextStyle style;

  // Of the moment that --at names.
  const paging::AddressSpace& tables() const {
    return outcome.user_space ? outcome.user_space->page_tables : outcome.state.page_tables;
  }
};

struct Format {
  std::string_view name{};
  bool has_head = true;      // it tells of the kernel and what was assumed
  bool of_any_time = false;  // it may be of the time of user space
  std::string (*render)(const Asking&) = nullptr;
};

// clang-format off
constexpr Format kFormats[] = {
    {"text",           true,  false, [](const Asking& a) { return report::to_text(a.outcome, a.style); }},
    {"json",           true,  true,  [](const Asking& a) { return report::to_json(a.outcome); }},
    {"dot",            true,  false, [](const Asking& a) { return report::to_dot(a.outcome); }},
    {"memblock-debug", false, false, [](const Asking& a) { return report::to_memblock_debug(a.outcome); }},
    {"qemu-mem",       false, true,  [](const Asking& a) { return report::to_qemu_mem(a.tables()); }},
    {"ptdump",         false, true,  [](const Asking& a) { return report::to_ptdump(a.tables(), a.kernel); }},
};
// clang-format on

// nullptr: none of these, but perhaps a plugin's name.
const Format* own_format(std::string_view name) {
  const auto found = std::ranges::find(kFormats, name, &Format::name);
  return found == std::end(kFormats) ? nullptr : &*found;
}

std::vector<std::string_view> format_names() {
  std::vector<std::string_view> out;
  for (const Format& format : kFormats) out.push_back(format.name);
  return out;
}

// A report plugin, where --format names one; null: one of kFormats.
Result<std::unique_ptr<plugin::ReportPlugin>> load_report(session::Session& session,
                                                          const std::string& format) {
  const session::NamedPlugins& named = session.named();
  const bool own = own_format(format) != nullptr;
  auto spec = own ? Result<plugin::PluginSpec>(plugin::PluginSpec{}) : plugin::parse_spec(format);
  if (!spec) return spec.errors();
  if (!own && !session.host().knows(spec->name)) {
    return Error{
        fmt::format("--format is one of {} or a report plugin, not `{}`{}",
                    fmt::join(format_names(), ", "), format, did_you_mean(format, format_names())),
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
  const Format* const own = own_format(format);
  if (session->goes_on() && !(own != nullptr && own->of_any_time)) {
    return bad_input(
        {session::no_effect("--at", "--format " + format, "it shows the hand-over alone")});
  }
  const auto outcome = session->boot();
  if (!outcome) return bad_input(outcome.errors());

  const kernel::Profile& kernel = session->profile();
  if (own != nullptr && !own->has_head && !kernel.verified) {
    note(report::not_verified_note(kernel.name));
  }
  const Destination destination = destination_of(arguments);
  const Result<std::string> bytes =
      own != nullptr
          ? Result<std::string>(own->render({*outcome, kernel, text_style(destination)}))
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
