#include "buddy/free_lists.h"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <utility>

#include "base/check.h"

namespace memmap::buddy {

FreeLists::FreeLists(const FreeArea& ascending) {
  for (const FreeList& l : ascending) {
    for (const FreeRun& r : l.runs) {
      list(l.order, l.migratetype)
          .push_back({raw(r.first), r.count, false, l.order, l.migratetype});
      count(l.order, l.migratetype, r.count);
    }
  }
  index_all();
}

FreeLists::FreeLists(const OrderedLists& lists) {
  for (const OrderedList& l : lists) {
    for (const ListRun& r : l.runs) {
      const std::uint64_t low = raw(r.first) - (r.falling ? (r.count - 1) << l.order : 0);
      list(l.order, l.migratetype).push_back({low, r.count, r.falling, l.order, l.migratetype});
      count(l.order, l.migratetype, r.count);
    }
  }
  index_all();
}

FreeLists::FreeLists(const FreeLists& other)
    : lists_(other.lists_), pages_(other.pages_), nr_free_(other.nr_free_) {
  index_all();
}

void FreeLists::index_all() {
  std::vector<List::iterator> runs;
  for (auto& by_type : lists_) {
    for (List& l : by_type) {
      for (auto r = l.begin(); r != l.end(); ++r) runs.push_back(r);
    }
  }
  std::ranges::sort(runs, {}, [](List::iterator r) { return r->low; });
  for (const List::iterator r : runs) by_address_.emplace_hint(by_address_.end(), r->low, r);
}

void FreeLists::count(unsigned order, MigrateType type, std::uint64_t blocks) {
  pages_[static_cast<std::size_t>(type)] += blocks << order;
  nr_free_[order] += blocks;
}

void FreeLists::uncount(unsigned order, MigrateType type) {
  pages_[static_cast<std::size_t>(type)] -= 1ull << order;
  --nr_free_[order];
}

std::uint64_t FreeLists::pages() const {
  return std::accumulate(pages_.begin(), pages_.end(), std::uint64_t{0});
}

void FreeLists::append(Block block, std::uint64_t blocks) {
  List& l = list(block.order, block.type);
  count(block.order, block.type, blocks);
  if (!l.empty() && l.back().end() == block.pfn && (l.back().count == 1 || !l.back().falling)) {
    l.back().falling = false;
    l.back().count += blocks;
    return;
  }
  l.push_back({block.pfn, blocks, false, block.order, block.type});
  by_address_.emplace(block.pfn, std::prev(l.end()));
}

void FreeLists::prepend(Block block, std::uint64_t blocks) {
  List& l = list(block.order, block.type);
  if (blocks == 1) {
    add(block, Place::head);
    return;
  }
  count(block.order, block.type, blocks);
  if (!l.empty() && l.front().end() == block.pfn && (l.front().count == 1 || l.front().falling)) {
    l.front().falling = true;
    l.front().count += blocks;
    return;
  }
  l.push_front({block.pfn, blocks, true, block.order, block.type});
  by_address_.emplace(block.pfn, l.begin());
}

// Adds the block to the run at the list's end, if it continues it there.
bool FreeLists::join(List::iterator run, Block block, Place place) {
  const bool below = block.pfn + (1ull << block.order) == run->low;
  const bool above = block.pfn == run->end();
  if (!below && !above) return false;
  // What comes behind is higher in a rising run; what comes before is lower.
  const bool falling = (place == Place::tail) == below;
  if (run->count > 1 && run->falling != falling) return false;
  run->falling = falling;
  ++run->count;
  if (below) {
    auto node = by_address_.extract(run->low);
    run->low = block.pfn;
    node.key() = block.pfn;
    by_address_.insert(std::move(node));
  }
  return true;
}

void FreeLists::add(Block block, Place place) {
  List& l = list(block.order, block.type);
  count(block.order, block.type, 1);
  const bool at_head = place == Place::head;
  if (!l.empty() && join(at_head ? l.begin() : std::prev(l.end()), block, place)) return;
  const auto run =
      l.insert(at_head ? l.begin() : l.end(), Run{block.pfn, 1, false, block.order, block.type});
  by_address_.emplace(block.pfn, run);
}

void FreeLists::remove(std::uint64_t pfn, unsigned order) {
  const auto found = run_of(pfn);
  MEMMAP_CHECK(found != by_address_.end() && found->second->order == order,
               "a block that is removed is free");
  const List::iterator run = found->second;
  List& l = list(run->order, run->type);
  uncount(order, run->type);
  const std::uint64_t size = 1ull << order;
  const std::uint64_t below = (pfn - run->low) >> order;
  const std::uint64_t above = run->count - below - 1;
  if (above > 0) {
    const Run rest{pfn + size, above, run->falling, order, run->type};
    const auto upper = l.insert(run->falling ? run : std::next(run), rest);
    by_address_.emplace_hint(std::next(found), rest.low, upper);
  }
  if (below > 0) {
    run->count = below;
  } else {
    by_address_.erase(found);
    l.erase(run);
  }
}

FreeLists::Index::const_iterator FreeLists::run_of(std::uint64_t pfn) const {
  auto found = by_address_.upper_bound(pfn);
  if (found == by_address_.begin()) return by_address_.end();
  --found;
  return pfn < found->second->end() ? found : by_address_.end();
}

std::optional<Block> FreeLists::at(std::uint64_t pfn) const {
  const auto found = run_of(pfn);
  if (found == by_address_.end()) return std::nullopt;
  const Run& run = *found->second;
  return Block{run.low + ((pfn - run.low) >> run.order << run.order), run.order, run.type};
}

std::optional<Block> FreeLists::next(std::uint64_t from, std::uint64_t end) const {
  auto found = by_address_.upper_bound(from);
  if (found != by_address_.begin()) --found;
  for (; found != by_address_.end() && found->first < end; ++found) {
    const Run& run = *found->second;
    const std::uint64_t size = 1ull << run.order;
    const std::uint64_t first =
        from <= run.low ? run.low
                        : run.low + ((from - run.low + size - 1) >> run.order << run.order);
    if (first < run.end() && first + size <= end) return Block{first, run.order, run.type};
  }
  return std::nullopt;
}

bool FreeLists::is_block(std::uint64_t pfn, unsigned order) const {
  const auto found = run_of(pfn);
  return found != by_address_.end() && found->second->order == order;
}

std::optional<std::uint64_t> FreeLists::head(unsigned order, MigrateType type) const {
  const List& l = list(order, type);
  if (l.empty()) return std::nullopt;
  const Run& run = l.front();
  return run.falling ? run.end() - (1ull << order) : run.low;
}

FreeArea FreeLists::ascending() const {
  std::array<std::array<std::vector<FreeRun>, kMigrateTypes>, kMaxOrder + 1> sorted;
  for (const auto& [low, run] : by_address_) {
    auto& runs = sorted[run->order][static_cast<std::size_t>(run->type)];
    if (!runs.empty() && raw(runs.back().first) + (runs.back().count << run->order) == low) {
      runs.back().count += run->count;
    } else {
      runs.push_back({Pfn{low}, run->count});
    }
  }
  FreeArea area;
  for (unsigned order = 0; order <= kMaxOrder; ++order) {
    for (std::size_t type = 0; type < kMigrateTypes; ++type) {
      if (sorted[order][type].empty()) continue;
      area.push_back({order, static_cast<MigrateType>(type), std::move(sorted[order][type])});
    }
  }
  return area;
}

OrderedLists FreeLists::ordered() const {
  OrderedLists out;
  for (unsigned order = 0; order <= kMaxOrder; ++order) {
    for (std::size_t type = 0; type < kMigrateTypes; ++type) {
      if (lists_[order][type].empty()) continue;
      OrderedList l{order, static_cast<MigrateType>(type), {}};
      // Runs that a removal brought together are still two.
      for (Run run : lists_[order][type]) {
        if (!l.runs.empty()) {
          ListRun& last = l.runs.back();
          const std::uint64_t size = 1ull << order;
          const std::uint64_t first = run.falling ? run.end() - size : run.low;
          const bool one = last.count == 1;
          const std::uint64_t up = raw(last.first) + (last.count << order);
          const std::uint64_t down = raw(last.first) - (last.count << order);
          const bool rises =
              (one || !last.falling) && (run.count == 1 || !run.falling) && first == up;
          const bool falls =
              (one || last.falling) && (run.count == 1 || run.falling) && first == down;
          if (rises || falls) {
            last.falling = falls;
            last.count += run.count;
            continue;
          }
        }
        l.runs.push_back({Pfn{run.falling ? run.end() - (1ull << order) : run.low}, run.count,
                          run.falling && run.count > 1});
      }
      out.push_back(std::move(l));
    }
  }
  return out;
}

}  // namespace memmap::buddy
