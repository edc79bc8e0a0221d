#include "kernel/rootfs.h"

#include <algorithm>

#include "base/address.h"
#include "base/align.h"
#include "kernel/command_line.h"
#include "kernel/known_parameters.h"

namespace memmap::kernel {
namespace {

// size=SIZE, size=NUMBER% or nr_blocks=NUMBER; the last counts, 0 is no limit.
void read_options(Rootfs& fs, std::uint64_t memory) {
  constexpr std::string_view kSize = "size=";
  constexpr std::string_view kBlocks = "nr_blocks=";
  std::string_view left = fs.options;
  while (!left.empty()) {
    const std::size_t end = std::min(left.find(','), left.size());
    const std::string_view option = left.substr(0, end);
    left.remove_prefix(std::min(end + 1, left.size()));
    const bool is_size = option.starts_with(kSize);
    if (!is_size && !option.starts_with(kBlocks)) continue;
    Parsed read = memparse(option.substr(is_size ? kSize.size() : kBlocks.size()));
    std::uint64_t pages = is_size ? align_up(read.value, kPageSize) >> kPageShift : read.value;
    if (is_size && read.rest.starts_with('%')) {
      pages = (memory >> kPageShift) * read.value / 100;
      read.rest.remove_prefix(1);
    }
    fs.is_refused = fs.is_refused || !read.rest.empty();
    fs.limit = pages << kPageShift;
  }
}

}  // namespace

Rootfs rootfs_of(std::string_view command_line, const Profile& profile, std::uint64_t memory) {
  Rootfs fs{.is_tmpfs = true, .limit = (memory >> kPageShift) / 2 << kPageShift};
  for (const Parameter& p : parse_command_line(command_line)) {
    if (!p.value) continue;
    if (parameq(p.name, "root") && !p.value->empty()) fs.is_tmpfs = false;
    if (parameq(p.name, "rootfstype") && p.value->find("tmpfs") == std::string::npos)
      fs.is_tmpfs = false;
    if (parameq(p.name, "initramfs_options") && is_setup(profile.parameters.setup, p))
      fs.options = *p.value;
  }
  if (fs.is_tmpfs) {
    read_options(fs, memory);
  } else {
    fs.limit = 0;
  }
  return fs;
}

}  // namespace memmap::kernel
