#include "boot/distances.h"

#include <cmath>
#include <span>

namespace memmap::boot {
namespace {

constexpr int kLocal = 10;
constexpr int kRemote = 20;

// Many a BIOS fills in 10 everywhere. kernel: slit_valid()
bool is_valid(std::span<const std::uint8_t> table, std::size_t side) {
  for (std::size_t i = 0; i < table.size(); ++i) {
    const bool itself = i / side == i % side;
    if (itself ? table[i] != kLocal : table[i] <= kLocal) return false;
  }
  return true;
}

}  // namespace

NodeDistances::NodeDistances(const Inputs& in, const State& state)
    : emulated_from_(state.emulated_from), domains_(in.machine.node_domains) {
  const std::vector<std::uint8_t>& table = in.machine.distances;
  const auto side = static_cast<std::size_t>(std::lround(std::sqrt(table.size())));
  // Of nodes that are not firmware's its table tells nothing.
  if (!state.processors_have_nodes || !is_valid(table, side)) return;
  table_ = table;
  side_ = side;
}

std::size_t NodeDistances::node_of(int nid) const {
  const auto at = static_cast<std::size_t>(nid);
  return at < emulated_from_.size() && emulated_from_[at] >= 0
             ? static_cast<std::size_t>(emulated_from_[at])
             : at;
}

std::size_t NodeDistances::row_of(int nid) const {
  const std::size_t node = node_of(nid);
  return node < domains_.size() ? domains_[node] : node;
}

int NodeDistances::operator()(int from, int to) const {
  const std::size_t row = row_of(from);
  const std::size_t column = row_of(to);
  if (row < side_ && column < side_) return table_[row * side_ + column];
  return row == column ? kLocal : kRemote;
}

bool distances_are_unknown(const Inputs& in, const State& state) {
  return state.processors_have_nodes && in.machine.has_acpi_table("SLIT") &&
         in.machine.distances.empty();
}

}  // namespace memmap::boot
