#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include "base/suggest.h"
#include "boot/run.h"
#include "commands/commands.h"
#include "machine_source.h"
#include "messages.h"
#include "named_plugins.h"
#include "output.h"
#include "plugin/adapt/check.h"
#include "plugin/adapt/report.h"
#include "plugin/chain.h"
#include "plugins.h"
#include "profile/kernel_choice.h"
#include "report/diagram/dot.h"
#include "report/form/names.h"
#include "report/json/result.h"
#include "report/text/memblock_debug.h"
#include "report/text/text.h"
#include "share.h"
#include "text_output.h"

namespace memmap::cli {
namespace {

constexpr std::array<std::string_view, 4> kFormats{"text", "json", "dot", "memblock-debug"};

// A report plugin, where --format names one; null: one of kFormats.
Result<std::unique_ptr<plugin::ReportPlugin>> load_report(plugin::PluginHost& host,
                                                          const NamedPlugins& named,
                                                          const std::string& format) {
  if (std::ranges::find(kFormats, format) != kFormats.end()) return {nullptr};
  auto spec = plugin::parse_spec(format);
  if (!spec) return spec.errors();
  if (!host.knows(spec->name)) {
    return Error{fmt::format("--format is one of {} or a report plugin, not `{}`{}",
                             fmt::join(kFormats, ", "), format, did_you_mean(format, kFormats)),
                 {"memmap"}};
  }
  const auto loaded = host.load(spec->name);
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
  return report::to_text(outcome, text_style(destination));
}

bool warned(const boot::Outcome& outcome) {
  return std::ranges::any_of(outcome.events, [](const Event& e) {
    return e.severity == Severity::warning || e.severity == Severity::panic;
  });
}

}  // namespace

ExitCode run_simulate(const Arguments& arguments) {
  auto host = plugin_host(arguments);
  if (!host) return bad_input(host.errors());
  const auto wanted = named_plugins(arguments);
  if (!wanted) return bad_input(wanted.errors());
  auto named = sort_plugins(*host, *wanted);
  if (!named) return bad_input(named.errors());
  const std::string format = arguments.get("--format").value_or("text");
  const auto report = load_report(*host, *named, format);
  if (!report) return bad_input(report.errors());

  PluginFormats others(*host, *named);
  const auto machine = machine_of(arguments, arguments.get("SOURCE").value_or(""), &others);
  if (!machine) return bad_input(machine.errors());
  auto kernel = kernel::choose_kernel(arguments.get("--kernel"), machine->kernel_release,
                                      share_folder("kernels"));
  if (!kernel) return bad_input(kernel.errors());
  std::vector<std::string> config_notes;
  if (const auto config = arguments.get("--config")) {
    auto notes = kernel::overlay_config_file(*config, kernel->profile);
    if (!notes) return bad_input(notes.errors());
    config_notes = std::move(*notes);
  }

  auto of_scenario = sort_plugins(*host, scenario_plugins(arguments, *machine));
  if (!of_scenario) return bad_input(of_scenario.errors());
  named->put_before(*std::move(of_scenario));
  const auto chain =
      plugin::Chain::create(*host, chain_wishes(named->deciding, arguments, *machine));
  if (!chain) return bad_input(chain.errors());

  boot::Options options;
  options.command_line = arguments.get("--cmdline");
  options.append = arguments.get("--append").value_or("");
  options.record_memblock = format == "memblock-debug";
  options.entry_limit = !arguments.has("--no-entry-limit");
  chain->use_in(options);
  plugin::Checks checks(named->checks);
  if (!named->checks.empty()) options.observer = &checks;
  boot::Outcome outcome = boot::run(*machine, kernel->profile, options);
  Errors faults = outcome.faults;
  if (const auto fault = chain->allocation_fault()) faults.push_back(*fault);
  for (const auto& check : named->checks) {
    if (check->fault()) faults.push_back(*check->fault());
    outcome.checks.push_back(check->report());
  }
  if (!faults.empty()) return bad_input(faults);
  outcome.subject.policy = chain->policy_name();
  if (!kernel->note.empty()) outcome.subject.notes.push_back("kernel: " + kernel->note);
  for (const std::string& note : config_notes) outcome.subject.notes.push_back("kernel: " + note);
  for (const std::string& note : chain->notes()) outcome.subject.notes.push_back(note);

  if (format == "memblock-debug" && !kernel->profile.verified) {  // the others say it themselves
    fmt::print(stderr, "memmap: note: kernel {}: {}\n", kernel->profile.name, report::kNotVerified);
  }
  const Destination destination = destination_of(arguments);
  const Result<std::string> bytes =
      *report == nullptr
          ? Result<std::string>(render(outcome, format, destination))
          : (*report)->render(outcome, report::to_json(outcome), *machine, kernel->profile);
  if (!bytes) return bad_input(bytes.errors());
  const Status written = write_output(destination, *bytes);
  if (!written) return bad_input(written.errors());
  const bool found = std::ranges::any_of(
      outcome.checks, [](const boot::CheckReport& c) { return !c.findings.empty(); });
  const bool strict = arguments.has("--strict") && warned(outcome);
  return found || strict ? ExitCode::difference : ExitCode::good;
}

}  // namespace memmap::cli
