// The kernel's page tables while they grow: where each table lies, and what all of them translate.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "paging/geometry.h"
#include "paging/mapping.h"
#include "paging/table_runs.h"

namespace memmap::paging {

// It keeps runs of pages and of tables, no entries: its size does not grow with the memory's.
// kernel: init_mm.pgd and the tables below it
class AddressSpace {
 public:
  // `levels`: 4 or 5. The root is there from the start.
  explicit AddressSpace(unsigned levels, TablePage root = {})
      : AddressSpace(levels, fixed_bases(levels), root) {}
  AddressSpace(unsigned levels, Bases bases, TablePage root);

  unsigned levels() const { return levels_; }
  const Bases& bases() const { return bases_; }
  // Of `level` 1 (tables of 4 KiB pages) to levels(), where the root is the only one.
  const TableRuns& tables(unsigned level) const { return tables_[level]; }
  std::optional<TablePage> table(unsigned level, VirtAddr virt) const;  // none of level 0
  // Adds the table of `level`, below levels(), that translates `virt`. False: it is there already.
  bool add_table(unsigned level, VirtAddr virt, TablePage page);
  // Takes it away, where there is one; nothing is mapped through it any more.
  void remove_table(unsigned level, VirtAddr virt);

  // Puts the run's pages in place of what is mapped there; a larger page that they cover in part goes as
  // a whole. The run does not end above all addresses. Neighbours become one run where the
  // processor sees no border: same size, same flags, frames that follow each other.
  void map(const Mapping& run);
  // Removes every page that [virt, virt + size) touches.
  void unmap(VirtAddr virt, std::uint64_t size);

  // The run that `virt` lies in; nullptr: a fault.
  const Mapping* find(VirtAddr virt) const;
  // All of them, ascending: what walk() finds.
  const Mappings& mappings() const { return runs_; }

 private:
  unsigned levels_;
  Bases bases_;
  std::array<TableRuns, 6> tables_;  // by level, from 1 on
  Mappings runs_{};                  // ascending, disjoint, joined
  std::size_t behind_last_ = 0;      // what is mapped next lies there as a rule: a place in runs_
};

}  // namespace memmap::paging
