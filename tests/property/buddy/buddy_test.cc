// The run-length page allocator against one that goes page by page, on random zones and random
// sequences of requests. MEMMAP_BUDDY_MACHINES says how many machines; 10000 take a quarter of a minute.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "base/align.h"
#include "base/blocks.h"
#include "buddy/handoff.h"
#include "page_model.h"

namespace memmap::buddy {
namespace {

using test::PageModel;

unsigned machines() {
  const char* asked = std::getenv("MEMMAP_BUDDY_MACHINES");
  return asked ? static_cast<unsigned>(std::strtoul(asked, nullptr, 10)) : 300;
}

struct Machine {
  std::uint64_t start = 0;  // the zone's; it ends at `end`
  std::uint64_t end = 0;
  memblock::Regions memory{};
  memblock::Regions reserved{};
  Options options{};
};

kernel::Version version_of(std::mt19937_64& rng) {
  static constexpr kernel::Version kVersions[] = {{5, 4, 0},  {5, 10, 0}, {6, 1, 0},
                                                  {6, 10, 0}, {6, 18, 0}, {7, 2, 0}};
  return kVersions[rng() % std::size(kVersions)];
}

Machine random_machine(std::mt19937_64& rng) {
  Machine m;
  m.options.behaviour = kernel::behaviour_of(version_of(rng), 6);
  m.options.max_page_order = 3 + static_cast<unsigned>(rng() % 4);
  m.options.pageblock_order = 2 + static_cast<unsigned>(rng() % m.options.max_page_order);
  m.options.pageblock_order = std::min(m.options.pageblock_order, m.options.max_page_order);
  const std::uint64_t pages = 64 + rng() % 448;
  m.start = rng() % 3 ? 0 : rng() % 40;
  m.end = m.start + pages;
  m.options.max_low_pfn = Pfn{m.end};
  const auto cut = [&](memblock::Regions& regions, std::uint64_t one_in) {
    std::set<std::uint64_t> bounds;
    const std::size_t count = 2 + rng() % 14;
    while (bounds.size() < count) {
      bounds.insert(m.start + rng() % (pages + 1) / (1 + rng() % 8 * 2) * 1);
    }
    for (auto b = bounds.begin(); std::next(b) != bounds.end(); ++b) {
      if (rng() % one_in == 0) continue;
      regions.push_back({PhysRange::make(*b << kPageShift, *std::next(b) << kPageShift), 0, 0});
    }
  };
  cut(m.memory, 6);
  cut(m.reserved, 2);
  return m;
}

std::vector<zones::Node> node_of(const Machine& m) {
  return {{0,
           Pfn{m.start},
           m.end - m.start,
           m.end - m.start,
           {{zones::ZoneType::dma, Pfn{m.start}, m.end - m.start, m.end - m.start}}}};
}

std::string text(const PageModel::Lists& lists) {
  std::ostringstream out;
  for (const auto& [key, list] : lists) {
    out << key.first << '/' << static_cast<int>(key.second) << ':';
    for (const std::uint64_t pfn : list) out << ' ' << pfn;
    out << '\n';
  }
  return out.str();
}

PageModel::Lists unrolled(const OrderedLists& lists) {
  PageModel::Lists out;
  for (const OrderedList& l : lists) {
    auto& list = out[{l.order, l.migratetype}];
    for (const ListRun& run : l.runs) {
      for (std::uint64_t i = 0; i < run.count; ++i) {
        list.push_back(run.falling ? raw(run.first) - (i << l.order)
                                   : raw(run.first) + (i << l.order));
      }
    }
  }
  return out;
}

// The order that runs have cannot be shortened.
void expect_shortest(const OrderedLists& lists) {
  for (const OrderedList& l : lists) {
    for (std::size_t i = 1; i < l.runs.size(); ++i) {
      const ListRun& a = l.runs[i - 1];
      const ListRun& b = l.runs[i];
      const std::uint64_t up = raw(a.first) + (a.count << l.order);
      const bool rises = !a.falling && !b.falling && raw(b.first) == up;
      const std::uint64_t down = raw(a.first) - (a.count << l.order);
      const bool falls =
          (a.falling || a.count == 1) && (b.falling || b.count == 1) && raw(b.first) == down;
      EXPECT_FALSE(rises || falls) << l.order;
    }
  }
}

// What memblock_free_all() frees: chunk by chunk, run by run.
class Boot {
 public:
  explicit Boot(const Machine& m)
      : machine_(m),
        options_{.start_pfn = Pfn{m.start},
                 .spanned_pages = m.end - m.start,
                 .max_page_order = m.options.max_page_order,
                 .behaviour = m.options.behaviour},
        handoff_(free_all(m.memory, m.reserved, node_of(m), m.options)),
        model_(align_up(m.end, 2ull << m.options.max_page_order), m.start, m.end, pageblocks(),
               m.options.pageblock_order, options_),
        zone_(FreeLists(lists_of(handoff_.zones[0])), handoff_.pageblocks.part(m.start, m.end),
              options_) {
    std::vector<bool> free(m.end);
    for (const memblock::Region& r : m.memory) set(free, r, true);
    for (const memblock::Region& r : m.reserved) set(free, r, false);
    const auto place =
        m.options.behaviour.handover_frees_to_tail ? std::optional(Place::tail) : std::nullopt;
    for (const memblock::Region& r : m.memory) {  // a run ends with its region
      const std::uint64_t region_end = raw(pfn_down(r.range.end()));
      for (std::uint64_t p = raw(pfn_up(r.range.base())); p < region_end;) {
        if (!free[p]) {
          ++p;
          continue;
        }
        std::uint64_t run = p;
        while (run < region_end && free[run]) ++run;
        while (p < run) {
          unsigned order = 0;
          while (order < m.options.max_page_order && is_aligned(p, 2ull << order) &&
                 p + (2ull << order) <= run) {
            ++order;
          }
          model_.free(p, order, place);
          p += 1ull << order;
        }
      }
    }
  }

