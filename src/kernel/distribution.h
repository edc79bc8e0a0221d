// Whose kernels there are, and by what one is known.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "kernel/profile.h"

namespace memmap::kernel {

// Whoever adds one: a row here, the marks by which its kernels are known in distribution.cc, a real
// first line of its kernels in the tests; rows in kernel/backports.cc where its source was read.
struct Distribution {
  enum class Rules {
    version,  // those of the stable version that it tells, apart from its rows in kernel/backports.h
    builds,  // the same; the version is where its series began, and its builds have taken much over
    not_known  // what it changes was not read: those of the version, for want of better
  };
  std::string_view id{};    // of a profile's key `distribution`: `el9`
  std::string_view name{};  // `Enterprise Linux 9`, which `'s kernels` may follow
  Rules rules = Rules::not_known;
  std::string_view based_on{};  // id of the one whose kernels it changes; or empty
  std::string_view compiler{};  // what that calls itself which builds them; empty: any
  std::string_view read{};      // packages whose source was held against the rules; or empty
};

std::span<const Distribution> distributions();
const Distribution* find_distribution(std::string_view id);  // nullptr: none has that id

// What tells of a kernel whose it is; each may be empty.
struct Marks {
  std::string_view release{};   // as `uname -r` prints it
  std::string_view banner{};    // behind `Linux version `, whole
  std::string_view compiler{};  // CONFIG_CC_VERSION_TEXT
};

struct Recognised {
  const Distribution* distribution = nullptr;  // nullptr: nothing told
  std::string by{};                            // what told it: ``its release, `-generic` ``
  std::string contradiction{};  // what tells otherwise, as a sentence without full stop; or empty
};
Recognised recognise(const Marks& marks);

// The profile's key, else what its name tells. nullptr: neither does.
const Distribution* distribution_of(const Profile& profile);

// The release that it is, or stands for.
const std::string& release_of(const Profile& profile);
// Of `3.10.0-1160.15.2.el7.x86_64`: 1160, which grows from release to release; 0: none is told.
unsigned build_of(std::string_view release);

// `5.10.162` of `... #1 SMP Debian 5.10.162-1 (2023-01-21)`, `5.15.85` of `... (Ubuntu
// 5.15.0-67.74-generic 5.15.85)`: the stable version, where a banner tells it. nullopt: it does not.
std::optional<std::string> stable_version_in(std::string_view banner);

// What `crashkernel=auto` stands for in this kernel with `memory` bytes of RAM: `161M`, or a list of
// ranges; `0M` where that kernel reserves nothing of so little. nullopt: it does not have the word.
std::optional<std::string> crashkernel_auto(const Profile& profile, std::uint64_t memory);

}  // namespace memmap::kernel
