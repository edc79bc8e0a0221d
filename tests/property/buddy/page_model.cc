#include "property/buddy/page_model.h"

#include <algorithm>

namespace memmap::buddy::test {
namespace {

constexpr MigrateType kU = MigrateType::unmovable;
constexpr MigrateType kM = MigrateType::movable;
constexpr MigrateType kR = MigrateType::reclaimable;

bool mergeable(MigrateType t) { return t == kU || t == kM || t == kR; }

}  // namespace

void PageModel::del(std::uint64_t pfn) {
  auto& list = lists_[{static_cast<unsigned>(order_[pfn]), type_[pfn]}];
  list.erase(std::find(list.begin(), list.end(), pfn));
  order_[pfn] = kUsed;
}

void PageModel::add(std::uint64_t pfn, unsigned order, MigrateType type, bool tail) {
  order_[pfn] = static_cast<int>(order);
  type_[pfn] = type;
  auto& list = lists_[{order, type}];
  if (tail) {
    list.push_back(pfn);
  } else {
    list.push_front(pfn);
  }
}

void PageModel::move_to_tail(std::uint64_t pfn, MigrateType type) {
  const auto order = static_cast<unsigned>(order_[pfn]);
  del(pfn);
  add(pfn, order, type, true);
}

bool PageModel::is_free(std::uint64_t pfn) const {
  for (unsigned o = 0; o <= options_.max_page_order; ++o) {
    if (order_[pfn >> o << o] >= static_cast<int>(o)) return true;
  }
  return false;
}

std::uint64_t PageModel::del_and_expand(std::uint64_t pfn, unsigned low, MigrateType type) {
  int high = order_[pfn];
  del(pfn);
  while (high > static_cast<int>(low)) {
    --high;
    add(pfn + (1ull << high), static_cast<unsigned>(high), type, false);
  }
  return pfn;
}

std::optional<std::uint64_t> PageModel::alloc_smallest(unsigned order, MigrateType type) {
  for (unsigned o = order; o <= options_.max_page_order; ++o) {
    const auto& list = lists_[{o, type}];
    if (!list.empty()) return del_and_expand(list.front(), order, type);
  }
  return std::nullopt;
}

std::uint64_t PageModel::pages(MigrateType type) const {
  std::uint64_t sum = 0;
  for (std::size_t p = 0; p < order_.size(); ++p) {
    if (order_[p] != kUsed && type_[p] == type) sum += 1ull << order_[p];
  }
  return sum;
}

PageModel::Lists PageModel::lists() const {
  Lists out;
  for (const auto& [key, list] : lists_) {
    if (!list.empty()) out[key] = list;
  }
  return out;
}

// mm/page_alloc.c, v6.12: take_page_off_buddy(), break_down_buddy_pages()
bool PageModel::take_off(std::uint64_t pfn) {
  for (unsigned order = 0; order <= options_.max_page_order; ++order) {
    std::uint64_t page = pfn & ~((1ull << order) - 1);
    if (order_[page] != static_cast<int>(order)) continue;
    const MigrateType type = type_[page];
    del(page);
    while (order > 0) {
      --order;
      const std::uint64_t size = 1ull << order;
      const std::uint64_t current = pfn >= page + size ? page : page + size;
      if (pfn >= page + size) page += size;
      add(current, order, type, false);
    }
    return true;
  }
  return false;
}

void PageModel::free(std::uint64_t pfn, unsigned order, std::optional<Place> place) {
  if (!options_.behaviour.lists_follow_pageblocks) {
    free_one_page(pfn, order, pageblock(pfn), place);
    return;
  }
  const unsigned step = std::min(order, pageblock_order_);
  for (std::uint64_t p = pfn; p < pfn + (1ull << order); p += 1ull << step) {
    free_one_page(p, step, pageblock(p), place);
  }
}

void PageModel::free_one_page(std::uint64_t pfn, unsigned order, MigrateType type,
                              std::optional<Place> place) {
  const auto free_buddy = [&](std::uint64_t at, unsigned o) {
    return at < order_.size() && order_[at] == static_cast<int>(o);
  };
  while (order < options_.max_page_order) {
    const std::uint64_t buddy = pfn ^ (1ull << order);
    if (!free_buddy(buddy, order)) break;
    if (order >= pageblock_order_) {
      const MigrateType other = pageblock(buddy);
      const bool keep = options_.behaviour.buddy_keeps_types_apart
                            ? !mergeable(type) || !mergeable(other)
                            : type == MigrateType::isolate || other == MigrateType::isolate;
      if (type != other && keep) break;
      if (type != other && options_.behaviour.lists_follow_pageblocks) {
        change_range(buddy, order, type);
      }
    }
    del(buddy);
    pfn &= buddy;
    ++order;
  }
  bool tail = place == Place::tail;
  if (!place && static_cast<int>(order) < max_order() - 1) {
    const std::uint64_t combined = pfn & ~(1ull << order);
    tail = free_buddy(combined ^ (1ull << (order + 1)), order + 1);
  }
  add(pfn, order, type, tail);
}

void PageModel::change_range(std::uint64_t pfn, unsigned order, MigrateType type) {
  for (std::uint64_t p = pfn; p < pfn + (1ull << order); p += 1ull << pageblock_order_) {
    pageblocks_[p >> pageblock_order_] = type;
  }
}

bool PageModel::move_pageblock(std::uint64_t pfn, MigrateType type) {
  const std::uint64_t size = 1ull << pageblock_order_;
  std::uint64_t first = pfn / size * size;
  const std::uint64_t last = first + size - 1;
  if (!in_zone(last)) return false;
  if (!in_zone(first)) {
    if (options_.behaviour.lists_follow_pageblocks) return false;
    first = pfn;
  }
  for (std::uint64_t p = first; p <= last;) {
    const int order = order_[p];
    // A block that reaches beyond the pageblock stays.
    if (order == kUsed || p + (1ull << order) > last + 1) {
      ++p;
      continue;
    }
    move_to_tail(p, type);
    p += 1ull << order;
  }
  pageblocks_[pfn >> pageblock_order_] = type;
  return true;
}

void PageModel::boost_watermark() {
  const std::uint64_t size = 1ull << pageblock_order_;
  if (!options_.boosts || size * 4 > managed_) return;
  std::uint64_t most = high_ * 15000 / 10000;
  if (most == 0) return;
  most = std::max(most, size);
  boost_ = std::min(boost_ + size, most);
}

std::optional<MigrateType> PageModel::find_suitable_fallback(unsigned order, MigrateType type,
                                                             bool* can_steal) const {
  static const std::map<MigrateType, std::vector<MigrateType>> kFallbacks = {
      {kU, {kR, kM}}, {kM, {kR, kU}}, {kR, {kU, kM}}};
  *can_steal = order >= pageblock_order_ || order >= pageblock_order_ / 2 || type == kR ||
               type == kU || !options_.mobility_grouping;
  const auto others = kFallbacks.find(type);
  if (others == kFallbacks.end()) return std::nullopt;
  for (const MigrateType other : others->second) {
    const auto list = lists_.find({order, other});
    if (list != lists_.end() && !list->second.empty()) return other;
  }
  return std::nullopt;
}

// mm/page_alloc.c, v6.1: __rmqueue_fallback(), steal_suitable_fallback()
bool PageModel::rmqueue_fallback_61(unsigned order, MigrateType type, Take take) {
  int min_order = static_cast<int>(order);
  if (order < pageblock_order_ && !take.may_fragment)
    min_order = static_cast<int>(pageblock_order_);
  std::optional<MigrateType> from;
  bool can_steal = false;
  int o = max_order();
  for (; o >= min_order; --o) {
    from = find_suitable_fallback(static_cast<unsigned>(o), type, &can_steal);
    if (from) break;
  }
  if (!from) return false;
  if (!can_steal && type == kM && o > static_cast<int>(order)) {
    for (o = static_cast<int>(order); o <= max_order(); ++o) {
      from = find_suitable_fallback(static_cast<unsigned>(o), type, &can_steal);
      if (from) break;
    }
  }
  const std::uint64_t pfn = lists_[{static_cast<unsigned>(o), *from}].front();
  const MigrateType old_type = pageblock(pfn);
  if (old_type == MigrateType::highatomic) {
    move_to_tail(pfn, type);
    return true;
  }
  if (o >= static_cast<int>(pageblock_order_)) {
    change_range(pfn, static_cast<unsigned>(o), type);
    move_to_tail(pfn, type);
    return true;
  }
  boost_watermark();
  std::uint64_t moved = 0;
  const std::uint64_t size = 1ull << pageblock_order_;
  const std::uint64_t last = pfn / size * size + size - 1;
  if (can_steal && in_zone(last)) {
    for (std::uint64_t p = in_zone(pfn / size * size) ? pfn / size * size : pfn; p <= last;) {
      const int block = order_[p];
      if (block == kUsed) {
        ++p;
        continue;
      }
      move_to_tail(p, type);
      moved += 1ull << block;
      p += 1ull << block;
    }
  }
  if (moved == 0) {
    move_to_tail(pfn, type);
    return true;
  }
  std::uint64_t alike = 0;
  if (type != kM && old_type == kM) alike = size - moved;
  if (moved + alike >= size / 2 || !options_.mobility_grouping) {
    pageblocks_[pfn >> pageblock_order_] = type;
  }
  return true;
}

// try_to_claim_block(), v7.2
std::optional<std::uint64_t> PageModel::try_to_claim(std::uint64_t pfn, unsigned order,
                                                     MigrateType type) {
  const auto o = static_cast<unsigned>(order_[pfn]);
  const MigrateType old_type = pageblock(pfn);
  if (old_type == MigrateType::highatomic) return std::nullopt;
  if (o >= pageblock_order_) {
    change_range(pfn, o, type);
    return del_and_expand(pfn, order, type);
  }
  boost_watermark();
  const std::uint64_t size = 1ull << pageblock_order_;
  const std::uint64_t first = pfn / size * size;
  if (!in_zone(first) || !in_zone(first + size - 1)) return std::nullopt;
  std::uint64_t free = 0;
  for (std::uint64_t p = first; p < first + size; ++p) {
    if (order_[p] != kUsed) free += 1ull << order_[p];
  }
  std::uint64_t alike = 0;
  if (type != kM && old_type == kM) alike = size - free;
  if (free + alike < size / 2 && options_.mobility_grouping) return std::nullopt;
  move_pageblock(pfn, type);
  return alloc_smallest(order, type);
}

// steal_suitable_fallback(), v6.10
std::optional<std::uint64_t> PageModel::rmqueue_fallback_610(unsigned order, MigrateType type,
                                                             Take take) {
  int min_order = static_cast<int>(order);
  if (order < pageblock_order_ && !take.may_fragment)
    min_order = static_cast<int>(pageblock_order_);
  for (int o = max_order(); o >= min_order; --o) {
    bool can_steal = false;
    auto from = find_suitable_fallback(static_cast<unsigned>(o), type, &can_steal);
    if (!from) continue;
    if (!can_steal && type == kM && o > static_cast<int>(order)) {
      for (o = static_cast<int>(order); o <= max_order(); ++o) {
        from = find_suitable_fallback(static_cast<unsigned>(o), type, &can_steal);
        if (from) break;
      }
    }
    const std::uint64_t pfn = lists_[{static_cast<unsigned>(o), *from}].front();
    if (can_steal) {
      if (const auto got = try_to_claim(pfn, order, type)) return got;
    } else if (pageblock(pfn) != MigrateType::highatomic) {
      boost_watermark();
    }
    return del_and_expand(pfn, order, *from);
  }
  return std::nullopt;
}

std::optional<std::uint64_t> PageModel::rmqueue_claim(unsigned order, MigrateType type, Take take) {
  int min_order = static_cast<int>(order);
  if (order < pageblock_order_ && !take.may_fragment)
    min_order = static_cast<int>(pageblock_order_);
  for (int o = max_order(); o >= min_order; --o) {
    bool claimable = false;
    const auto from = find_suitable_fallback(static_cast<unsigned>(o), type, &claimable);
    if (!claimable) break;
    if (!from) continue;
    const std::uint64_t pfn = lists_[{static_cast<unsigned>(o), *from}].front();
    if (const auto got = try_to_claim(pfn, order, type)) return got;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> PageModel::rmqueue_steal(unsigned order, MigrateType type) {
  for (unsigned o = order; o <= options_.max_page_order; ++o) {
    bool can_steal = false;
    const auto from = find_suitable_fallback(o, type, &can_steal);
    if (from) return del_and_expand(lists_[{o, *from}].front(), order, *from);
  }
  return std::nullopt;
}

std::optional<std::uint64_t> PageModel::alloc(unsigned order, MigrateType type, Take take,
                                              Rmqueue& mode) {
  std::uint64_t all = 0;
  for (int t = 0; t < 5; ++t) all += pages(static_cast<MigrateType>(t));  // not what is isolated
  if (take.cma && pages(MigrateType::cma) > all / 2) {
    if (const auto pfn = alloc_smallest(order, MigrateType::cma)) return pfn;
  }
  if (!options_.behaviour.fallback_claims_first) {
    for (;;) {
      if (const auto pfn = alloc_smallest(order, type)) return pfn;
      if (take.cma) {
        if (const auto pfn = alloc_smallest(order, MigrateType::cma)) return pfn;
      }
      if (options_.behaviour.lists_follow_pageblocks)
        return rmqueue_fallback_610(order, type, take);
      if (!rmqueue_fallback_61(order, type, take)) return std::nullopt;
    }
  }
  switch (mode) {
    case Rmqueue::normal:
      if (const auto pfn = alloc_smallest(order, type)) return pfn;
      [[fallthrough]];
    case Rmqueue::cma:
      if (take.cma) {
        if (const auto pfn = alloc_smallest(order, MigrateType::cma)) {
          mode = Rmqueue::cma;
          return pfn;
        }
      }
      [[fallthrough]];
    case Rmqueue::claim:
      if (const auto pfn = rmqueue_claim(order, type, take)) {
        mode = Rmqueue::normal;
        return pfn;
      }
      [[fallthrough]];
    case Rmqueue::steal:
      if (!take.may_fragment) return std::nullopt;
      if (const auto pfn = rmqueue_steal(order, type)) {
        mode = Rmqueue::steal;
        return pfn;
      }
  }
  return std::nullopt;
}

}  // namespace memmap::buddy::test
