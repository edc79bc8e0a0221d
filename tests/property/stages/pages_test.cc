// Zones and hand-over against a model that goes page by page, on random memory.
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <tuple>

#include "buddy/handoff.h"
#include "zones/form.h"

namespace memmap {
namespace {

constexpr std::uint64_t kPages = 6 * 32768;  // 6 sections: zones from 0, DMA32 from 4096

struct Input {
  memblock::Regions memory{};
  memblock::Regions reserved{};
  std::vector<int> nids{0, 1, 2};
  zones::Options zones{};
  buddy::Options buddy{};
};

// Sorted, disjoint regions with bounds that are often, but not always, multiples of something.
memblock::Regions random_regions(std::mt19937_64& rng, std::size_t count, bool memory,
                                 std::uint64_t nodes) {
  static constexpr std::uint64_t kUnits[] = {
      1, 64, kPageSize, kPageSize << 3, kPageSize << 9, kPageSize << 10, kPageSize << 15};
  std::set<std::uint64_t> bounds;
  while (bounds.size() < 2 * count) {
    const std::uint64_t unit = kUnits[rng() % std::size(kUnits)];
    bounds.insert(rng() % (kPages * kPageSize) / unit * unit);
    if (bounds.size() > 2 && rng() % 8 == 0) break;
  }
  memblock::Regions regions;
  for (auto b = bounds.begin(); b != bounds.end() && std::next(b) != bounds.end(); ++b) {
    if (memory ? rng() % 8 == 0 : rng() % 4 != 0) continue;
    memblock::Region r{PhysRange::make(*b, *std::next(b)), 0, memblock::kAnyNode};
    if (memory) {
      static constexpr std::uint32_t kFlags[] = {
          0, 0, 0, memblock::kNomap, memblock::kMirror, memblock::kHotplug};
      r.flags = kFlags[rng() % std::size(kFlags)];
      r.nid = static_cast<int>(rng() % nodes);
    }
    regions.push_back(r);
  }
  return regions;
}

Input random_input(std::mt19937_64& rng) {
  Input in;
  in.memory = random_regions(rng, 1 + rng() % 12, true, 1 + rng() % 3);
  in.reserved = random_regions(rng, 1 + rng() % 20, false, 1);
  in.zones.behaviour =
      kernel::behaviour_of(rng() % 2 ? kernel::Version{6, 12, 0} : kernel::Version{6, 1, 0}, 6);
  switch (rng() % 4) {
    case 0:
      in.zones.movable.movable_node = true;
      break;
    case 1:
      in.zones.movable.kernelcore_pages = rng() % kPages;
      break;
    case 2:
      in.zones.movable.movablecore_percent = rng() % 120;
      break;
    default:
      break;
  }
  in.buddy.behaviour = in.zones.behaviour;
  in.buddy.max_low_pfn = Pfn{kPages};
  in.buddy.deferred_init = rng() % 2 == 0;
  return in;
}

// What a page is, found without ranges.
enum class Page : unsigned char { absent, nomap, reserved, deferred, free };

// The buddy allocator as it is: one block at a time, merged with its buddy while that is free.
class Model {
 public:
  Model(const Input& in, const std::vector<zones::Node>& nodes, const std::map<int, Pfn>& deferred)
      : page_(kPages, Page::absent), nid_(kPages, -1), zone_(kPages, -1), visited_(kPages, false) {
    for (const memblock::Region& r : in.memory) {
      for (std::uint64_t p = raw(pfn_up(r.range.base())); p < raw(pfn_down(r.range.end())); ++p) {
        const auto d = deferred.find(r.nid);
        const bool later = d != deferred.end() && p >= raw(d->second);
        nid_[p] = r.nid;
        visited_[p] = !later;
        page_[p] = r.flags & memblock::kNomap ? Page::nomap : later ? Page::deferred : Page::free;
      }
    }
    for (const memblock::Region& r : in.reserved) {
      const std::uint64_t end = std::min(raw(pfn_up(r.range.end())), kPages);
      for (std::uint64_t p = raw(pfn_down(r.range.base())); p < end; ++p) {
        if (page_[p] == Page::free || page_[p] == Page::deferred) page_[p] = Page::reserved;
      }
    }
    for (const zones::Node& n : nodes) {
      for (std::size_t z = 0; z < n.zones.size(); ++z) {
        const std::uint64_t start = raw(n.zones[z].start_pfn);
        for (std::uint64_t p = start; p < start + n.zones[z].spanned_pages; ++p) {
          if (nid_[p] == n.nid) zone_[p] = static_cast<int>(z);
        }
      }
    }
    for (std::uint64_t p = 0; p < kPages; ++p) {
      if (page_[p] == Page::free) free_page(p, in.buddy.max_page_order);
    }
  }

