#include "session/kernel_whose.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "kernel/backports.h"
#include "kernel/behaviour.h"
#include "kernel/distribution.h"

namespace memmap::session {
namespace {

using kernel::Distribution;
using kernel::Profile;

unsigned backported(const Profile& profile) {
  kernel::Behaviour scratch = kernel::behaviour_of(profile.version, profile.nodes_shift);
  return kernel::take_backports(profile, scratch);
}

// The machine's kernel as far as its first line tells. nullopt: it tells no version.
std::optional<Profile> kernel_of(const Machine& machine) {
  const auto version = kernel::parse_version(
      machine.kernel_version.value_or(machine.kernel_release.value_or(std::string{})));
  if (!version || !machine.kernel_release) return std::nullopt;
  Profile out{.name = *machine.kernel_release, .version = *version};
  const auto& id = machine.kernel_distribution;
  if (id && kernel::find_distribution(*id) != nullptr) out.distribution = *id;
  return out;
}

std::optional<std::string> about(const Profile& profile) {
  const std::string& release = kernel::release_of(profile);
  const std::string version = kernel::to_string(profile.version);
  const Distribution* whose = kernel::distribution_of(profile);
  if (whose == nullptr) {
    return fmt::format(
        "whose kernel {} is, nothing tells: the rules are those of Linux {}, whatever its makers "
        "changed",
        release, version);
  }
  if (whose->rules == Distribution::Rules::not_known) {
    return fmt::format(
        "{} is one of {}'s kernels, and what these change was not read: the rules are those of "
        "Linux "
        "{}",
        release, whose->name, version);
  }
  if (whose->rules == Distribution::Rules::version) return std::nullopt;
  const unsigned rules = backported(profile);
  std::string out =
      fmt::format("{} is one of {}'s kernels: {} of the rules {} otherwise than in Linux {}",
                  release, whose->name, rules, rules == 1 ? "is" : "are", version);
  if (!kernel::build_was_read(profile))
    out += fmt::format("; its build was not read, but {}", whose->read);
  return out;
}

// What matters is what no version tells.
std::optional<std::string> beside(const Profile& machines, const Profile& profile) {
  const Distribution* ran = kernel::distribution_of(machines);
  const Distribution* boots = kernel::distribution_of(profile);
  if (ran == nullptr || ran == boots) return std::nullopt;
  const unsigned own = backported(machines);
  if (own == 0 && backported(profile) == 0) return std::nullopt;
  const kernel::Behaviour a = kernel::behaviour_of(machines);
  const kernel::Behaviour b = kernel::behaviour_of(profile);
  const auto count = std::ranges::count_if(kernel::differences(), [&](const kernel::Difference& d) {
    return a.*d.member != b.*d.member;
  });
  return fmt::format(
      "the machine ran {}, one of {}'s kernels; {} that boots here differs in {} rules",
      machines.name, ran->name, kernel::release_of(profile), count);
}

}  // namespace

std::vector<std::string> take_distribution(const Machine* machine, Profile& profile) {
  const auto machines = machine == nullptr ? std::nullopt : kernel_of(*machine);
  std::vector<std::string> out;
  if (machines && profile.stands_for == machines->name) {
    const Distribution* whose = kernel::distribution_of(*machines);
    profile.distribution = whose == nullptr ? std::string_view{} : whose->id;
    kernel::take_settings(profile);
    // kernel: deferred_init_memmap(), mm/page_alloc.c, v4.2; Enterprise Linux 7 took it over
    if (profile.version < kernel::Version{4, 2, 0} && profile.distribution != "el7")
      profile.deferred_struct_page_init = false;
  } else if (machines) {
    if (auto note = beside(*machines, profile)) out.push_back(*std::move(note));
  }
  if (auto note = about(profile)) out.push_back(*std::move(note));
  return out;
}

}  // namespace memmap::session
