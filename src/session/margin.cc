#include "session/margin.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace memmap::session {
namespace {

std::uint64_t apart(std::uint64_t a, std::uint64_t b) { return a > b ? a - b : b - a; }

bool same_memory(const boot::State& a, const boot::State& b) {
  return std::ranges::equal(a.memblock.memory().regions(), b.memblock.memory().regions(), {},
                            &memblock::Region::range, &memblock::Region::range);
}

std::uint64_t present_pages(const boot::State& state) {
  std::uint64_t pages = 0;
  for (const zones::Node& node : boot::zone_nodes(state)) pages += node.present_pages;
  return pages;
}

// `2345K`, `17.2M`: three digits are enough to tell how large an error can be.
std::string size_text(std::uint64_t bytes) {
  if (bytes == 0) return "the same";
  if (bytes < (std::uint64_t{10} << 20)) return fmt::format("{}K apart", (bytes + 1023) >> 10);
  if (bytes < (std::uint64_t{10} << 30))
    return fmt::format("{}M apart", (bytes + (1 << 20) - 1) >> 20);
  return fmt::format("{}G apart", (bytes + (1 << 30) - 1) >> 30);
}

}  // namespace

std::string differences_of(const boot::Outcome& a, const boot::Outcome& b) {
  if (a.panicked || b.panicked) {
    return a.panicked && b.panicked ? "both panic" : "one of the two panics";
  }
  const auto same = [](bool is) { return is ? "the same" : "other"; };
  const auto pages = [](std::uint64_t count) { return size_text(count * 4096); };
  std::string out = fmt::format("e820 {}, memory {}, reserved {}, zones {}",
                                same(a.state.e820.table.entries() == b.state.e820.table.entries()),
                                same(same_memory(a.state, b.state)),
                                size_text(apart(a.totals.reserved, b.totals.reserved)),
                                pages(apart(present_pages(a.state), present_pages(b.state))));
  if (a.deferred != b.deferred) {
    out += ", managed and free at the hand-over: one of the two initialises the most of it later";
  } else {
    out += fmt::format(", managed {}, free at the hand-over {}",
                       pages(apart(a.totals.managed_pages, b.totals.managed_pages)),
                       pages(apart(a.totals.free_pages, b.totals.free_pages)));
  }
  if (a.totals.mem_total_kib && b.totals.mem_total_kib) {
    out += fmt::format(", MemTotal {}",
                       size_text(apart(*a.totals.mem_total_kib, *b.totals.mem_total_kib) * 1024));
  }
  return out;
}

}  // namespace memmap::session