  std::uint64_t count(Page what) const {
    return static_cast<std::uint64_t>(std::count(page_.begin(), page_.end(), what));
  }
  std::uint64_t present(int nid, int zone) const {
    std::uint64_t pages = 0;
    for (std::uint64_t p = 0; p < kPages; ++p) pages += nid_[p] == nid && zone_[p] == zone;
    return pages;
  }

  // {nid, zone, order, migrate type, first}
  using Block = std::tuple<int, int, unsigned, int, std::uint64_t>;
  std::set<Block> blocks(unsigned pageblock_order) const {
    std::set<Block> all;
    for (const auto& [first, order] : free_) {
      const bool movable = visited_[first >> pageblock_order << pageblock_order];
      all.insert({nid_[first], zone_[first], order, movable, first});
    }
    return all;
  }

 private:
  void free_page(std::uint64_t pfn, unsigned max_order) {
    unsigned order = 0;
    while (order < max_order) {
      const std::uint64_t buddy = pfn ^ (1ull << order);
      const auto b = free_.find(buddy);
      if (b == free_.end() || b->second != order || nid_[buddy] != nid_[pfn] ||
          zone_[buddy] != zone_[pfn]) {
        break;
      }
      free_.erase(b);
      pfn &= buddy;
      ++order;
    }
    free_[pfn] = order;
  }

  std::vector<Page> page_;
  std::vector<int> nid_;
  std::vector<int> zone_;
  std::vector<bool> visited_;
  std::map<std::uint64_t, unsigned> free_{};
};

class Pages : public testing::TestWithParam<unsigned> {};

TEST_P(Pages, EachIsInExactlyOnePlace) {
  std::mt19937_64 rng(GetParam());
  const Input in = random_input(rng);
  const zones::Formed formed =
      zones::form(in.memory, in.nids, zones::limits(Pfn{kPages}), in.zones);
  const buddy::Handoff handoff = buddy::free_all(in.memory, in.reserved, formed.nodes, in.buddy);
  const Model model(in, formed.nodes, handoff.first_deferred);

  std::uint64_t managed = 0;
  std::set<Model::Block> blocks;
  std::size_t i = 0;
  for (const zones::Node& n : formed.nodes) {
    for (std::size_t z = 0; z < n.zones.size(); ++z, ++i) {
      EXPECT_EQ(n.zones[z].present_pages, model.present(n.nid, static_cast<int>(z)));
      EXPECT_LE(n.zones[z].present_pages, n.zones[z].spanned_pages);
      const buddy::ZoneFree& free = handoff.zones[i];
      EXPECT_LE(free.managed_pages, n.zones[z].present_pages);
      managed += free.managed_pages;
      for (const buddy::FreeList& list : free.free) {
        for (const buddy::FreeRun& run : list.runs) {
          for (std::uint64_t b = 0; b < run.count; ++b) {
            const std::uint64_t first = raw(run.first) + (b << list.order);
            const bool fresh = blocks
                                   .insert({n.nid, static_cast<int>(z), list.order,
                                            static_cast<int>(list.migratetype), first})
                                   .second;
            EXPECT_TRUE(fresh);
          }
        }
      }
    }
  }
  EXPECT_EQ(managed, model.count(Page::free));
  EXPECT_EQ(handoff.totalram_pages, model.count(Page::free) + model.count(Page::deferred));
  EXPECT_TRUE(blocks == model.blocks(in.buddy.pageblock_order));
}

INSTANTIATE_TEST_SUITE_P(Random, Pages, testing::Range(0u, 60u));

}  // namespace
}  // namespace memmap
