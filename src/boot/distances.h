// How far nodes are from each other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "boot/inputs.h"
#include "boot/state.h"

namespace memmap::boot {

// 10 within a node; between two what firmware's SLIT says, or 20 where there is none or one that the kernel
// refuses. Parts of nodes (numa=fake=) are as far from each other as their nodes.
// kernel: node_distance(), acpi_numa_slit_init(), slit_valid(), drivers/acpi/numa/srat.c, v6.12
class NodeDistances {
 public:
  // `state`: of a boot that has its nodes.
  NodeDistances(const Inputs& in, const State& state);
  int operator()(int from, int to) const;

 private:
  std::size_t node_of(int nid) const;
  std::size_t row_of(int nid) const;

  std::vector<int> emulated_from_;
  std::vector<std::uint32_t> domains_;
  std::vector<std::uint8_t> table_{};
  std::size_t side_ = 0;  // of the table
};

// There is a SLIT, and nothing tells its content.
bool distances_are_unknown(const Inputs& in, const State& state);

}  // namespace memmap::boot
