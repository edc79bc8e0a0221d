// One line, laid end to end from 0: `ram:640K hole:384K ram:3G@node1`.
#include <fmt/format.h>

#include <algorithm>

#include "base/number.h"
#include "machine/e820_words.h"
#include "report/convert/convert.h"

namespace memmap::report {
namespace {

std::string size_word(std::uint64_t size) {
  return size < 1024 ? fmt::format("{:#x}", size) : number_with_unit(size);
}

// What the line's reader makes of its nodes: touching segments of one node are joined.
void add(std::vector<NodeMemory>& nodes, PhysRange range, int nid) {
  if (!nodes.empty() && nodes.back().nid == nid && nodes.back().range.end() == range.base()) {
    nodes.back().range = PhysRange::make(raw(nodes.back().range.base()), raw(range.end()));
  } else {
    nodes.push_back({.range = range, .nid = nid});
  }
}

bool same(const std::vector<NodeMemory>& a, const std::vector<NodeMemory>& b) {
  return std::ranges::equal(a, b, [](const NodeMemory& x, const NodeMemory& y) {
    return x.range == y.range && x.nid == y.nid && x.hotpluggable == y.hotpluggable;
  });
}

const NodeMemory* node_of(const Machine& machine, PhysRange range) {
  const auto found = std::ranges::find_if(
      machine.node_memory, [range](const NodeMemory& n) { return n.range.contains(range); });
  return found == machine.node_memory.end() || found->nid < 0 ? nullptr : &*found;
}

}  // namespace

Result<Converted> to_synthetic(const Machine& machine) {
  Converted out{.losses = losses_beside_map(machine, NodesToo::no)};
  E820Entries entries = whole_map(machine);
  if (const auto empty = std::erase_if(entries, [](const E820Entry& e) { return e.size == 0; })) {
    out.losses.push_back(fmt::format("{} empty entries are left out", empty));
  }
  const auto by_address = [](const E820Entry& a, const E820Entry& b) { return a.addr < b.addr; };
  if (!std::ranges::is_sorted(entries, by_address)) {
    std::ranges::stable_sort(entries, by_address);
    out.losses.push_back("the order of the entries: they are written by address");
  }
  if (entries.empty()) return Error{.message = "a map without entries has no line"};
  std::uint64_t at = 0;
  std::vector<NodeMemory> nodes;
  for (const E820Entry& e : entries) {
    const std::optional<PhysRange> range = PhysRange::from_size(e.addr, e.size);
    if (!range)
      return Error{.message = fmt::format("the entry at {:#x} reaches 2^64", raw(e.addr))};
    if (raw(e.addr) < at) {
      return Error{.message = fmt::format("the entry at {:#x} overlaps the one before it, which a "
                                          "line laid end to end cannot tell",
                                          raw(e.addr)),
                   .range = range};
    }
    const std::string_view gap = out.bytes.empty() ? "" : " ";
    if (raw(e.addr) > at) {
      out.bytes += fmt::format("{}hole:{}", gap, size_word(raw(e.addr) - at));
    }
    out.bytes +=
        fmt::format("{}{}:{}", out.bytes.empty() ? "" : " ", e820_word(e.type), size_word(e.size));
    if (const NodeMemory* node = node_of(machine, *range)) {
      out.bytes += fmt::format("@node{}", node->nid);
      add(nodes, *range, node->nid);
    }
    at = raw(range->end());
  }
  if (!same(nodes, machine.node_memory)) {
    out.losses.push_back("the memory of nodes is told only where entries lie within one");
  }
  out.bytes += '\n';
  return out;
}

}  // namespace memmap::report
