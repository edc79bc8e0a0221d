#include "paging/share.h"

#include <algorithm>

namespace memmap::paging {

void share_tables(const AddressSpace& from, AddressSpace& to, VirtAddr start, std::uint64_t size,
                  unsigned level, VirtAddr at) {
  const std::uint64_t last = raw(start) + (size - 1);
  for (unsigned l = 1; l < level; ++l) {
    const TableRuns& tables = from.tables(l);
    for (auto t = tables.from(start); t != tables.end() && raw((*t).virt) <= last; ++t)
      to.add_table(l, VirtAddr{raw((*t).virt) - raw(start) + raw(at)}, (*t).page);
  }
}

void share(const AddressSpace& from, AddressSpace& to, VirtAddr start, std::uint64_t size,
           unsigned level, VirtAddr at) {
  const std::uint64_t last = raw(start) + (size - 1);
  const auto moved = [&](std::uint64_t virt) { return VirtAddr{virt - raw(start) + raw(at)}; };
  share_tables(from, to, start, size, level, at);
  to.unmap(at, size);
  const Mappings& runs = from.mappings();
  auto run = std::ranges::lower_bound(
      runs, raw(start), {}, [](const Mapping& m) { return raw(m.virt) + (m.bytes() - 1); });
  for (; run != runs.end() && raw(run->virt) <= last; ++run) {
    const Mapping& m = *run;
    const std::uint64_t skipped =
        raw(m.virt) < raw(start) ? (raw(start) - raw(m.virt)) / m.page_size : 0;
    const std::uint64_t first = raw(m.virt) + skipped * m.page_size;
    const std::uint64_t pages = std::min(m.pages - skipped, (last - first) / m.page_size + 1);
    to.map(
        {moved(first), PhysAddr{raw(m.phys) + skipped * m.page_size}, m.page_size, pages, m.flags});
  }
}

}  // namespace memmap::paging