  bool same(const char* after) const {
    const OrderedLists lists = zone_.lists().ordered();
    expect_shortest(lists);
    const std::string want = text(model_.lists());
    const std::string got = text(unrolled(lists));
    EXPECT_EQ(got, want) << "after " << after;
    if (got != want) return false;
    for (std::uint64_t p = machine_.start; p < machine_.end; ++p) {
      if (zone_.pageblocks().type(p) == model_.pageblock(p)) continue;
      ADD_FAILURE() << "pageblock of " << p << " after " << after;
      return false;
    }
    EXPECT_EQ(zone_.watermark_boost(), model_.watermark_boost());
    return true;
  }

  // One random operation on both; its name.
  std::string step(std::mt19937_64& rng);

 private:
  static void set(std::vector<bool>& pages, const memblock::Region& r, bool value) {
    for (std::uint64_t p = raw(pfn_down(r.range.base())); p < raw(pfn_up(r.range.end())); ++p) {
      pages[p] = value;
    }
  }
  std::vector<MigrateType> pageblocks() const {
    std::vector<MigrateType> types;
    const std::uint64_t size = 1ull << machine_.options.pageblock_order;
    for (std::uint64_t p = 0; p < machine_.end + (4ull << machine_.options.max_page_order);
         p += size) {
      bool memory = false;
      for (const memblock::Region& r : machine_.memory) {
        memory |= r.range.contains(phys_of(Pfn{p}));
      }
      // Before 5.8 holes within the zone too.
      const bool hole =
          !machine_.options.behaviour.init_by_region && p >= machine_.start && p < machine_.end;
      types.push_back(memory || hole ? MigrateType::movable : MigrateType::unmovable);
    }
    return types;
  }

