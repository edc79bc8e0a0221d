// What the decompressor keeps the kernel's image away from, and how far up it looks.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "kernel/behaviour.h"

namespace memmap::kaslr {

// The bytes [start, start + size). A size of 0 has a place. kernel: struct mem_vector
struct MemVector {
  std::uint64_t start = 0;
  std::uint64_t size = 0;  // bytes

  std::uint64_t end() const { return start + size; }
  // An empty one between the ends of the other counts. kernel: mem_overlaps()
  bool overlaps(const MemVector& other) const { return end() > other.start && start < other.end(); }
  friend bool operator==(const MemVector&, const MemVector&) = default;
};

// What the command line asks the decompressor for.
// kernel: handle_mem_options(), arch/x86/boot/compressed/kaslr.c, v6.1, v6.12 and v7.2
struct MemOptions {
  std::uint64_t mem_limit = 0;      // no image reaches beyond it
  std::vector<MemVector> avoid{};   // of memmap=: four at most
  bool memmap_too_large = false;    // more than those four in one memmap=: no place is chosen
  std::uint64_t gb_huge_pages = 0;  // 1 GiB pages that no image may lie in, as far as there are any
};

// `limit`: MAXMEM, what the page tables can map. Only the boot loader's line counts; what is built
// into the kernel the decompressor does not see.
MemOptions handle_mem_options(std::string_view command_line, std::uint64_t limit,
                              const kernel::Behaviour& behaviour);

}  // namespace memmap::kaslr
