#include "kaslr/slots.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/align.h"
#include "base/check.h"

namespace memmap::kaslr {
namespace {

constexpr std::size_t kMaxSlotArea = 100;
constexpr std::uint64_t kPudSize = std::uint64_t{1} << 30;

class Finder {
 public:
  explicit Finder(const Choice& choice)
      : choice_(choice), huge_pages_(choice.options.gb_huge_pages) {}

  Slots find();

 private:
  void store(MemVector region);
  void store_outside_huge_pages(MemVector region);
  void process(MemVector entry);
  bool process_movable(MemVector region);
  std::optional<MemVector> overlap(MemVector image) const;
  bool full() const { return slots_.areas.size() == kMaxSlotArea; }

  const Choice& choice_;
  std::uint64_t huge_pages_;
  Slots slots_{};
};

// kernel: mem_avoid_overlap()
std::optional<MemVector> Finder::overlap(MemVector image) const {
  std::optional<MemVector> out;
  std::uint64_t earliest = image.end();
  for (const std::vector<MemVector>* list : {&choice_.avoid, &choice_.options.avoid}) {
    for (const MemVector& avoid : *list) {
      if (!image.overlaps(avoid) || avoid.start >= earliest) continue;
      out = avoid;
      earliest = avoid.start;
    }
  }
  return out;
}

// kernel: store_slot_info()
void Finder::store(MemVector region) {
  if (full()) return;
  slots_.areas.push_back({region.start, 1 + (region.size - choice_.image_size) / choice_.align});
}

// Leaves as many 1 GiB pages alone as are asked for. kernel: process_gb_huge_pages()
void Finder::store_outside_huge_pages(MemVector region) {
  const std::uint64_t start = align_up(region.start, kPudSize);
  std::uint64_t end = align_down(region.end(), kPudSize);
  if (huge_pages_ == 0 || start >= end) return store(region);
  if (start >= region.start + choice_.image_size) store({region.start, start - region.start});
  const std::uint64_t pages = (end - start) / kPudSize;
  if (pages > huge_pages_) {
    end = start + (huge_pages_ * kPudSize);
    huge_pages_ = 0;
  } else {
    huge_pages_ -= pages;
  }
  slots_.huge_pages.push_back({start, end - start});
  if (region.end() >= end + choice_.image_size) store({end, region.end() - end});
}

// kernel: __process_mem_region()
void Finder::process(MemVector entry) {
  MemVector region{std::max(entry.start, choice_.minimum), 0};
  const std::uint64_t end = std::min(entry.end(), choice_.options.mem_limit);
  while (!full()) {
    if (region.start > end) return;  // above it rounding up might wrap
    region.start = align_up(region.start, choice_.align);
    if (region.start > end) return;
    region.size = end - region.start;
    if (region.size < choice_.image_size) return;
    const std::optional<MemVector> avoid = overlap(region);
    if (!avoid) return store_outside_huge_pages(region);
    if (avoid->start >= region.start + choice_.image_size) {
      region.size = avoid->start - region.start;
      store_outside_huge_pages(region);
    }
    if (avoid->end() <= region.start) return;  // it wraps: the kernel would go round for ever
    region.start = avoid->end();
  }
}

// False: there is room for no more areas. kernel: process_mem_region()
bool Finder::process_movable(MemVector region) {
  if (choice_.immovable.empty()) process(region);
  for (const MemVector& immovable : choice_.immovable) {
    if (!region.overlaps(immovable)) continue;
    const std::uint64_t start = std::clamp(region.start, immovable.start, immovable.end());
    const std::uint64_t end = std::clamp(region.end(), immovable.start, immovable.end());
    process({start, end - start});
    if (full()) return false;
  }
  return !full();
}

Slots Finder::find() {
  if (choice_.minimum + choice_.image_size > choice_.options.mem_limit ||
      choice_.options.memmap_too_large) {
    return {};
  }
  for (const MemVector& region : choice_.memory) {
    if (!process_movable(region)) {
      slots_.full = true;
      break;
    }
  }
  return std::move(slots_);
}

}  // namespace

std::uint64_t Slots::count() const {
  std::uint64_t out = 0;
  for (const SlotArea& area : areas) out += area.count;
  return out;
}

// kernel: slots_fetch_random()
std::uint64_t Slots::place(std::uint64_t n, std::uint64_t align) const {
  for (const SlotArea& area : areas) {
    if (n < area.count) return area.first + n * align;
    n -= area.count;
  }
  MEMMAP_CHECK(false, "no such slot");
  return 0;
}

Slots find_slots(const Choice& choice) { return Finder(choice).find(); }

}  // namespace memmap::kaslr
