#include "kaslr/efi_slots.h"

#include <algorithm>

#include "base/align.h"
#include "machine/efi.h"

namespace memmap::kaslr {
namespace {

// kernel: get_entry_num_slots()
SlotArea slots_of(const EfiMemory& memory, const EfiChoice& choice) {
  const std::uint64_t start = raw(memory.range.base());
  const std::uint64_t end = raw(memory.range.end());
  const bool kept_away = (memory.attributes & efi::kHotPluggable) != 0 ||
                         (choice.soft_reserve && (memory.attributes & efi::kSpecificPurpose) != 0);
  if (memory.type != efi::kConventional || kept_away || end <= choice.image_size) return {};
  const std::uint64_t first = align_up(std::max(start, choice.minimum), choice.align);
  const std::uint64_t last = align_down(end - choice.image_size, choice.align);
  if (first > last) return {};
  return {first, ((last - first) / choice.align) + 1};
}

}  // namespace

Slots find_efi_slots(const EfiChoice& choice) {
  Slots all;
  Slots mirrored;
  for (const EfiMemory& memory : choice.map) {
    const SlotArea area = slots_of(memory, choice);
    if (area.count == 0) continue;
    all.areas.push_back(area);
    if ((memory.attributes & efi::kMoreReliable) != 0) mirrored.areas.push_back(area);
  }
  return mirrored.areas.empty() ? all : mirrored;
}

}  // namespace memmap::kaslr
