// What distributions' kernels do otherwise than the version that they are named by: a row a rule.
#pragma once

#include <span>
#include <string_view>

#include "kernel/differences.h"
#include "kernel/profile.h"

namespace memmap::kernel {

// In kernels of `distribution` and of that series the rule of the same name in kernel/differences.h holds
// from a build on, until another, whatever their version says. Each build was read in the packages that
// kernel/distribution.cc names; where these lie apart, the first build of the release that has it
// stands for the change. Several rows of a name: any of them.
struct Backport {
  std::string_view distribution{};  // its id
  std::string_view name{};          // of the member
  bool Behaviour::*member = nullptr;
  Version series{};    // of which these are the builds: 5.14.0
  unsigned since = 0;  // the first build that does it; 0: as far back as was read
  unsigned until = 0;  // the first that no longer does; 0: none known

  constexpr bool holds(unsigned build) const {
    return build >= since && (until == 0 || build < until);
  }
};

std::span<const Backport> backports();

// Whether this kernel does it: by its distribution's rows where there are any, else by its version.
// A kernel of such a distribution that does not tell its build is taken for the newest read.
bool does(const Profile& profile, const Difference& difference);
// Sets in `behaviour`, which is of the profile's version, what its distribution's rows have otherwise.
// Returns how many rules that are.
unsigned take_backports(const Profile& profile, Behaviour& behaviour);
// Of a profile that stands for a kernel of its distribution: what that one's configuration is known to
// have, whatever the nearest profile's has.
void take_settings(Profile& profile);
// Its build is one of those that were read; true where its distribution is not judged by builds.
bool build_was_read(const Profile& profile);

}  // namespace memmap::kernel
