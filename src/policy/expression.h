// A rule as it is evaluated: a tree whose types are checked. Only src/policy sees it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/range.h"
#include "facts/facts.h"
#include "machine/e820_entry.h"
#include "memblock/call.h"
#include "zones/zones.h"

namespace memmap::policy {

enum class Type : std::uint8_t { truth, bytes, address, count, number };

// What a thing is that has a size, a number or a place.
enum class Noun : std::uint8_t {
  owner,        // pieces of memblock.reserved
  crashkernel,  // its main part
  crashkernel_low,
  cma,
  swiotlb,
  initrd,
  kernel,
  struct_pages,
  page_tables,   // that memblock gave
  gigantic,      // huge pages that memblock gave
  memory,        // memblock.memory
  reserved,      // memblock.reserved
  free,          // free blocks at the hand-over
  e820,          // the kernel's table, of one type
  direct_map,    // pages of one size
  zone_managed,  // of zones: of a node, of a type, or both
  zone_present,
  zone_spanned,
  zone_free,
  huge_pages,  // of one size or of all: a count
  events,      // of a severity and a text: a count
};

// Which part of a thing is meant.
struct Filter {
  std::optional<PhysRange> within{};
  std::optional<int> node{};
  std::optional<zones::ZoneType> zone{};
  std::uint64_t page_size = 0;  // of direct_map and huge_pages; 0: any
  std::optional<E820Type> type{};
  std::string text{};                  // of an owner or event; `*` stands for any text
  std::optional<Severity> severity{};  // of events
  std::vector<std::string> except{};   // events with these texts do not count
};

enum class Op : std::uint8_t {
  // Numbers.
  literal,  // `value`
  fact,     // `fact`
  amount,   // of `noun` with `filter`: bytes or a count
  add,
  subtract,
  multiply,
  percent,  // `value` thousandths of a percent of the operand
  // Truths.
  less,
  less_equal,
  equal,
  not_equal,
  lies_in,    // every piece of `noun` lies in `place`; none: unknown
  avoids,     // no piece of `noun` has a byte of `place`
  all_type,   // every byte of `place` has filter.type in the kernel's e820 table
  some,       // there is any of `noun`
  none,       // there is none
  unchanged,  // since a baseline
  not_,
  and_,
  or_,
  every_node,  // the operand, with each node in turn as its filter's
  some_node,
  every_zone,
  some_zone,
  every_slot,
  some_slot,
};

struct Expression {
  Op op{};
  Type type{};
  std::uint64_t value = 0;
  const facts::Fact* fact = nullptr;
  Noun noun{};
  Filter filter{};
  PhysRange place{};
  // Of `unchanged`.
  std::string baseline{};
  std::uint64_t tolerance = 0;
  // Where it stands in the rule's text, in bytes.
  std::size_t at = 0;
  std::size_t length = 0;
  std::vector<Expression> operands{};
};

}  // namespace memmap::policy
