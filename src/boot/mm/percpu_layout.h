// How the kernel lays out the per-CPU areas.
#pragma once

#include <cstdint>
#include <vector>

namespace memmap::boot::percpu {

// All in bytes.
struct Request {
  std::uint64_t static_size = 0;
  std::uint64_t reserved_size = 0;
  std::uint64_t dynamic_size = 0;  // at least; rounded up so that the three make whole pages
  std::uint64_t atom_size = 0;     // areas are multiples of it
};

struct Group {
  int nid = 0;
  std::vector<unsigned> cpus{};
  std::uint64_t units = 0;  // as many as fit whole areas; the last may have no processor
};

struct Layout {
  std::uint64_t static_size = 0;
  std::uint64_t reserved_size = 0;
  std::uint64_t dynamic_size = 0;
  std::uint64_t unit_size = 0;
  std::vector<Group> groups{};

  std::uint64_t units() const {
    std::uint64_t sum = 0;
    for (const Group& g : groups) sum += g.units;
    return sum;
  }
};

// A group for each node of `nodes` (the processors' nodes, in their order, not empty), in the order
// in which they are met. An area of atom_size is cut into as many units as fit, fewer where too
// many would stay without a processor.
//
//   area    |--unit 0--|--unit 1--|--unit 2--|--unit 3--|
//   a unit  |static|reserved|dynamic|...freed...|
//
// kernel: pcpu_build_alloc_info(), mm/percpu.c, v6.1 and v6.12
Layout layout(const Request& request, const std::vector<int>& nodes);

}  // namespace memmap::boot::percpu
