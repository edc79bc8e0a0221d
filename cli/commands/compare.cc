#include "report/answers/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "boot/boot.h"
#include "choices.h"
#include "commands/commands.h"
#include "compare/compare.h"
#include "messages.h"
#include "output.h"
#include "request.h"
#include "text_output.h"

namespace memmap::cli {
namespace {

constexpr std::string_view kKernel = "kernel";

struct Policy {
  std::string text{};  // as it was named
  session::Rules rules;
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

// All boots trim and set up nodes as the kernel does, or as the machine's scenario says.
Result<std::vector<Policy>> load_policies(session::Session& session,
                                          const std::vector<std::string>& names) {
  std::vector<Policy> out;
  Errors errors;
  for (const std::string& name : names) {
    std::optional<plugin::PluginSpec> plugin;
    if (name != kKernel) {
      auto spec = plugin::parse_spec(name);
      if (!spec) {
        append(errors, spec.errors());
        continue;
      }
      plugin = *std::move(spec);
    }
    auto rules = session.rules_under(plugin);
    if (rules) {
      out.push_back({name, *std::move(rules)});
    } else {
      append(errors, rules.errors());
    }
  }
  if (!errors.empty()) return errors;
  return out;
}

// Boots under the policy, counting whose wish for a node it grants.
Result<boot::Outcome> boot_under(const session::Session& session, Policy& policy,
                                 compare::NodeTally& nodes) {
  boot::Options options = session.options(policy.rules);
  compare::NodeCount down(*options.top_down, nodes);
  compare::NodeCount up(*options.bottom_up, nodes);
  options.top_down = &down;
  options.bottom_up = &up;
  return session.boot(policy.rules, options);
}

}  // namespace

ExitCode run_compare(const Arguments& arguments) {
  const auto format = format_of(arguments, kAnswerFormats);
  if (!format) return bad_input(format.errors());
  auto session = open_session(arguments);
  if (!session) return bad_input(session.errors());
  auto policies = load_policies(*session, arguments.has("--alloc") ? split(arguments.all("--alloc"))
                                                                   : everything(session->host()));
  if (!policies) return bad_input(policies.errors());

  std::vector<compare::Left> results;
  boot::Subject subject;
  for (Policy& policy : *policies) {
    compare::NodeTally nodes;
    const auto outcome = boot_under(*session, policy, nodes);
    if (!outcome) return bad_input(outcome.errors());
    results.push_back(compare::left_of(policy.text, *outcome, nodes));
    subject = outcome->subject;
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
