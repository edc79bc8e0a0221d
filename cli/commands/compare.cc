#include "report/answers/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "boot/run.h"
#include "commands/commands.h"
#include "machine_source.h"
#include "messages.h"
#include "named_plugins.h"
#include "output.h"
#include "plugin/chain.h"
#include "plugins.h"
#include "profile/kernel_choice.h"
#include "share.h"
#include "text_output.h"

namespace memmap::cli {
namespace {

constexpr std::array<std::string_view, 2> kFormats{"text", "json"};
constexpr std::string_view kKernel = "kernel";

struct Policy {
  std::string text{};  // as it was named
  plugin::Chain chain;
};

// `a,b:block=2M,count=3,c`: a comma begins another policy unless `key=` follows it.
std::vector<std::string> split(std::span<const std::string> texts) {
  std::vector<std::string> out;
  for (const std::string& text : texts) {
    for (std::size_t at = 0; at <= text.size();) {
      const std::size_t comma = std::min(text.find(',', at), text.size());
      const std::string part = text.substr(at, comma - at);
      const std::size_t equals = part.find('=');
      const bool is_option =
          equals != part.npos && at > 0 && plugin::is_plain_name(part.substr(0, equals));
      if (is_option) {
        out.back() += "," + part;
      } else {
        out.push_back(part);
      }
      at = comma + 1;
    }
  }
  return out;
}

// All that are found and need no option, and the kernel's.
std::vector<std::string> everything(plugin::PluginHost& host) {
  std::vector<std::string> out{std::string(kKernel)};
  for (const plugin::PluginInfo& info : host.list().plugins) {
    const bool needs =
        std::ranges::any_of(info.options, [](const auto& option) { return option.required; });
    const auto loaded = host.load(info.name);
    if (loaded && (*loaded)->interfaces().has_alloc() && !needs) out.push_back(info.name);
  }
  return out;
}

// The policy's part in what the boots have in common.
Result<plugin::Chain> chain_of(plugin::PluginHost& host, const std::string& name,
                               plugin::ChainWishes wishes) {
  if (name != kKernel) {
    const auto spec = plugin::parse_spec(name);
    if (!spec) return spec.errors();
    const auto loaded = host.load(spec->name);
    if (!loaded) return loaded.errors();
    if (!(*loaded)->interfaces().has_alloc()) {
      return Error{fmt::format("plugin `{}` is no allocation policy: it does not offer {}",
                               spec->name, MEMMAP_ALLOC_1),
                   {"--alloc"}};
    }
    wishes.use.push_back(*spec);
  }
  return plugin::Chain::create(host, wishes);
}

// All boots trim and set up nodes as the kernel does, or as the machine's scenario says; what that
// says of allocation gives way.
Result<std::vector<Policy>> load_policies(plugin::PluginHost& host,
                                          const std::vector<std::string>& names,
                                          const Arguments& arguments, const Machine& machine) {
  auto common = sort_plugins(host, scenario_plugins(arguments, machine));
  if (!common) return common.errors();
  std::erase_if(common->deciding, [&host](const plugin::PluginSpec& spec) {
    return (*host.load(spec.name))->interfaces().has_alloc();
  });
  const plugin::ChainWishes wishes = chain_wishes(common->deciding, arguments, machine);
  std::vector<Policy> out;
  Errors errors;
  for (const std::string& name : names) {
    auto chain = chain_of(host, name, wishes);
    if (chain) {
      out.push_back({name, *std::move(chain)});
    } else {
      errors.insert(errors.end(), chain.errors().begin(), chain.errors().end());
    }
  }
  if (!errors.empty()) return errors;
  return out;
}

}  // namespace

ExitCode run_compare(const Arguments& arguments) {
  const auto format = format_of(arguments, kFormats);
  if (!format) return bad_input(format.errors());
  auto host = plugin_host(arguments);
  if (!host) return bad_input(host.errors());
  NamedPlugins none;
  PluginFormats others(*host, none);
  const auto machine = machine_of(arguments, arguments.get("SOURCE").value_or(""), &others);
  if (!machine) return bad_input(machine.errors());
  auto kernel = kernel::choose_kernel(arguments.get("--kernel"), machine->kernel_release,
                                      share_folder("kernels"));
  if (!kernel) return bad_input(kernel.errors());
  if (const auto config = arguments.get("--config")) {
    const auto notes = kernel::overlay_config_file(*config, kernel->profile);
    if (!notes) return bad_input(notes.errors());
  }
  const auto policies = load_policies(
      *host, arguments.has("--alloc") ? split(arguments.all("--alloc")) : everything(*host),
      arguments, *machine);
  if (!policies) return bad_input(policies.errors());

  std::vector<compare::Left> results;
  boot::Subject subject;
  for (const Policy& policy : *policies) {
    boot::Options options;
    policy.chain.use_in(options);
    compare::NodeTally nodes;
    compare::NodeCount down(*options.top_down, nodes);
    compare::NodeCount up(*options.bottom_up, nodes);
    options.command_line = arguments.get("--cmdline");
    options.append = arguments.get("--append").value_or("");
    options.entry_limit = !arguments.has("--no-entry-limit");
    options.top_down = &down;
    options.bottom_up = &up;
    const boot::Outcome outcome = boot::run(*machine, kernel->profile, options);
    Errors faults = outcome.faults;
    if (const auto fault = policy.chain.allocation_fault()) faults.push_back(*fault);
    if (!faults.empty()) return bad_input(faults);
    results.push_back(compare::left_of(policy.text, outcome, nodes));
    subject = outcome.subject;
  }
  compare::rank(results);
  const Destination destination = destination_of(arguments);
  const Status written = write_output(
      destination, *format == "json"
                       ? report::compare_to_json(subject, results)
                       : report::compare_to_text(subject, results, text_style(destination)));
  return written ? ExitCode::good : bad_input(written.errors());
}

}  // namespace memmap::cli
