#include "paging/lookup.h"

namespace memmap::paging {

Lookup look_up(const AddressSpace& tables, VirtAddr address) {
  Lookup out;
  if (!is_canonical(address, tables.levels())) {
    out.canonical = false;
    return out;
  }
  out.mapping = tables.find(address);
  if (out.mapping != nullptr)
    out.phys = PhysAddr{raw(out.mapping->phys) + (raw(address) - raw(out.mapping->virt))};
  std::optional<TablePage> table = tables.table(tables.levels(), address);
  for (unsigned level = tables.levels(); table; --level) {
    LookupStep step{.level = level, .table = *table, .index = index_of(address, level)};
    step.start = VirtAddr{raw(address) & ~(entry_size(level) - 1)};
    const bool is_page = out.mapping != nullptr && out.mapping->page_size == entry_size(level);
    table = is_page ? std::nullopt : tables.table(level - 1, address);
    if (is_page) {
      step.entry = EntryKind::page;
    } else if (table) {
      step.entry = EntryKind::table;
    }
    out.steps.push_back(step);
  }
  return out;
}

std::vector<VirtAddr> addresses_of(const AddressSpace& tables, PhysAddr phys) {
  std::vector<VirtAddr> out;
  for (const Mapping& m : tables.mappings()) {
    if (phys < m.phys || raw(phys) - raw(m.phys) >= m.bytes()) continue;
    out.push_back(VirtAddr{raw(m.virt) + (raw(phys) - raw(m.phys))});
  }
  return out;
}

}  // namespace memmap::paging
