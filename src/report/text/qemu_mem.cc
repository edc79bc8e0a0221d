#include "report/text/qemu_mem.h"

#include <fmt/format.h>

#include <optional>

namespace memmap::report {
namespace {

constexpr std::uint32_t kRights = paging::kUser | paging::kWritable;

struct Range {
  std::uint64_t start = 0;
  std::uint64_t size = 0;
  std::uint32_t rights = 0;
};

std::string line(const Range& r) {
  return fmt::format("{:016x}-{:016x} {:016x} {}r{}\n", r.start, r.start + r.size, r.size,
                     (r.rights & paging::kUser) != 0 ? 'u' : '-',
                     (r.rights & paging::kWritable) != 0 ? 'w' : '-');
}

}  // namespace

std::string to_qemu_mem(const paging::AddressSpace& tables) {
  std::string out;
  std::optional<Range> open;
  for (const paging::Mapping& m : tables.mappings()) {
    const std::uint64_t size = m.bytes();
    const std::uint32_t rights = m.flags & kRights;
    if (open && open->start + open->size == raw(m.virt) && open->rights == rights) {
      open->size += size;
      continue;
    }
    if (open) out += line(*open);
    open = Range{raw(m.virt), size, rights};
  }
  if (open) out += line(*open);
  return out;
}

}  // namespace memmap::report