  const Machine& machine_;
  ZoneOptions options_;
  Handoff handoff_;
  PageModel model_;
  ZoneAllocator zone_;
  std::vector<std::pair<std::uint64_t, unsigned>> taken_{};
};

std::string Boot::step(std::mt19937_64& rng) {
  const std::uint64_t what = rng() % 100;
  std::ostringstream name;
  if (what < 55) {
    static constexpr MigrateType kTypes[] = {MigrateType::unmovable, MigrateType::movable,
                                             MigrateType::reclaimable};
    const unsigned order =
        static_cast<unsigned>(rng() % 3 ? rng() % 2 : rng() % (options_.max_page_order + 1));
    const MigrateType type = kTypes[rng() % 3];
    const Take take{.cma = type == MigrateType::movable && rng() % 2 == 0,
                    .may_fragment = rng() % 4 != 0};
    Rmqueue ours = Rmqueue::normal;
    Rmqueue models = Rmqueue::normal;
    for (unsigned n = rng() % 8 ? 1 : 5; n > 0; --n) {
      name << "alloc " << order << " type " << static_cast<int>(type) << ' ';
      const auto got = zone_.alloc(order, type, take, ours);
      const auto want = model_.alloc(order, type, take, models);
      EXPECT_EQ(got.has_value(), want.has_value());
      EXPECT_EQ(ours, models);
      if (!got || !want) break;
      EXPECT_EQ(raw(*got), *want);
      taken_.push_back({*want, order});
    }
  } else if (what < 58) {
    const unsigned order = static_cast<unsigned>(rng() % 3);
    name << "alloc_smallest " << order;
    const auto got = zone_.alloc_smallest(order, MigrateType::highatomic);
    const auto want = model_.alloc_smallest(order, MigrateType::highatomic);
    EXPECT_EQ(got.has_value(), want.has_value());
    if (got && want) taken_.push_back({*want, order});
  } else if (what < 92) {
    if (taken_.empty()) return "nothing";
    std::swap(taken_[rng() % taken_.size()], taken_.back());
    const auto [pfn, order] = taken_.back();
    taken_.pop_back();
    const auto place = rng() % 4   ? std::nullopt
                       : rng() % 2 ? std::optional(Place::tail)
                                   : std::optional(Place::head);
    name << "free " << pfn << " order " << order;
    if (rng() % 4 == 0) {  // page by page, though not all of them
      const std::uint64_t end = pfn + 1 + rng() % (1ull << order);
      zone_.free_range(Pfn{pfn}, Pfn{end}, place);
      for (std::uint64_t p = pfn; p < end; ++p) model_.free(p, 0, place);
      for (std::uint64_t p = end; p < pfn + (1ull << order); ++p) taken_.push_back({p, 0});
    } else {
      zone_.free(Pfn{pfn}, order, place);
      model_.free(pfn, order, place);
    }
  } else if (what < 94) {
    const std::uint64_t pfn = machine_.start + rng() % (machine_.end - machine_.start);
    name << "take off " << pfn;
    const bool want = model_.take_off(pfn);
    EXPECT_EQ(zone_.take_off(Pfn{pfn}), want);
    if (want) taken_.push_back({pfn, 0});
  } else if (what < 98) {
    const std::uint64_t pfn = machine_.start + rng() % (machine_.end - machine_.start);
    const auto type = static_cast<MigrateType>(rng() % kMigrateTypes);
    name << "pageblock of " << pfn << " to " << static_cast<int>(type);
    // The kernel does it to pageblocks that are not part of a larger block.
    const std::uint64_t block = align_down(pfn, 1ull << machine_.options.pageblock_order);
    const auto at = zone_.lists().at(block);
    if (at && at->order > machine_.options.pageblock_order) return "nothing";
    EXPECT_EQ(zone_.move_pageblock(Pfn{pfn}, type), model_.move_pageblock(pfn, type));
  } else {
    const std::uint64_t managed = rng() % 2 ? machine_.end : 0;
    const std::uint64_t high = rng() % 200;
    name << "high watermark " << high;
    zone_.set_boost_limits(managed, high);
    model_.set_boost_limits(managed, high);
  }
  return name.str();
}

TEST(BuddyAgainstPages, EachListIsTheSame) {
  for (unsigned seed = 0; seed < machines(); ++seed) {
    std::mt19937_64 rng(seed);
    const Machine machine = random_machine(rng);
    Boot boot(machine);
    if (!boot.same("the hand-over")) FAIL() << "machine " << seed;
    std::string story;
    for (int step = 0; step < 120; ++step) {
      story = boot.step(rng);
      if (!boot.same(story.c_str()) || HasFailure()) {
        FAIL() << "machine " << seed << ", step " << step << ": " << story;
      }
    }
  }
}

}  // namespace
}  // namespace memmap::buddy
