// A kernel's parts in a distribution's package.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "input/open/archive.h"

namespace memmap::kernel {

struct Package {
  // Of one kernel; what the package does not have is empty. A stub of a System.map is left out.
  std::optional<input::Member> image{};
  std::optional<input::Member> config{};
  std::optional<input::Member> symbols{};
  // Packages that have the rest, as its control file or its name tells: `linux-base-7.2.12+deb13`;
  // the likelier first.
  std::vector<std::string> companions{};
};

// Reads what input::is_package() takes: Debian's and Ubuntu's packages, RPMs, Arch's, any tar that
// holds a kernel where distributions have it (part_at()). `source` is its file's name. Errors:
// damaged, too large, kernels of more than one release.
Result<Package> read_package(const std::string& source, std::string_view bytes);

}  // namespace memmap::kernel
