#include "kernel/distribution.h"

#include <fmt/format.h>

#include "base/address.h"
#include "base/align.h"

namespace memmap::kernel {
namespace {

// EL8's kernels are 4.18.0-BUILD.el8: the list grew with 8.3, build 240.
constexpr unsigned kFinerList = 240;
constexpr const char* kEl8First = "1G-64G:160M,64G-1T:256M,1T-:512M";
constexpr const char* kEl8 = "1G-4G:160M,4G-64G:192M,64G-1T:256M,1T-:512M";

// Of `3.10.0-1160.15.2.el7.x86_64`: 1160; 0 where there is none.
unsigned build_of(std::string_view release) {
  unsigned out = 0;
  for (std::size_t at = release.find('-') + 1; at != 0 && at < release.size(); ++at) {
    if (release[at] < '0' || release[at] > '9' || out > 100'000) break;
    out = out * 10 + static_cast<unsigned>(release[at] - '0');
  }
  return out;
}

// 160 MiB and 2 bits for each page, in whole MiB; nothing below 2 GiB, to the next 128 MiB.
std::string el7(std::uint64_t memory) {
  if (align_up(memory, 128 * kMiB) < 2 * kGiB) return "0M";
  const std::uint64_t bitmap = (memory / kPageSize) / 4;
  return fmt::format("{}M", align_up(160 * kMiB + bitmap, kMiB) >> 20);
}

}  // namespace

std::optional<std::string> crashkernel_auto(const Profile& profile, std::uint64_t memory) {
  const std::string& release = profile.stands_for.empty() ? profile.name : profile.stands_for;
  if (release.find(".el7") != release.npos) return el7(memory);
  if (release.find(".el8") != release.npos)
    return build_of(release) < kFinerList ? kEl8First : kEl8;
  return std::nullopt;
}

}  // namespace memmap::kernel
