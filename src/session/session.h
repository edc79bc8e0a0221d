// A request answered: the machine, the kernel that boots on it, the plugins that take part, the
// boot, and what there is to tell of how all of these were chosen.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "boot/outcome.h"
#include "boot/run.h"
#include "kernel/profile.h"
#include "machine/machine.h"
#include "parallel/pool.h"
#include "plugin/adapt/check.h"
#include "plugin/chain.h"
#include "plugin/load/host.h"
#include "profile/kernel_choice.h"
#include "session/named_plugins.h"
#include "session/places.h"
#include "session/request.h"
#include "witness/compare.h"

namespace memmap::session {

// The plugins of one boot, which they must outlive: those that decide and those that look on.
struct Rules {
  plugin::Chain chain;
  std::vector<std::unique_ptr<plugin::CheckPlugin>> checks{};
};

// With what the note begins that LogUse::noted asks for.
inline constexpr std::string_view kOfLog = "the log: ";
// That note; empty: the log says nothing otherwise.
std::string log_note(const boot::LogComparison& log);

// One thread at a time uses a session; those of several threads share nothing that changes. Rules
// must not outlive the session that made them.
class Session {
 public:
  // Reads the machine, if the request names one, and the kernel. Errors: what reading them and
  // loading the named plugins complains of; an option that has no effect on the source.
  static Result<Session> open(Request request, const Places& places);
  // The same for a machine, or what is known of one, that is at hand; the request names none.
  static Result<Session> open(Request request, const Places& places, Machine machine);
  // The same of a kernel that is at hand as well, as choose_kernel() gives it for the request and the
  // machine: whoever boots many reads each profile once.
  static Result<Session> open(Request request, const Places& places, Machine machine,
                              kernel::KernelChoice kernel);

  const std::optional<Machine>& machine() const { return machine_; }
  const kernel::Profile& profile() const { return profile_; }
  bool goes_on() const { return request_.goes_on; }
  const NamedPlugins& named() const { return named_; }
  plugin::PluginHost& host() { return host_; }
  // The request's, or the machine's own, with what is appended.
  std::string command_line() const;
  // What the machine's source has to tell, then why this kernel and what a .config does not change.
  // After a boot, its subject's notes have all this and the defaults in use.
  std::vector<std::string> notes() const;

  // The kernel's own rules as the request and the machine's scenario change them. Errors: those of
  // loading and of plugin::Chain.
  Result<Rules> rules();
  // The same without checks: for boots that nobody is shown what checks find in.
  Result<Rules> rules_without_checks();
  // The same, for each of the threads, `threads` at most, that share so many boots; for one where a plugin is a file,
  // which one thread at a time may call.
  Result<std::vector<Rules>> rules_for_boots(std::size_t boots,
                                             std::size_t threads = parallel::cores());
  // The same under one allocation policy (nullopt: the kernel's), whatever a scenario says of
  // allocation; its checks do not take part. Error: the plugin is no allocation policy.
  Result<Rules> rules_under(const std::optional<plugin::PluginSpec>& policy);

  // What the request says of a boot, with the rules plugged in. Another command line and what is appended
  // to it may be put in: a session boots as many as one likes.
  boot::Options options(const Rules& rules) const;
  // Boots; there must be a machine. The outcome has the checks' reports, the policy's name and all
  // notes. Errors: what a plugin did wrong.
  Result<boot::Outcome> boot(Rules& rules, boot::Options options) const;
  // The same of a boot whose inputs the caller goes on with: made of machine(), profile() and `options`,
  // which listen to the checks meanwhile; the log is left alone.
  Result<boot::Outcome> boot(Rules& rules, boot::Options& options,
                             const boot::Inputs& inputs) const;
  Result<boot::Outcome> boot();  // under rules(), with options()
  // How far a boot may be off whose machine ran a kernel without a profile, stage by stage: what the
  // next nearest kernel that is known makes of the same request, a line for the report. nullopt: a
  // profile fits, or was named. Errors: as boot().
  Result<std::optional<std::string>> margin(const boot::Outcome& outcome);

  // Whether what the machine's log says may be held against a boot: it has statements, and the request
  // asks for no other boot than the one that was logged.
  bool has_witness() const;
  // Statements of another log about the same boot, in place of the machine's own.
  void take_log(KernelLog log);
  // Does with the log what the request says of it.
  void hear_log(const boot::Inputs& inputs, boot::Outcome& outcome) const;
  // Every statement of the log beside the outcome of a boot of `inputs`.
  witness::Comparison compare_log(const boot::Inputs& inputs, const boot::Outcome& outcome) const;

 private:
  Session(Request request, const Places& places)
      : request_(std::move(request)), host_(places.host()) {}
  static Result<Session> begin(Request request, const Places& places);
  Status take_bases();  // the request's, in place of the machine's; an error of each that cannot be
  Status choose_kernel(const Places& places);
  Status take_kernel(kernel::KernelChoice kernel);
  Status check_image_place() const;
  void take_stable_version();       // the log's, in place of the release's number
  bool is_the_logs_kernel() const;  // the profile is of the kernel that wrote the log
  // Whether the request names a plugin, to use it or to leave it out: then a scenario gives way.
  bool names(const std::string& plugin) const;
  std::vector<plugin::PluginSpec> scenario_plugins() const;
  // Error: the scenario names plugins that do nothing but read sources or write reports.
  Status refuse_idle_of_scenario(const NamedPlugins& plugins) const;
  Result<Rules> make_rules(NamedPlugins plugins);

  Request request_;
  plugin::PluginHost host_;
  NamedPlugins named_{};
  std::optional<Machine> machine_{};
  kernel::Profile profile_{};
  std::optional<kernel::Profile> next_profile_{};  // KernelChoice::next
  std::vector<std::string> kernel_notes_{};
};

}  // namespace memmap::session
