#include "input/log/dmesg_maps.h"

#include <algorithm>

namespace memmap::input {

E820Entries added_entries(const E820Entries& firmware, const E820Entries& extended) {
  E820Entries known = firmware;
  std::sort(known.begin(), known.end(),
            [](const E820Entry& a, const E820Entry& b) { return a.addr < b.addr; });
  E820Entries added;
  std::size_t first = 0;  // entries of `known` before it end below all that is still looked at
  for (const E820Entry& entry : extended) {
    std::uint64_t at = raw(entry.addr);
    const std::uint64_t end = entry.end();
    const auto keep = [&](std::uint64_t stop) {
      if (stop > at) added.push_back({.addr = PhysAddr{at}, .size = stop - at, .type = entry.type});
    };
    if (entry.wraps()) {  // up to 2^64: compared whole
      if (std::find(known.begin(), known.end(), entry) == known.end()) added.push_back(entry);
      continue;
    }
    while (first < known.size() && !known[first].wraps() && known[first].end() <= at) ++first;
    for (std::size_t i = first; i < known.size() && raw(known[i].addr) < end; ++i) {
      if (known[i].type != entry.type) continue;
      keep(raw(known[i].addr));
      at = std::max(at, known[i].wraps() ? end : std::min(end, known[i].end()));
    }
    keep(end);
  }
  return added;
}

std::uint32_t setup_data_type(std::uint64_t len) {
  constexpr std::uint64_t kEfiLen = 96;
  return len == kEfiLen ? std::uint32_t{kSetupEfi} : 0;
}

std::optional<std::vector<SetupData>> setup_data_of(const E820Entries& table) {
  std::vector<SetupData> nodes;
  for (std::size_t i = 0; i < table.size();) {
    std::size_t end = i + 1;
    while (end < table.size() && table[end].type == E820Type::ram &&
           table[i].type == E820Type::ram && raw(table[end].addr) == table[end - 1].end()) {
      ++end;
    }
    if ((end - i) % 2 == 0) return std::nullopt;
    for (std::size_t node = i + 1; node < end; node += 2) {
      if (table[node].size < SetupData::kHeaderBytes) return std::nullopt;
      const std::uint64_t len = table[node].size - SetupData::kHeaderBytes;
      nodes.push_back({.addr = table[node].addr, .type = setup_data_type(len), .len = len});
    }
    i = end;
  }
  return nodes;
}

}  // namespace memmap::input
