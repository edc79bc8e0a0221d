// The direct map while it grows: which tables exist and which pages are mapped.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>

#include "paging/direct_pages.h"
#include "paging/geometry.h"
#include "paging/mapping.h"
#include "paging/split.h"

namespace memmap::paging {

// It keeps runs of pages and of tables, no entries, so that its size does not grow with the
// memory's.
class TableBuilder {
 public:
  // Called for `count` tables that are new, whose addresses follow each other, in the kernel's
  // order: a table before those below it. `virt`: the first address that the first translates.
  using NewTables = std::function<void(unsigned level, VirtAddr virt, std::uint64_t count)>;

  // `page_offset`: where physical address 0 is mapped. The root, of level `levels`, exists.
  TableBuilder(VirtAddr page_offset, unsigned levels)
      : page_offset_(raw(page_offset)), levels_(levels) {}

  // Maps the piece at its place in the direct map, with the largest pages that it allows. Pages and
  // tables that exist are kept; no page is there that is larger than it allows. Returns the end of
  // the last page that maps it, which may lie above the piece's own.
  PhysAddr map(const MapRange& piece, const NewTables& new_tables);

  // All that is mapped, ascending, every mapping with `flags`.
  Mappings mappings(std::uint32_t flags) const;

  // As the kernel counts them while it maps: pages that are there already, each time anew.
  const DirectPages& counted() const { return counted_; }

 private:
  // The end of each run by its base; runs neither overlap nor touch.
  using Runs = std::map<std::uint64_t, std::uint64_t>;

  struct Request {
    std::uint64_t page_size;
    const NewTables& new_tables;
  };

  std::uint64_t fill(unsigned level, std::uint64_t base, std::uint64_t end, const Request& request);
  // Whether an entry of [base, end) has a table of `level`; none has one of level 0. `end` is an
  // entry's.
  bool has_table_in(unsigned level, std::uint64_t base, std::uint64_t end) const;
  static void add_run(Runs& runs, std::uint64_t base, std::uint64_t end);
  void add_leaves(unsigned level, std::uint64_t base, std::uint64_t end);
  // Those of the entries in [base, end), where `end` is an entry's.
  void add_tables(unsigned level, std::uint64_t base, std::uint64_t end, const Request& request);

  std::uint64_t page_offset_;
  unsigned levels_;
  DirectPages counted_{};
  std::array<Runs, 4> leaves_{};  // pages by level, 1 to 3, in physical bytes
  std::array<Runs, 5> tables_{};  // by level, 1 to 4, in virtual addresses / table_size(level)
};

}  // namespace memmap::paging
