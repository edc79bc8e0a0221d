#include <algorithm>

#include "kaslr/possible_places.h"

namespace memmap::kaslr {
namespace {

// What of the images' places is covered: sorted, joined.
std::vector<MemVector> covered(const PossiblePlaces& places) {
  std::vector<MemVector> out;
  for (const SlotArea& area : places.slots.areas) {
    out.push_back({area.first, (area.count - 1) * places.align + places.image_size});
  }
  std::ranges::sort(out, {}, &MemVector::start);
  std::size_t kept = 0;
  for (const MemVector& next : out) {
    if (kept != 0 && next.start <= out[kept - 1].end()) {
      out[kept - 1].size = std::max(out[kept - 1].end(), next.end()) - out[kept - 1].start;
    } else {
      out[kept++] = next;
    }
  }
  out.resize(kept);
  return out;
}

// All of it is memory that the chooser sees; an empty one is.
bool is_memory(const PossiblePlaces& places, MemVector range) {
  std::vector<MemVector> memory = places.memory;
  std::ranges::sort(memory, {}, &MemVector::start);
  std::uint64_t at = range.start;
  for (const MemVector& piece : memory) {
    if (piece.start <= at) at = std::max(at, piece.end());
  }
  return at >= range.end();
}

std::string why(const PossiblePlaces& places, MemVector gap) {
  std::vector<std::string_view> words;
  const auto add = [&](std::string_view word) {
    if (std::ranges::find(words, word) == words.end()) words.push_back(word);
  };
  if (gap.start < places.minimum) add("below the lowest place");
  for (const KeptAway& kept : places.kept_away) {
    if (kept.range.size != 0 && gap.overlaps(kept.range)) add(kept.why);
  }
  const std::uint64_t from = std::min(std::max(gap.start, places.minimum), gap.end());
  if (!is_memory(places, {from, gap.end() - from})) add("no RAM");
  if (words.empty()) add("less room than the image needs");
  std::string out;
  for (const std::string_view word : words) out += (out.empty() ? "" : ", ") + std::string(word);
  return out;
}

}  // namespace

std::vector<Gap> gaps_of(const PossiblePlaces& places) {
  std::vector<Gap> out;
  std::uint64_t end = 0;
  for (const MemVector& memory : places.memory) end = std::max(end, memory.end());
  const auto add = [&](std::uint64_t from, std::uint64_t to) {
    if (from >= to) return;
    const MemVector range{from, to - from};
    out.push_back({range, why(places, range)});
  };
  std::uint64_t at = 0;
  for (const MemVector& images : covered(places)) {
    add(at, std::min(images.start, end));
    at = std::max(at, images.end());
  }
  add(at, end);
  return out;
}

}  // namespace memmap::kaslr
