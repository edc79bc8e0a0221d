// A kernel's parts as files: in a folder that was named, and beside an image.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "profile/kernel_files.h"

namespace memmap::kernel {

// Sets the paths of the parts that lie in `folder` where `files` names none. Of several images'
// folder (/boot of a system with several kernels) the error tells which there are. Beside an image,
// files of other releases are left alone. A folder lib/modules/RELEASE without an image is joined by
// the files of that release in boot, beside lib. Errors: no part there, two of one kind.
Status find_parts(const std::string& folder, KernelFiles& files);

// `config-6.1` beside `vmlinuz-6.1`; `.config` beside `vmlinux` of a build; `config` or
// `build/.config` in lib/modules/RELEASE.
std::optional<std::string> config_beside(const std::string& image);

// The last name of a folder's path, `.` and links followed.
std::string last_name(const std::string& folder);

}  // namespace memmap::kernel
