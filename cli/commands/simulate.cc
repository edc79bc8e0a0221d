#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <optional>

#include "boot/run.h"
#include "commands/commands.h"
#include "input/kernel_choice.h"
#include "machine_source.h"
#include "messages.h"
#include "output.h"
#include "plugin/alloc.h"
#include "plugin/host.h"
#include "plugin/options.h"
#include "plugin/trust.h"
#include "report/dot.h"
#include "report/json.h"
#include "report/memblock_debug.h"
#include "report/text.h"
#include "share.h"

namespace memmap::cli {
namespace {

// Who chooses addresses: the kernel's two ways, or one policy of the user's for both.
struct Policies {
  std::unique_ptr<plugin::AllocPlugin> top_down{};
  std::unique_ptr<plugin::AllocPlugin> bottom_up{};  // null: top_down's for both

  memblock::AllocationPolicy* up() const { return bottom_up ? bottom_up.get() : top_down.get(); }
  std::string name() const {
    return bottom_up ? fmt::format("{}, {}", top_down->name(), bottom_up->name())
                     : top_down->name();
  }
  std::optional<Error> fault() const {
    if (top_down->fault()) return top_down->fault();
    return bottom_up ? bottom_up->fault() : std::nullopt;
  }
};

Result<std::unique_ptr<plugin::AllocPlugin>> load_policy(plugin::PluginHost& host,
                                                         const plugin::PluginSpec& spec) {
  const auto loaded = host.load(spec.name);
  if (!loaded) return loaded.errors();
  return plugin::AllocPlugin::create(**loaded, spec.options);
}

Result<Policies> load_policies(plugin::PluginHost& host, std::span<const std::string> wanted) {
  Policies policies;
  if (wanted.size() > 1) {
    return Error{"one allocation policy at a time: --plugin was given more than once",
                 {"--plugin"}};
  }
  if (!wanted.empty()) {
    const auto spec = plugin::parse_spec(wanted.front());
    if (!spec) return spec.errors();
    auto policy = load_policy(host, *spec);
    if (!policy) return policy.errors();
    policies.top_down = std::move(*policy);
    return policies;
  }
  auto top_down = load_policy(host, {"alloc_topdown"});
  if (!top_down) return top_down.errors();
  auto bottom_up = load_policy(host, {"alloc_bottomup"});
  if (!bottom_up) return bottom_up.errors();
  policies.top_down = std::move(*top_down);
  policies.bottom_up = std::move(*bottom_up);
  return policies;
}

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

  std::vector<std::filesystem::path> named_folders;
  for (const std::string& folder : arguments.all("--plugin-dir"))
    named_folders.emplace_back(folder);
  const auto folders =
      plugin::search_folders(named_folders, variable("MEMMAP_PLUGIN_PATH").value_or(""));
  if (!folders) return bad_input(folders.errors());
  plugin::PluginHost host(*folders);
  const auto policies = load_policies(host, arguments.all("--plugin"));
  if (!policies) return bad_input(policies.errors());

  boot::Options options;
  options.command_line = arguments.get("--cmdline");
  options.append = arguments.get("--append").value_or("");
  options.record_memblock = *format == "memblock-debug";
  options.entry_limit = !arguments.has("--no-entry-limit");
  options.top_down = policies->top_down.get();
  options.bottom_up = policies->up();
  boot::Outcome outcome = boot::run(*machine, kernel->profile, options);
  if (const auto fault = policies->fault()) {
    bad_input({*fault});
    return ExitCode::fault;
  }
  outcome.subject.policy = policies->name();
  if (!kernel->note.empty()) outcome.subject.notes.push_back("kernel: " + kernel->note);
  for (const std::string& note : config_notes) outcome.subject.notes.push_back("kernel: " + note);

  const Destination destination = destination_of(arguments);
  const Status written = write_output(destination, render(outcome, *format, destination));
  if (!written) return bad_input(written.errors());
  return arguments.has("--strict") && warned(outcome) ? ExitCode::difference : ExitCode::good;
}

}  // namespace memmap::cli
