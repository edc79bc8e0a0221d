// A rule as it is evaluated: a tree whose types are checked. Only src/policy sees it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/event.h"
#include "base/range.h"
#include "boot/owner.h"
#include "facts/facts.h"
#include "machine/e820_entry.h"
#include "zones/zones.h"

namespace memmap::policy {

enum class Type : std::uint8_t { truth, bytes, address, count };

// What has an amount, and most of it a place.
enum class Noun : std::uint8_t {
  thing,       // Expression::thing
  owner,       // pieces of memblock.reserved
  e820,        // of the kernel's table, of one type
  direct_map,  // pages of one size: a count
  managed,     // of zones
  present,
  spanned,
  free,
  huge_pages,  // of one size or of all: a count
  events,      // of a severity and a text: a count
};

// Which part of a noun is meant. Unset members leave everything in.
struct Filter {
  std::optional<PhysRange> within{};
  std::optional<int> node{};
  std::optional<zones::ZoneType> zone{};
  bool each_node = false;  // that of every_node or some_node around it
  bool each_zone = false;

  bool empty() const { return !within && !node && !zone && !each_node && !each_zone; }
};

enum class Op : std::uint8_t {
  // Amounts.
  literal,  // `value`
  fact,     // `fact`
  amount,   // of the noun
  add,
  subtract,
  multiply,
  percent,  // `value` thousandths of a percent of the operand
  // Truths.
  less,
  at_most,
  equal,
  differs,
  more,
  at_least,
  lies_in,    // all of the noun lies within its filter; there is none: unknown
  avoids,     // none of the noun lies in `place`
  begins_at,  // the noun's largest piece begins at `value`
  covers,     // the noun has all of `place`
  some,       // there is any of the noun
  none,       // there is none
  unchanged,  // since a baseline
  not_,
  both,
  either,
  // The operand, with each node (zone, place of the image) in turn.
  every_node,
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
  const facts::Thing* thing = nullptr;
  const boot::Owner* owner = nullptr;
  std::string
      name{};  // of an owner that is not known by its words alone, or what an event says; `*` stands for any text
  E820Type e820{};
  std::uint64_t page_size = 0;  // of direct_map and huge_pages; 0: any
  std::optional<Severity> severity{};
  std::vector<std::string> except{};  // events that say this do not count; of `unchanged`: names
  Filter filter{};

  PhysRange place{};
  std::string baseline{};
  std::uint64_t tolerance = 0;

  std::string text{};  // of the rule
  std::vector<Expression> operands{};
};

}  // namespace memmap::policy
