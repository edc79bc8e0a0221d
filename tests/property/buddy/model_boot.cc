#include "property/buddy/model_boot.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <sstream>

#include "base/align.h"
#include "base/blocks.h"

namespace memmap::buddy::test {
namespace {

kernel::Version version_of(const Chance& chance) {
  static constexpr kernel::Version kVersions[] = {{5, 4, 0},  {5, 10, 0}, {6, 1, 0},
                                                  {6, 10, 0}, {6, 18, 0}, {7, 2, 0}};
  return kVersions[chance() % std::size(kVersions)];
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

// Whether the order that runs have cannot be shortened.
bool is_shortest(const OrderedLists& lists) {
  for (const OrderedList& l : lists) {
    for (std::size_t i = 1; i < l.runs.size(); ++i) {
      const ListRun& a = l.runs[i - 1];
      const ListRun& b = l.runs[i];
      const std::uint64_t up = raw(a.first) + (a.count << l.order);
      const bool rises = !a.falling && !b.falling && raw(b.first) == up;
      const std::uint64_t down = raw(a.first) - (a.count << l.order);
      const bool falls =
          (a.falling || a.count == 1) && (b.falling || b.count == 1) && raw(b.first) == down;
      if (rises || falls) return false;
    }
  }
  return true;
}

void set(std::vector<bool>& pages, const memblock::Region& r, bool value) {
  for (std::uint64_t p = raw(pfn_down(r.range.base())); p < raw(pfn_up(r.range.end())); ++p) {
    pages[p] = value;
  }
}

}  // namespace

Machine machine_by(const Chance& chance) {
  Machine m;
  m.options.behaviour = kernel::behaviour_of(version_of(chance), 6);
  m.options.max_page_order = 3 + static_cast<unsigned>(chance() % 4);
  m.options.pageblock_order = 2 + static_cast<unsigned>(chance() % m.options.max_page_order);
  m.options.pageblock_order = std::min(m.options.pageblock_order, m.options.max_page_order);
  const std::uint64_t pages = 64 + chance() % 448;
  m.start = chance() % 3 ? 0 : chance() % 40;
  m.end = m.start + pages;
  if (chance() % 2) m.end = align_up(m.end, 1ull << m.options.pageblock_order) + chance() % 3 - 1;
  m.options.max_low_pfn = Pfn{m.end};
  const auto cut = [&](memblock::Regions& regions, std::uint64_t one_in) {
    std::set<std::uint64_t> bounds;
    const std::size_t count = 2 + chance() % 14;
    for (unsigned tries = 0; bounds.size() < count && tries < 200; ++tries) {
      bounds.insert(m.start + chance() % (m.end - m.start + 1) / (1 + chance() % 8 * 2) * 1);
    }
    for (auto b = bounds.begin(); b != bounds.end() && std::next(b) != bounds.end(); ++b) {
      if (chance() % one_in == 0) continue;
      regions.push_back({PhysRange::make(*b << kPageShift, *std::next(b) << kPageShift), 0, 0});
    }
  };
  cut(m.memory, 6);
  cut(m.reserved, 2);
  return m;
}

ModelBoot::ModelBoot(const Machine& m)
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

std::vector<MigrateType> ModelBoot::pageblocks() const {
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

std::string ModelBoot::difference() const {
  const OrderedLists lists = zone_.lists().ordered();
  if (!is_shortest(lists)) return "runs that could be one";
  const std::string want = text(model_.lists());
  const std::string got = text(unrolled(lists));
  if (got != want) return "lists\n" + got + "are to be\n" + want;
  for (std::uint64_t p = machine_.start; p < machine_.end; ++p) {
    if (zone_.pageblocks().type(p) != model_.pageblock(p))
      return "pageblock of " + std::to_string(p);
  }
  return zone_.watermark_boost() == model_.watermark_boost() ? "" : "the watermarks' boost";
}

std::string ModelBoot::step(const Chance& chance, std::string& differs) {
  const std::uint64_t what = chance() % 100;
  std::ostringstream name;
  if (what < 55) {
    static constexpr MigrateType kTypes[] = {MigrateType::unmovable, MigrateType::movable,
                                             MigrateType::reclaimable};
    const unsigned order = static_cast<unsigned>(
        chance() % 3 ? chance() % 2 : chance() % (options_.max_page_order + 1));
    const MigrateType type = kTypes[chance() % 3];
    const Take take{.cma = type == MigrateType::movable && chance() % 2 == 0,
                    .may_fragment = chance() % 4 != 0};
    Rmqueue ours = Rmqueue::normal;
    Rmqueue models = Rmqueue::normal;
    for (unsigned n = chance() % 8 ? 1 : 5; n > 0; --n) {
      name << "alloc " << order << " type " << static_cast<int>(type) << ' ';
      const auto got = zone_.alloc(order, type, take, ours);
      const auto want = model_.alloc(order, type, take, models);
      if (got.has_value() != want.has_value() || ours != models) differs = "whether there is one";
      if (!got || !want) break;
      if (raw(*got) != *want) differs = "which block it is";
      taken_.push_back({*want, order});
    }
  } else if (what < 58) {
    const unsigned order = static_cast<unsigned>(chance() % 3);
    name << "alloc_smallest " << order;
    const auto got = zone_.alloc_smallest(order, MigrateType::highatomic);
    const auto want = model_.alloc_smallest(order, MigrateType::highatomic);
    if (got.has_value() != want.has_value()) differs = "whether there is one";
    if (got && want) taken_.push_back({*want, order});
  } else if (what < 92) {
    if (taken_.empty()) return "nothing";
    std::swap(taken_[chance() % taken_.size()], taken_.back());
    const auto [pfn, order] = taken_.back();
    taken_.pop_back();
    const auto place = chance() % 4   ? std::nullopt
                       : chance() % 2 ? std::optional(Place::tail)
                                      : std::optional(Place::head);
    name << "free " << pfn << " order " << order;
    if (chance() % 4 == 0) {  // page by page, though not all of them
      const std::uint64_t end = pfn + 1 + chance() % (1ull << order);
      zone_.free_range(Pfn{pfn}, Pfn{end}, place);
      for (std::uint64_t p = pfn; p < end; ++p) model_.free(p, 0, place);
      for (std::uint64_t p = end; p < pfn + (1ull << order); ++p) taken_.push_back({p, 0});
    } else {
      zone_.free(Pfn{pfn}, order, place);
      model_.free(pfn, order, place);
    }
  } else if (what < 94) {
    const std::uint64_t pfn = machine_.start + chance() % (machine_.end - machine_.start);
    name << "take off " << pfn;
    const bool want = model_.take_off(pfn);
    if (zone_.take_off(Pfn{pfn}) != want) differs = "whether it was free";
    if (want) taken_.push_back({pfn, 0});
  } else if (what < 98) {
    const std::uint64_t pfn = machine_.start + chance() % (machine_.end - machine_.start);
    const auto type = static_cast<MigrateType>(chance() % kMigrateTypes);
    name << "pageblock of " << pfn << " to " << static_cast<int>(type);
    // The kernel does it to pageblocks that are not part of a larger block.
    const std::uint64_t block = align_down(pfn, 1ull << machine_.options.pageblock_order);
    const auto at = zone_.lists().at(block);
    if (at && at->order > machine_.options.pageblock_order) return "nothing";
    if (zone_.move_pageblock(Pfn{pfn}, type) != model_.move_pageblock(pfn, type)) {
      differs = "whether it is within the zone";
    }
  } else {
    const std::uint64_t managed = chance() % 2 ? machine_.end : 0;
    const std::uint64_t high = chance() % 200;
    name << "high watermark " << high;
    zone_.set_boost_limits(managed, high);
    model_.set_boost_limits(managed, high);
  }
  return name.str();
}

}  // namespace memmap::buddy::test
