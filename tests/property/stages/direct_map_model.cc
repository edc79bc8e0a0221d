#include "property/stages/direct_map_model.h"

#include <map>
#include <set>

#include "paging/build.h"
#include "paging/direct_map.h"
#include "paging/walk.h"

namespace memmap::paging::test {
namespace {

constexpr std::uint64_t kTop = 6 * kGiB;

std::vector<PhysRange> random_memory(const Chance& chance) {
  static constexpr std::uint64_t kUnits[] = {kSize4K, kSize4K << 4, kSize2M, kSize1G};
  std::set<std::uint64_t> bounds = {0x100000};
  for (unsigned tries = 0; bounds.size() < 2 + chance() % 14 && tries < 200; ++tries) {
    const std::uint64_t unit = kUnits[chance() % std::size(kUnits)];
    bounds.insert(chance() % kTop / unit * unit);
  }
  std::vector<PhysRange> memory;
  for (auto b = bounds.begin(); std::next(b) != bounds.end(); ++b) {
    if (chance() % 3) memory.push_back(PhysRange::make(*b, *std::next(b)));
  }
  return memory;
}

DirectMapOptions random_options(const Chance& chance, const std::vector<PhysRange>& memory) {
  DirectMapOptions o;
  o.features.gbpages = chance() % 2;
  o.features.nx = chance() % 4;
  o.features.la57 = chance() % 2;
  // Randomised by whole GiB, as KASLR does it.
  o.page_offset =
      VirtAddr{raw(fixed_bases(o.features.levels()).page_offset) + chance() % 1000 * kSize1G};
  o.max_pfn = memory.empty() ? Pfn{0} : pfn_down(memory.back().end());
  o.direction = chance() % 4 ? Direction::top_down : Direction::bottom_up;
  o.kernel_end = PhysAddr{0x3c30000};
  const std::uint64_t found = raw(phys_of(o.max_pfn)) / kSize2M * kSize2M;
  o.top_end = top_block_end(PhysAddr{found > 2 * kSize2M ? found - kSize2M : 0}, o.max_pfn);
  o.brk_tables = PhysRange::make(0x3c20000, 0x3c20000 + chance() % 17 * kPageSize);
  return o;
}

// Joins ranges that touch; they must not overlap.
std::vector<PhysRange> joined(std::vector<PhysRange> ranges) {
  std::sort(ranges.begin(), ranges.end());
  std::vector<PhysRange> out;
  for (const PhysRange r : ranges) {
    if (!out.empty() && out.back().end() == r.base()) {
      out.back() = PhysRange::make(raw(out.back().base()), raw(r.end()));
    } else {
      out.push_back(r);
    }
  }
  return out;
}

}  // namespace

std::string direct_map_difference(const Chance& chance) {
  const std::vector<PhysRange> memory = random_memory(chance);
  const DirectMapOptions o = random_options(chance, memory);
  if (o.direction == Direction::bottom_up && phys_of(o.max_pfn) < o.kernel_end) return "";
  const DirectMap d = direct_map(memory, o);

  // All memory and the first MiB, nothing else, each page once and at its place.
  std::vector<PhysRange> mapped;
  for (const Mapping& m : d.mappings) {
    if (raw(m.virt) - raw(m.phys) != raw(o.page_offset)) return "a page that is not at its place";
    mapped.push_back(PhysRange::make(raw(m.phys), raw(m.phys) + m.pages * m.page_size));
  }
  std::vector<PhysRange> want = {PhysRange::make(0, raw(kIsaEnd))};
  for (const PhysRange r : memory) {
    const PhysRange above = PhysRange::make(std::max(raw(r.base()), raw(kIsaEnd)),
                                            std::max(raw(r.end()), raw(kIsaEnd)));
    if (!above.empty()) want.push_back(above);
  }
  // Where a large page is memory as a whole, it may reach below 1 MiB too; memory starts there.
  if (joined(mapped) != joined(want)) return "what is mapped";

  // The tables that were asked for are those that hold the mappings, no more.
  std::set<std::pair<unsigned, std::uint64_t>> asked;
  for (const MapStep& s : d.steps) {
    for (const TableRequest& t : s.tables) {
      for (std::uint64_t n = 0; n < t.count; ++n) {
        if (!asked.emplace(t.level, raw(t.virt_of(n))).second)
          return "a table that is asked for twice";
      }
      if (t.from_brk_tables && !t.limits.empty()) return "limits of a page of the brk area";
    }
  }
  std::set<std::pair<unsigned, std::uint64_t>> placed;
  const auto tables = build(d.mappings, o.features.levels(), [&](unsigned level, VirtAddr virt) {
    if (level < o.features.levels()) placed.emplace(level, raw(virt));
    return PhysAddr{(placed.size() + 1) << kPageShift};
  });
  if (!tables.ok()) return "mappings that no tables translate";
  if (asked != placed) return "the tables that are asked for";
  return walk(*tables) == d.mappings ? "" : "what the tables translate";
}

}  // namespace memmap::paging::test
