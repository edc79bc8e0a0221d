#include "paging/build.h"

#include <optional>
#include <string>

#include "base/align.h"

namespace memmap::paging {
namespace {

constexpr std::uint64_t kPhysLimit = 1ull << 52;

std::uint64_t leaf_bits(std::uint32_t flags, unsigned level) {
  std::uint64_t bits = kEntryPresent | kEntryAccessed | kEntryDirty;
  if (flags & kWritable) bits |= kEntryWritable;
  if (flags & kNoExecute) bits |= kEntryNoExecute;
  if (flags & kGlobal) bits |= kEntryGlobal;
  if (flags & kUser) bits |= kEntryUser;
  if (flags & kCacheDisable) bits |= kEntryCacheDisable;
  if (flags & kWriteThrough) bits |= kEntryWriteThrough;
  if (flags & kPat) bits |= level == 1 ? kEntryPat : kEntryPatLarge;
  return bits;
}

// What is wrong with a mapping by itself; empty: nothing.
std::string_view fault(const Mapping& m, unsigned levels) {
  if (leaf_level(m.page_size) == 0) return "page size must be 4 KiB, 2 MiB or 1 GiB";
  if (!is_aligned(raw(m.virt) | raw(m.phys), m.page_size)) {
    return "addresses must be multiples of the page size";
  }
  if (m.pages > kPhysLimit / m.page_size || raw(m.phys) > kPhysLimit - m.pages * m.page_size) {
    return "mapping reaches above physical address 2^52";
  }
  if (!is_canonical(m.virt, levels)) return "virtual address is not canonical";
  const std::uint64_t half = 1ull << (entry_shift(levels + 1) - 1);
  if (m.pages * m.page_size > half - raw(m.virt) % half) {
    return "mapping reaches beyond its half of the canonical addresses";
  }
  return {};
}

class Builder {
 public:
  Builder(unsigned levels, const PlaceTable& place) : place_(place) {
    tables_.levels = levels;
    tables_.root = new_table(levels, VirtAddr{0});
  }

  // False if a page is mapped already; what was mapped before it stays.
  bool map(const Mapping& m, unsigned level) {
    std::uint64_t bits = leaf_bits(m.flags, level);
    if (level > 1) bits |= kEntryLarge;
    Table* table = nullptr;
    for (std::uint64_t i = 0; i < m.pages; ++i) {
      const VirtAddr virt{raw(m.virt) + i * m.page_size};
      const unsigned index = index_of(virt, level);
      if (!table || index == 0) table = table_for(virt, level);
      if (!table || (*table)[index]) return false;
      (*table)[index] = (raw(m.phys) + i * m.page_size) | bits;
    }
    return true;
  }

  Tables take() { return std::move(tables_); }

 private:
  // The table of this level that translates `virt`, with all above it; null: a page is in the way.
  Table* table_for(VirtAddr virt, unsigned level) {
    Table* table = &tables_.pages.at(tables_.root);
    for (unsigned above = tables_.levels; above > level; --above) {
      std::uint64_t& entry = (*table)[index_of(virt, above)];
      if (entry & kEntryLarge) return nullptr;
      if (!entry) {
        const VirtAddr first{align_down(raw(virt), entry_size(above))};
        entry = raw(new_table(above - 1, first)) | kEntryPresent | kEntryWritable | kEntryUser |
                kEntryAccessed;
      }
      table = &tables_.pages.at(PhysAddr{entry & kEntryAddress});
    }
    return table;
  }

  PhysAddr new_table(unsigned level, VirtAddr virt) {
    const PhysAddr at = place_(level, virt);
    MEMMAP_CHECK((raw(at) & ~kEntryAddress) == 0, "a page table must be a page below 2^52");
    const bool fresh = tables_.pages.emplace(at, Table{}).second;
    MEMMAP_CHECK(fresh, "two page tables at one place");
    return at;
  }

  const PlaceTable& place_;
  Tables tables_{};
};

Error error_of(std::size_t number, const Mapping& m, std::string_view what) {
  Error e{.message = "mapping " + std::to_string(number) + ": " + std::string(what)};
  if (m.pages <= kPhysLimit / std::max<std::uint64_t>(m.page_size, 1)) {
    e.range = PhysRange::from_size(m.phys, m.pages * m.page_size);
  }
  return e;
}

}  // namespace

Result<Tables> build(const Mappings& mappings, unsigned levels, const PlaceTable& place) {
  MEMMAP_CHECK(levels == 4 || levels == 5, "page tables have 4 or 5 levels");
  Errors errors;
  Builder builder(levels, place);
  for (std::size_t i = 0; i < mappings.size(); ++i) {
    const Mapping& m = mappings[i];
    if (const std::string_view what = fault(m, levels); !what.empty()) {
      errors.push_back(error_of(i, m, what));
    } else if (!builder.map(m, leaf_level(m.page_size))) {
      errors.push_back(error_of(i, m, "overlaps an earlier mapping"));
    }
  }
  if (!errors.empty()) return errors;
  return builder.take();
}

}  // namespace memmap::paging
