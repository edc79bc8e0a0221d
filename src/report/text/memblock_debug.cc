#include "report/text/memblock_debug.h"

#include <fmt/format.h>

#include <iterator>
#include <string_view>

namespace memmap::report {
namespace {

using Out = std::back_insert_iterator<std::string>;

void write_call(Out out, const memblock::Call& c) {
  const std::uint64_t base = raw(c.range.base());
  const std::uint64_t last = raw(c.range.end()) - 1;
  if (c.operation == "memblock_alloc_hugetlb") {
    fmt::format_to(out, "{}: {} bytes, nid={}, exact_nid={} {}\n", c.operation, c.size, c.nid,
                   c.exact_nid ? 1 : 0, c.caller.function);
  } else if (c.kind == memblock::CallKind::alloc) {
    fmt::format_to(out, "{}: {} bytes align=0x{:x} ", c.operation, c.size, c.align);
    if (c.operation != "memblock_phys_alloc_range") fmt::format_to(out, "nid={} ", c.nid);
    fmt::format_to(out, "from={:#018x} max_addr={:#018x} {}\n", raw(c.from), raw(c.max_addr),
                   c.caller.function);
  } else if (c.operation == "memblock_add_node" || c.operation == "__memblock_reserve") {
    fmt::format_to(out, "{}: [{:#018x}-{:#018x}] nid={} flags={:x} {}\n", c.operation, base, last,
                   c.nid, c.flags, c.caller.function);
  } else {
    fmt::format_to(out, "{}: [{:#018x}-{:#018x}] {}\n", c.operation, base, last, c.caller.function);
  }
}

void write_list(Out out, std::string_view name, const memblock::Regions& regions,
                int max_numnodes) {
  fmt::format_to(out, " {}.cnt  = 0x{:x}\n", name, regions.size());
  for (std::size_t i = 0; i < regions.size(); ++i) {
    const memblock::Region& r = regions[i];
    const bool has_node = r.nid >= 0 && r.nid < max_numnodes;
    fmt::format_to(out, " {}[0x{:x}]\t[{:#018x}-{:#018x}], {:#018x} bytes{} flags: 0x{:x}\n", name,
                   i, raw(r.range.base()), raw(r.range.end()) - 1, r.range.size(),
                   has_node ? fmt::format(" on node {}", r.nid) : "", r.flags);
  }
}

void write_dump(Out out, const boot::MemblockDump& dump, int max_numnodes) {
  fmt::format_to(out, "MEMBLOCK configuration:\n memory size = {:#018x} reserved size = {:#018x}\n",
                 dump.memory_size, dump.reserved_size);
  write_list(out, "memory", dump.memory, max_numnodes);
  write_list(out, "reserved", dump.reserved, max_numnodes);
}

}  // namespace

std::string to_memblock_debug(const boot::Outcome& outcome) {
  std::string text;
  const Out out(text);
  for (const boot::MemblockLine& line : outcome.memblock_log.lines) {
    if (line.dump) {
      write_dump(out, *line.dump, outcome.state.memblock.behaviour().max_numnodes);
    } else {
      write_call(out, line.call);
    }
  }
  return text;
}

}  // namespace memmap::report
