// How many pages a slab has.
#pragma once

#include <cstdint>

namespace memmap::slab {

struct OrderRule {
  unsigned cpus = 1;  // present, or as many as there may be where there is one alone
  // A slab may waste half of itself before fewer objects will do.
  bool wastes_half = true;
};

// The order of a slab of objects of `size` bytes, above 0, what they are aligned by included; slab_max_order= and the
// like as they are without a parameter.
// kernel: calculate_order(), mm/slub.c, v6.1 and v6.12
unsigned calculate_order(std::uint64_t size, const OrderRule& rule);

// The smallest order of pages that hold `bytes`. kernel: get_order()
unsigned get_order(std::uint64_t bytes);

}  // namespace memmap::slab
