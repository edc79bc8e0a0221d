#include "buddy/pageset.h"

#include <algorithm>
#include <bit>

namespace memmap::buddy {
namespace {

constexpr unsigned kCostlyOrder = 3;        // PAGE_ALLOC_COSTLY_ORDER
constexpr unsigned kHugeOrder = 9;          // HPAGE_PMD_ORDER
constexpr int kBatchScaleMax = 5;           // CONFIG_PCP_BATCH_SCALE_MAX
constexpr std::size_t kTypes = 3;           // MIGRATE_PCPTYPES
constexpr std::uint64_t kHighFraction = 8;  // MIN_PERCPU_PAGELIST_HIGH_FRACTION

// kernel: order_to_pindex(), pindex_to_order()
std::size_t list_of(unsigned order, MigrateType type) {
  if (order > kCostlyOrder) return kTypes * (kCostlyOrder + 1) + (type == MigrateType::movable);
  return kTypes * order + static_cast<std::size_t>(type);
}
unsigned order_of(std::size_t list) {
  return list >= kTypes * (kCostlyOrder + 1) ? kHugeOrder : static_cast<unsigned>(list / kTypes);
}

}  // namespace

bool pageset_takes(unsigned order, bool transparent_hugepages) {
  return order <= kCostlyOrder || (transparent_hugepages && order == kHugeOrder);
}

PagesetLimits pageset_limits(std::uint64_t managed_pages, std::uint64_t low_mark, unsigned cpus,
                             const kernel::Behaviour& behaviour) {
  const std::uint64_t quarter =
      std::max<std::uint64_t>(std::min(managed_pages >> 10, kMiB / kPageSize) / 4, 1);
  const std::uint64_t batch = std::max<std::uint64_t>(std::bit_floor(quarter + quarter / 2) - 1, 1);
  // The kernel multiplies the batch before it is made at least 1.
  const std::uint64_t least = 4 * batch;
  const std::uint64_t share = std::max(cpus, 1u);
  PagesetLimits limits;
  limits.batch = static_cast<std::int64_t>(batch);
  limits.high_min = static_cast<std::int64_t>(std::max(low_mark / share, least));
  limits.high_max =
      behaviour.pageset_tunes_itself
          ? static_cast<std::int64_t>(std::max(managed_pages / kHighFraction / share, least))
          : limits.high_min;
  return limits;
}

// kernel: __rmqueue_pcplist(), v6.1
std::int64_t Pageset::refill(unsigned order) {
  free_factor_ >>= 1;
  return limits_.batch > 1 ? std::max<std::int64_t>(limits_.batch >> order, 2) : limits_.batch;
}

// kernel: nr_pcp_alloc(), v6.12
std::int64_t Pageset::refill_tuned(unsigned order) {
  high_ = std::clamp(high_, limits_.high_min, limits_.high_max);
  if (high_ < limits_.batch) return 1;
  std::int64_t batch = order ? limits_.batch : limits_.batch << alloc_factor_;
  if (limits_.high_min != limits_.high_max) high_ = std::min(high_ + batch, limits_.high_max);
  if (order == 0) {
    const std::int64_t most = std::max(high_ - count_ - limits_.batch, limits_.batch);
    if (batch <= most && alloc_factor_ < kBatchScaleMax) ++alloc_factor_;
    batch = std::min(batch, most);
  }
  return batch > 1 ? std::max<std::int64_t>(batch >> order, 2) : batch;
}

std::optional<Pfn> Pageset::alloc(ZoneAllocator& zone, unsigned order, MigrateType type,
                                  Take take) {
  const bool tuned = zone.options().behaviour.pageset_tunes_itself;
  if (tuned) free_count_ >>= 1;
  auto& list = lists_[list_of(order, type)];
  if (list.empty()) {
    Rmqueue mode = Rmqueue::normal;
    for (std::int64_t left = tuned ? refill_tuned(order) : refill(order); left > 0; --left) {
      const auto pfn = zone.alloc(order, type, take, mode);
      if (!pfn) break;
      list.push_back({raw(*pfn), type});
      count_ += 1ll << order;
    }
    if (list.empty()) return std::nullopt;
  } else if (!tuned) {
    free_factor_ >>= 1;
  }
  const Pfn pfn{list.front().pfn};
  list.pop_front();
  count_ -= 1ll << order;
  return pfn;
}

// The pages to give back; 0: all stay. kernel: nr_pcp_high(), nr_pcp_free(), v6.1.192
std::int64_t Pageset::to_free(unsigned order, bool in_bounds) {
  const bool all = free_factor_ > 0 && order > 0 && order <= kCostlyOrder;
  const std::int64_t high = all ? 0 : limits_.high_min;
  if (count_ < high) return 0;
  if (all) return count_;
  if (high < limits_.batch) return 1;
  const std::int64_t most = high - limits_.batch;
  const std::int64_t batch = limits_.batch << free_factor_;
  if (batch < most && (!in_bounds || free_factor_ < kBatchScaleMax)) ++free_factor_;
  return std::clamp(batch, limits_.batch, most);
}

// kernel: free_unref_page_commit(), nr_pcp_high(), nr_pcp_free(), v6.12
std::int64_t Pageset::to_free_tuned(unsigned order) {
  alloc_factor_ >>= 1;
  const std::int64_t batch = limits_.batch;
  const bool high_order = order > 0 && order <= kCostlyOrder;
  const bool all = high_order && free_count_ >= batch && freed_high_order_;
  freed_high_order_ = high_order;
  if (free_count_ < batch << kBatchScaleMax) free_count_ += 1ll << order;
  high_ = std::clamp(high_, limits_.high_min, limits_.high_max);
  std::int64_t high = high_;
  if (high_ != 0 && all) {
    high_ = std::max(high_ - (batch << kBatchScaleMax), limits_.high_min);
    high = 0;
  } else if (limits_.high_min != limits_.high_max && count_ >= high_) {
    const std::int64_t need = free_count_ + batch;
    if (high_ < need) high_ = std::clamp(need, limits_.high_min, limits_.high_max);
  }
  if (count_ < high) return 0;
  if (all) return std::min(count_, batch << kBatchScaleMax);
  if (high < batch) return 1;
  return std::clamp(free_count_, batch, std::max(batch, high - batch));
}

void Pageset::free(ZoneAllocator& zone, Pfn pfn, unsigned order) {
  const MigrateType type = zone.pageblocks().type(raw(pfn));
  if (type == MigrateType::isolate) {
    zone.free(pfn, order);
    return;
  }
  const std::size_t list =
      list_of(order, static_cast<std::size_t>(type) < kTypes ? type : MigrateType::movable);
  lists_[list].push_front({raw(pfn), type});
  count_ += 1ll << order;
  const kernel::Behaviour& behaviour = zone.options().behaviour;
  const std::int64_t pages = behaviour.pageset_tunes_itself
                                 ? to_free_tuned(order)
                                 : to_free(order, behaviour.pageset_frees_in_bounds);
  if (pages > 0) give_back(zone, pages, list);
}

// From the list that was freed to on, each list as far as it goes.
void Pageset::give_back(ZoneAllocator& zone, std::int64_t pages, std::size_t first_list) {
  pages = std::min(pages, count_);
  for (std::size_t l = first_list; pages > 0; l = (l + 1) % kLists) {
    const unsigned order = order_of(l);
    while (pages > 0 && !lists_[l].empty()) {
      const Kept last = lists_[l].back();
      lists_[l].pop_back();
      pages -= 1ll << order;
      count_ -= 1ll << order;
      if (zone.options().behaviour.lists_follow_pageblocks) {
        zone.free(Pfn{last.pfn}, order);
      } else {
        zone.free_as(Pfn{last.pfn}, order, last.type);
      }
    }
  }
}

}  // namespace memmap::buddy
