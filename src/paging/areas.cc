#include "paging/areas.h"

#include <algorithm>

#include "base/align.h"

namespace memmap::paging {
namespace {

struct Start {
  std::uint64_t base;
  std::string_view name;
};

constexpr std::string_view kKernelImage = "kernel image";
constexpr std::string_view kModules = "modules";
constexpr std::string_view kVmalloc = "vmalloc";
constexpr std::string_view kMemoryMap = "memory map";

// Each area reaches to the next row; rows without a name are holes.
constexpr Start kFourLevels[] = {
    {0x0, "low half (identity)"},   {0x0000800000000000, ""},
    {raw(kLdtRemap4), "LDT remap"}, {raw(kPageOffset4), kDirectMap},
    {0xffffc88000000000, ""},       {raw(kVmalloc4), kVmalloc},
    {0xffffe90000000000, ""},       {raw(kVmemmap4), kMemoryMap},
    {0xffffeb0000000000, ""},       {0xffffec0000000000, "KASAN shadow"},
    {0xfffffc0000000000, ""},
};
constexpr Start kFiveLevels[] = {
    {0x0, "low half (identity)"},   {0x0100000000000000, ""},
    {raw(kLdtRemap5), "LDT remap"}, {raw(kPageOffset5), kDirectMap},
    {0xff91000000000000, ""},       {raw(kVmalloc5), kVmalloc},
    {0xffd2000000000000, ""},       {raw(kVmemmap5), kMemoryMap},
    {0xffd6000000000000, ""},       {0xffdf000000000000, "KASAN shadow"},
    {0xfffffc0000000000, ""},
};
// clang-format off
constexpr Start kCommonTop[] = {
    {raw(kCpuEntryAreas), "CPU entry areas"},
    {0xfffffe8000000000, ""},
    {raw(kEspfix), "ESP fixup stacks"},
    {0xffffff8000000000, ""},
    {raw(kEfiEnd), "EFI runtime"},
    {0xffffffff00000000, ""},
    {raw(kStartKernelMap), kKernelImage},
    {raw(kModulesEnd), "fixmap"},
    {raw(kVsyscall), "vsyscall"},
    {0xffffffffff601000, ""},
};
// clang-format on

constexpr std::string_view kElsewhere = "elsewhere";

template <std::size_t N>
std::string_view find(const Start (&areas)[N], std::uint64_t address) {
  const auto after =
      std::upper_bound(std::begin(areas), std::end(areas), address,
                       [](std::uint64_t a, const Start& area) { return a < area.base; });
  // The first row begins at or below every address that is asked for.
  const std::string_view name = std::prev(after)->name;
  return name.empty() ? kElsewhere : name;
}

// Counts the aligned blocks of 2^shift bytes that ascending ranges touch.
class BlockCount {
 public:
  explicit BlockCount(unsigned shift) : shift_(shift) {}
  void touch(std::uint64_t first_byte, std::uint64_t last_byte) {
    std::uint64_t first = first_byte >> shift_;
    const std::uint64_t last = last_byte >> shift_;
    if (any_) first = std::max(first, last_ + 1);
    if (first > last) return;
    count_ += last - first + 1;
    last_ = last;
    any_ = true;
  }
  std::uint64_t count() const { return count_; }

 private:
  unsigned shift_;
  std::uint64_t count_ = 0;
  std::uint64_t last_ = 0;
  bool any_ = false;
};

void count(AreaTables& area, unsigned levels) {
  BlockCount pte(21);
  BlockCount pmd(30);
  BlockCount pud(39);
  BlockCount p4d(48);
  for (const Mapping* m : area.mappings) {
    const std::uint64_t first = raw(m->virt);
    const std::uint64_t last = first + (m->page_size * m->pages - 1);
    if (m->page_size == kSize4K) {
      area.pages_4k += m->pages;
      pte.touch(first, last);
    } else if (m->page_size == kSize2M) {
      area.pages_2m += m->pages;
    } else {
      area.pages_1g += m->pages;
    }
    if (m->page_size < kSize1G) pmd.touch(first, last);
    pud.touch(first, last);
    p4d.touch(first, last);
    area.bytes += m->page_size * m->pages;
  }
  area.pte_tables = pte.count();
  area.pmd_tables = pmd.count();
  area.pud_tables = pud.count();
  area.p4d_tables = levels >= 5 ? p4d.count() : 0;
}

}  // namespace

std::string_view area_of(VirtAddr address, unsigned levels, const Bases& bases) {
  const std::uint64_t a = raw(address);
  if (a >= kCommonTop[0].base) {
    const std::string_view name = find(kCommonTop, a);
    return name == kKernelImage && address >= bases.modules ? kModules : name;
  }
  Bases fixed = fixed_bases(levels);
  fixed.modules = bases.modules;
  if (bases != fixed && address >= bases.page_offset) {
    return address >= bases.vmemmap ? kMemoryMap : address >= bases.vmalloc ? kVmalloc : kDirectMap;
  }
  const std::string_view name = levels >= 5 ? find(kFiveLevels, a) : find(kFourLevels, a);
  // Below a direct map that KASLR moved nothing is.
  return bases != fixed && name == kDirectMap ? kElsewhere : name;
}

std::vector<Area> areas(unsigned levels, const Bases& bases) {
  // Wherever a name may change: the fixed borders of both kinds, and where KASLR put the others.
  std::vector<std::uint64_t> borders{raw(bases.page_offset), raw(bases.vmalloc), raw(bases.vmemmap),
                                     raw(bases.modules)};
  for (const Start& s : kCommonTop) borders.push_back(s.base);
  for (const Start& s : kFourLevels) borders.push_back(s.base);
  for (const Start& s : kFiveLevels) borders.push_back(s.base);
  std::ranges::sort(borders);
  std::vector<Area> out;
  for (const std::uint64_t base : borders) {
    std::string_view name = area_of(VirtAddr{base}, levels, bases);
    if (name == kElsewhere) name = {};
    if (!out.empty() && (out.back().base == base || out.back().name == name)) continue;
    if (!out.empty()) out.back().end = base;
    out.push_back({base, ~std::uint64_t{0} - (kPageSize - 1), name});
  }
  return out;
}

std::vector<VirtAddr> vmalloc_root_entries(const AddressSpace& tables) {
  std::vector<VirtAddr> out;
  const std::uint64_t step = entry_size(tables.levels());
  const std::uint64_t start = raw(tables.bases().vmalloc);
  const std::uint64_t end = start + vmalloc_size(tables.levels());
  for (std::uint64_t at = start; at < end; at = align_down(at, step) + step)
    out.push_back(VirtAddr{at});
  return out;
}

std::vector<AreaTables> tables_by_area(const AddressSpace& tables) {
  std::vector<AreaTables> areas;
  for (const Mapping& m : tables.mappings()) {
    const std::string_view name = area_of(m.virt, tables.levels(), tables.bases());
    if (areas.empty() || areas.back().name != name) areas.push_back({.name = name});
    areas.back().mappings.push_back(&m);
  }
  for (AreaTables& area : areas) count(area, tables.levels());
  return areas;
}

}  // namespace memmap::paging
