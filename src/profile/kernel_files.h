// What is known of a kernel, from its image, its package or the files that its build leaves behind.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "profile/make_profile.h"

namespace memmap::kernel {

// Paths; each may be compressed.
struct KernelFiles {
  // vmlinuz, vmlinux, a unified kernel image, a package (Debian's, RPM, Arch's) or a folder that has
  // one (/boot, /usr/lib/modules/RELEASE)
  std::optional<std::string> image{};
  std::optional<std::string> parts{};  // a folder with any of the files below
  std::optional<std::string> btf{};
  std::optional<std::string> config{};   // a .config, or a package that has it
  std::optional<std::string> symbols{};  // System.map, /proc/kallsyms, nm
  std::optional<std::string> sections{};
  std::optional<std::string> parameters{};
  std::optional<std::string> name{};  // of the profile, instead of the image's or folder's
};

// Reads all that is named; a file named replaces what the image, package or folder has of its kind.
// A .config beside an image is found (config_beside()); so is the package beside another one that
// has what the one lacks, where distributions split them (`linux-base-7.2.12` beside
// `linux-binary-7.2.12`). In a folder, files are known by their names: `config`, `*.btf`,
// `kallsyms`, `System.map`, `sections.txt`, `params.txt`, `vmlinux`, `vmlinuz`, with -RELEASE and a
// compression's suffix behind them or not; others are left alone. Errors: whatever is damaged, of
// another architecture or byte order, with file and offset or line; a package without a kernel.
Result<Facts> read_kernel_files(const KernelFiles& files);

// The beginning of a file (input::kPackageBeginning bytes) looks like a kernel image or package, so
// that `--kernel` may be one.
bool is_kernel_image(std::string_view beginning);

}  // namespace memmap::kernel
