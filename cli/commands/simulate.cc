#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <optional>

#include "boot/run.h"
#include "commands/commands.h"
#include "input/kernel_choice.h"
#include "machine_source.h"
#include "messages.h"
#include "output.h"
#include "plugin/chain.h"
#include "plugins.h"
#include "report/dot.h"
#include "report/json.h"
#include "report/memblock_debug.h"
#include "report/names.h"
#include "report/text.h"
#include "share.h"

namespace memmap::cli {
namespace {

std::optional<std::string_view> variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? std::optional<std::string_view>(value) : std::nullopt;
}

report::TextStyle text_style(const Destination& destination) {
  report::Terminal terminal;
  terminal.is_terminal =
      (destination.path.empty() || destination.path == "-") && ::isatty(STDOUT_FILENO) == 1;
  winsize size{};
  if (terminal.is_terminal && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    terminal.columns = size.ws_col;
  }
  terminal.no_color = variable("NO_COLOR");
  terminal.columns_variable = variable("COLUMNS");
  terminal.term = variable("TERM");
  terminal.lc_all = variable("LC_ALL");
  terminal.lc_ctype = variable("LC_CTYPE");
  terminal.lang = variable("LANG");
  return report::style_for(terminal);
}

constexpr std::array<std::string_view, 4> kFormats{"text", "json", "dot", "memblock-debug"};

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
  const auto format = format_of(arguments, kFormats);
  if (!format) return bad_input(format.errors());

  const auto machine = machine_of(arguments, arguments.get("SOURCE").value_or(""));
  if (!machine) return bad_input(machine.errors());
  auto kernel = input::choose_kernel(arguments.get("--kernel"), machine->kernel_release,
                                     share_folder("kernels"));
  if (!kernel) return bad_input(kernel.errors());
  std::vector<std::string> config_notes;
  if (const auto config = arguments.get("--config")) {
    auto notes = input::overlay_config_file(*config, kernel->profile);
    if (!notes) return bad_input(notes.errors());
    config_notes = std::move(*notes);
  }

  auto host = plugin_host(arguments);
  if (!host) return bad_input(host.errors());
  const auto wishes = chain_wishes(arguments, *machine);
  if (!wishes) return bad_input(wishes.errors());
  const auto chain = plugin::Chain::create(*host, *wishes);
  if (!chain) return bad_input(chain.errors());

  boot::Options options;
  options.command_line = arguments.get("--cmdline");
  options.append = arguments.get("--append").value_or("");
  options.record_memblock = *format == "memblock-debug";
  options.entry_limit = !arguments.has("--no-entry-limit");
  chain->use_in(options);
  boot::Outcome outcome = boot::run(*machine, kernel->profile, options);
  Errors faults = outcome.faults;
  if (const auto fault = chain->allocation_fault()) faults.push_back(*fault);
  if (!faults.empty()) {
    bad_input(faults);
    return ExitCode::fault;
  }
  outcome.subject.policy = chain->policy_name();
  if (!kernel->note.empty()) outcome.subject.notes.push_back("kernel: " + kernel->note);
  for (const std::string& note : config_notes) outcome.subject.notes.push_back("kernel: " + note);

  if (*format == "memblock-debug" && !kernel->profile.verified) {  // the others say it themselves
    fmt::print(stderr, "memmap: note: kernel {}: {}\n", kernel->profile.name, report::kNotVerified);
  }
  const Destination destination = destination_of(arguments);
  const Status written = write_output(destination, render(outcome, *format, destination));
  if (!written) return bad_input(written.errors());
  return arguments.has("--strict") && warned(outcome) ? ExitCode::difference : ExitCode::good;
}

}  // namespace memmap::cli
