// Where the decompressor may put the kernel's image: the slots of its choice by chance.
#pragma once

#include <cstdint>
#include <vector>

#include "kaslr/avoid.h"

namespace memmap::kaslr {

// `count` places for the image, one every `align` bytes from `first` on. kernel: struct slot_area
struct SlotArea {
  std::uint64_t first = 0;
  std::uint64_t count = 0;
  friend bool operator==(const SlotArea&, const SlotArea&) = default;
};

// What the choice depends on. All sizes in bytes.
struct Choice {
  std::uint64_t image_size = 0;  // that the image and what unpacks it need, a multiple of `align`
  std::uint64_t align = 0;       // CONFIG_PHYSICAL_ALIGN
  std::uint64_t minimum = 0;     // no place below it
  MemOptions options{};
  // Never overlapped: the decompressor itself, the initrd, the command line, the zero page,
  // setup_data. Those of `options` too.
  std::vector<MemVector> avoid{};
  std::vector<MemVector> memory{};     // that may be used, in the firmware's order
  std::vector<MemVector> immovable{};  // of the SRAT, not hot-pluggable; empty: all memory
};

struct Slots {
  std::vector<SlotArea> areas{};        // in the order in which they are found; they may overlap
  std::vector<MemVector> huge_pages{};  // 1 GiB pages that are left alone
  bool full = false;                    // a hundred areas: what follows was not looked at

  std::uint64_t count() const;
  // The n-th place, n < count().
  std::uint64_t place(std::uint64_t n, std::uint64_t align) const;
};

// O(memory * avoid). Empty: no place is chosen, and the image stays where it was loaded.
// kernel: find_random_phys_addr(), arch/x86/boot/compressed/kaslr.c, v6.1, v6.12 and v7.2
//
//   memory  [ -------------------------- ]
//   avoid           [ initrd ]
//   slots   |.|.|.|            |.|.|.|      first places of an image that fits between
Slots find_slots(const Choice& choice);

}  // namespace memmap::kaslr
