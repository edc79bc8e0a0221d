#include "kernel/rootfs.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <optional>
#include <system_error>

#include "base/address.h"
#include "kernel/command_line.h"
#include "kernel/known_parameters.h"

namespace memmap::kernel {
namespace {

// What a tmpfs wants behind an option's `=`.
enum class Takes {
  nothing,
  size,    // memory, or NUMBER% of it
  blocks,  // pages
  count,   // a number with a unit
  quota,   // the same, not 0
  id,      // a number of 32 bits
  octal,
  huge,  // when a file has huge pages
  text,  // that is not looked at here: nodes, an encoding
  any,   // or nothing
};

struct Option {
  std::string_view name;
  Takes takes;
  Version since{};
};

// Those of the tmpfs, then those that mount(8) has for any file system, and security modules'.
// kernel: shmem_fs_parameters, mm/shmem.c, v6.1, v6.12 and v7.2; vfs_parse_sb_flag(), fs/fs_context.c, v7.2;
// selinux_eat_lsm_opts(), security/selinux/hooks.c
constexpr Option kOptions[] = {
    {"size", Takes::size},
    {"nr_blocks", Takes::blocks},
    {"nr_inodes", Takes::count},
    {"uid", Takes::id},
    {"gid", Takes::id},
    {"mode", Takes::octal},
    {"huge", Takes::huge},
    {"mpol", Takes::text},
    {"inode32", Takes::nothing},
    {"inode64", Takes::nothing},
    {"noswap", Takes::nothing, {6, 4}},
    {"quota", Takes::nothing, {6, 6}},
    {"usrquota", Takes::nothing, {6, 6}},
    {"grpquota", Takes::nothing, {6, 6}},
    {"usrquota_block_hardlimit", Takes::quota, {6, 6}},
    {"usrquota_inode_hardlimit", Takes::quota, {6, 6}},
    {"grpquota_block_hardlimit", Takes::quota, {6, 6}},
    {"grpquota_inode_hardlimit", Takes::quota, {6, 6}},
    {"casefold", Takes::any, {6, 13}},
    {"strict_encoding", Takes::nothing, {6, 13}},
    {"source", Takes::text},
    {"ro", Takes::any},
    {"rw", Takes::any},
    {"sync", Takes::any},
    {"async", Takes::any},
    {"dirsync", Takes::any},
    {"lazytime", Takes::any},
    {"nolazytime", Takes::any},
    {"mand", Takes::any},
    {"nomand", Takes::any},
    {"context", Takes::text},
    {"fscontext", Takes::text},
    {"defcontext", Takes::text},
    {"rootcontext", Takes::text},
    {"seclabel", Takes::nothing},
};

bool is_octal(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto is_digit = [](char c) { return c >= '0' && c <= '7'; };
  if (text.empty() || !std::ranges::all_of(text, is_digit)) return false;
  std::uint32_t number = 0;
  return std::from_chars(text.data(), text.data() + text.size(), number, 8).ec == std::errc();
}

// The pages of size=, rounded up, which the kernel counts in bytes of 64 bits; nullopt: it refuses it.
std::optional<std::uint64_t> pages_of_size(std::string_view text, std::uint64_t memory) {
  Parsed read = memparse(text);
  if (read.rest.starts_with('%')) {
    read.value = (read.value << kPageShift) * (memory >> kPageShift) / 100;
    read.rest.remove_prefix(1);
  }
  if (!read.rest.empty()) return {};
  return (read.value >> kPageShift) + ((read.value & (kPageSize - 1)) != 0 ? 1 : 0);
}

// Whether the tmpfs takes it; what it says of the size is in `fs`.
// kernel: shmem_parse_one(), mm/shmem.c; __fs_parse(), fs/fs_parser.c, v7.2
bool take(const Option& option, std::optional<std::string_view> value, const Profile& profile,
          std::uint64_t memory, Rootfs& fs) {
  if (option.takes == Takes::any) return true;
  if (option.takes == Takes::nothing) return !value;
  if (!value || value->empty()) return false;
  const Parsed read = memparse(*value);
  switch (option.takes) {
    case Takes::size: {
      const auto pages = pages_of_size(*value, memory);
      if (pages) fs.limit = *pages << kPageShift;
      return pages.has_value();
    }
    case Takes::blocks:
      fs.limit = read.value << kPageShift;
      return read.rest.empty() && read.value >> 63 == 0;
    case Takes::count:
      return read.rest.empty() && read.value >> 54 == 0;  // an inode counts for 1 KiB
    case Takes::quota:
      return read.rest.empty() && read.value != 0;
    case Takes::id: {
      const auto id = kstrtoul(*value);
      return id && *id < ~std::uint32_t{0};
    }
    case Takes::octal:
      return is_octal(*value);
    case Takes::huge:
      return *value == "never" ||
             (profile.has(config::TRANSPARENT_HUGEPAGE) &&
              (*value == "always" || *value == "within_size" || *value == "advise"));
    case Takes::nothing:
    case Takes::text:
    case Takes::any:
      break;
  }
  return true;
}

// The first of some options; `rest` is behind it. A comma in front of a digit belongs to a list of nodes.
// kernel: shmem_next_opt(), mm/shmem.c, v6.12 and v7.2
std::string_view take_option(std::string_view& rest) {
  std::size_t end = rest.find(',');
  while (end != rest.npos && end + 1 < rest.size() && rest[end + 1] >= '0' && rest[end + 1] <= '9')
    end = rest.find(',', end + 1);
  end = std::min(end, rest.size());
  const std::string_view out = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return out;
}

// The last of size= and nr_blocks= counts, 0 is no limit; the first that is refused ends it.
void read_options(Rootfs& fs, const Profile& profile, std::uint64_t memory) {
  for (std::string_view rest = fs.options; !rest.empty() && !fs.is_refused;) {
    const std::string_view text = take_option(rest);
    const std::size_t equals = text.find('=');
    const std::string_view name = text.substr(0, equals);
    if (name.empty()) continue;
    const auto value = equals == text.npos ? std::nullopt : std::optional(text.substr(equals + 1));
    const auto* const option = std::ranges::find(kOptions, name, &Option::name);
    const bool known = option != std::end(kOptions) && profile.version >= option->since;
    fs.is_refused = !known || !take(*option, value, profile, memory, fs);
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
    read_options(fs, profile, memory);
  } else {
    fs.limit = 0;
  }
  return fs;
}

}  // namespace memmap::kernel
