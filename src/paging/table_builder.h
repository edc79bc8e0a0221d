// The state of the direct map's tables while ranges are being added: which tables exist, which
// pages are mapped. Runs instead of entries, so that its size does not follow the memory's.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <set>

#include "paging/geometry.h"
#include "paging/mapping.h"
#include "paging/split.h"

namespace memmap::paging {

class TableBuilder {
 public:
  // Called for each table that has to be taken, in the kernel's order: a table before those below.
  using NewTable = std::function<void(unsigned level, VirtAddr virt)>;

  // The root (level `levels`) exists from the start.
  TableBuilder(VirtAddr page_offset, unsigned levels)
      : page_offset_(raw(page_offset)), levels_(levels) {}

  // Maps the piece at its place in the direct map; returns the end of the last page that maps it,
  // which may lie above the piece's.
  PhysAddr map(const MapRange& piece, const NewTable& new_table);

  // All that is mapped, ascending.
  Mappings mappings(std::uint32_t flags) const;

 private:
  using Runs = std::map<std::uint64_t, std::uint64_t>;  // physical base -> end, joined

  struct Request {
    std::uint64_t page_size;
    const NewTable& new_table;
  };

  std::uint64_t fill(unsigned level, std::uint64_t base, std::uint64_t end, const Request& request);
  bool has_table_in(unsigned level, std::uint64_t base, std::uint64_t end) const;
  void add(unsigned level, std::uint64_t base, std::uint64_t end);

  std::uint64_t page_offset_;
  unsigned levels_;
  std::array<Runs, 4> leaves_{};  // [level] 1..3
  std::array<std::set<std::uint64_t>, 5>
      tables_{};  // [level] 1..4, by virtual address / table_size
};

}  // namespace memmap::paging
