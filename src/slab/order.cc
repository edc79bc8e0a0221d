#include "slab/order.h"

#include <algorithm>
#include <bit>
#include <optional>

#include "base/address.h"
#include "base/align.h"

namespace memmap::slab {
namespace {

constexpr unsigned kMaxOrder = 3;  // slub_max_order: PAGE_ALLOC_COSTLY_ORDER

// The smallest order from `from` on that wastes no more than a fraction of the slab.
// kernel: calc_slab_order()
std::optional<unsigned> order_within(std::uint64_t size, unsigned from, std::uint64_t fraction) {
  for (unsigned order = from; order <= kMaxOrder; ++order) {
    const std::uint64_t bytes = kPageSize << order;
    if (bytes % size <= bytes / fraction) return order;
  }
  return std::nullopt;
}

}  // namespace

unsigned get_order(std::uint64_t bytes) {
  return static_cast<unsigned>(
      std::countr_zero(std::bit_ceil(align_up(bytes, kPageSize) >> kPageShift)));
}

unsigned calculate_order(std::uint64_t size, const OrderRule& rule) {
  const std::uint64_t most = (kPageSize << kMaxOrder) / size;
  std::uint64_t objects = std::min<std::uint64_t>(
      4 * (static_cast<std::uint64_t>(std::bit_width(rule.cpus)) + 1), most);
  if (rule.wastes_half) {
    const unsigned from = get_order(std::max<std::uint64_t>(objects, 1) * size);
    for (const std::uint64_t fraction : {16u, 8u, 4u, 2u}) {
      if (const auto order = order_within(size, from, fraction)) return *order;
    }
    return get_order(size);
  }
  for (; objects > 1; --objects) {
    for (const std::uint64_t fraction : {16u, 8u, 4u}) {
      if (const auto order = order_within(size, get_order(objects * size), fraction)) return *order;
    }
  }
  return get_order(size);
}

}  // namespace memmap::slab
