#include "machine/badram.h"

#include <algorithm>
#include <bit>
#include <optional>

#include "base/number.h"

namespace memmap {
namespace {

constexpr std::uint64_t kPage = 4096;
constexpr std::uint64_t kPhysEnd = std::uint64_t{1} << 52;

// The smallest number from `least` on that `fixed` is, but for the bits of `choices`; nullopt: none.
std::optional<std::uint64_t> first_match(std::uint64_t least, std::uint64_t fixed,
                                         std::uint64_t choices) {
  std::uint64_t wrong = (least ^ fixed) & ~choices & (kPhysEnd - 1);
  if (wrong == 0) return least;
  while ((wrong & (wrong - 1)) != 0) wrong &= wrong - 1;  // the highest decides
  const std::uint64_t above = choices & ~(wrong | (wrong - 1));
  if ((fixed & wrong) != 0) return fixed | (least & above);
  const std::uint64_t choice = ((least & above) - above) & above;
  return choice == 0 ? std::nullopt : std::optional(fixed | choice);
}

}  // namespace

std::vector<std::string_view> badram_words(std::string_view list) {
  std::vector<std::string_view> out;
  while (true) {
    const std::size_t comma = list.find(',');
    out.push_back(list.substr(0, comma));
    if (comma == list.npos) return out;
    list.remove_prefix(comma + 1);
  }
}

std::vector<BadramPair> badram_pairs(std::string_view list) {
  const auto words = badram_words(list);
  std::vector<BadramPair> out;
  for (std::size_t i = 0; i + 1 < words.size(); i += 2) {
    const auto address = parse_hex(words[i]);
    const auto mask = parse_hex(words[i + 1]);
    if (!address || !mask) break;
    const std::size_t from = static_cast<std::size_t>(words[i].data() - list.data());
    const std::size_t to =
        static_cast<std::size_t>(words[i + 1].data() - list.data()) + words[i + 1].size();
    out.push_back({list.substr(from, to - from), *address, *mask});
  }
  return out;
}

std::vector<PhysRange> badram_pieces(const BadramPair& pair, const std::vector<PhysRange>& ram,
                                     std::size_t most) {
  const std::uint64_t free = (~pair.mask | (kPage - 1)) & (kPhysEnd - 1);
  std::uint64_t run = 1;
  while (run < kPhysEnd && (free & run) != 0) run <<= 1;
  const std::uint64_t choices = free & ~(run - 1);
  const std::uint64_t fixed = pair.address & ~free & (kPhysEnd - 1);
  std::vector<PhysRange> out;
  for (const PhysRange r : ram) {
    auto at = first_match(raw(r.base()) & ~(run - 1), fixed, choices);
    while (at && *at < raw(r.end()) && out.size() < most) {
      out.push_back(r.intersect(PhysRange::make(*at, *at + run)));
      const std::uint64_t choice = ((*at & choices) - choices) & choices;
      at = choice == 0 ? std::nullopt : std::optional(fixed | choice);
    }
  }
  return out;
}

//   range   |--|----|--------|-|     each block as large as its start is aligned to
void add_badram_pairs(PhysRange range, std::vector<BadramPair>& out) {
  std::uint64_t at = raw(range.base());
  while (at < raw(range.end())) {
    const std::uint64_t aligned = at == 0 ? kPhysEnd : at & -at;
    const std::uint64_t size = std::min(aligned, std::bit_floor(raw(range.end()) - at));
    out.push_back({{}, at, ~(size - 1)});
    at += size;
  }
}

}  // namespace memmap
