// Which kernel to simulate when the user did not say, or said it by name.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "input/open/source.h"
#include "kernel/profile.h"

namespace memmap::kernel {

// The note where nothing had to be guessed.
inline constexpr std::string_view kKernelThatRan = "the kernel that the machine ran";

struct KernelChoice {
  Profile profile{};
  std::string note{};  // why this one, when the user did not name it; for the report
  // Where the machine's kernel has no profile: of those that are known, the next nearest, as it is.
  std::optional<Profile> next{};
};

// `wanted`: one of kernel_names(folder), a kernel's image, package or folder, or a profile's file (its
// name ends in .yaml or holds a slash), with a message that suggests the nearest name when it is none.
// Without it: the profile of `release`, the kernel that the machine ran; else the one nearest in version,
// counted in releases, with the rules of `release`'s version and this profile's sizes; else, for a
// machine without release, the newest of Debian's general kernels of a long-term series. A profile that is not verified
// is named as such in the note.
Result<KernelChoice> choose_kernel(const std::optional<std::string>& wanted,
                                   const std::optional<std::string>& release,
                                   const std::string& folder);

// Lays another .config over `profile`; what it returns are notes: which options change the sizes of
// structures, which stay as they are.
Result<std::vector<std::string>> overlay_config_file(const std::string& path, Profile& profile);
// The same of one that is open.
Result<std::vector<std::string>> overlay_config_source(const input::Source& source,
                                                       Profile& profile);

// The names in `folder`, sorted; where no profile is there, of those that are built in.
std::vector<std::string> kernel_names(const std::string& folder);

}  // namespace memmap::kernel
