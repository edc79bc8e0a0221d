#include "boot/mm/large_hash.h"

#include <algorithm>
#include <bit>

#include "base/address.h"
#include "base/align.h"

namespace memmap::boot::hash {
namespace {

constexpr std::uint64_t kAdaptPages = 64 * kGiB >> kPageShift;  // ADAPT_SCALE_NPAGES
constexpr unsigned kAdaptShift = 2;                             // ADAPT_SCALE_SHIFT
constexpr std::uint64_t kMost = 0x80000000;

std::uint64_t by_memory(const Table& table) {
  std::uint64_t n = align_up(table.pages, kMiB / kPageSize);
  int scale = table.scale;
  if (table.most == 0) {
    for (std::uint64_t adapt = kAdaptPages; adapt < n; adapt <<= kAdaptShift) ++scale;
  }
  const int shift = scale - static_cast<int>(kPageShift);
  n = shift > 0 ? n >> shift : n << -shift;
  return n * table.bucket_bytes < kPageSize ? kPageSize / table.bucket_bytes : n;
}

}  // namespace

std::uint64_t entries(const Table& table) {
  const std::uint64_t wanted = table.asked != 0 ? table.asked : by_memory(table);
  // Above 2^63 the limit cuts it anyway.
  std::uint64_t n = wanted > kMost ? kMost : std::bit_ceil(std::max<std::uint64_t>(wanted, 1));
  const std::uint64_t by_share = (table.pages << kPageShift >> 4) / table.bucket_bytes;
  const std::uint64_t most = std::min(table.most != 0 ? table.most : by_share, kMost);
  n = std::min(std::max(n, table.least), most);
  return std::bit_floor(std::max<std::uint64_t>(n, 1));
}

}  // namespace memmap::boot::hash
