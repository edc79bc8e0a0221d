// A table of one thing of a boot as values: which columns it has, its rows, and which of both a
// reader asked for. write.h writes it; things.h has the tables that there are.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/range.h"
#include "base/result.h"
#include "report/form/page.h"

namespace memmap::report {

// What a column holds, and so how it is written.
enum class Kind {
  text,
  count,    // a number of anything but bytes
  tally,    // the same where 0 is nothing to tell people of
  bytes,    // a size
  share,    // in per cent, as people read it
  change,   // bytes more, or fewer where it is below 0
  address,  // physical or virtual
  range,    // of physical addresses; for people: programs read its `start` and `end`
};

// monostate: there is nothing to tell. What each kind holds: std::string (text, share), std::uint64_t
// (count, tally, bytes, address), std::int64_t (change), PhysRange (range).
using Value = std::variant<std::monostate, std::string, std::uint64_t, std::int64_t, PhysRange>;

// Where a column is shown without being asked for.
enum class Shown { always, to_people, to_programs };

struct Field {
  std::string_view name{};   // that --columns knows; a key of JSON
  std::string_view title{};  // above the column
  Kind kind = Kind::text;
  Shown shown = Shown::always;
  std::string_view help{};
  Paint (*paint)(const Value&) = nullptr;  // null: plain
};

using Values = std::vector<Value>;  // one for each column

struct Listing {
  std::vector<Field> fields{};
  std::vector<Values> rows{};
  // So many rows more are not shown, the last of which stands behind those that are, for its addresses.
  std::size_t left_out = 0;
};

enum class Reader { people, programs };

// What a reader asks of a listing, as it was written.
struct Wish {
  std::optional<std::string> columns{};  // `a,b,c`; `+d,e`: the usual ones and these
  std::optional<std::string> sort{};     // `a`, `a:desc`, `a,b:desc`
};

// The columns of `fields` that are wished for, by their places, in the wish's order. Errors: a name
// that no column has, one that is named twice.
Result<std::vector<std::size_t>> chosen_columns(std::span<const Field> fields, const Wish& wish,
                                                Reader reader);

// One column to sort by.
struct SortKey {
  std::size_t column = 0;
  bool falling = false;
};
Result<std::vector<SortKey>> sort_keys(std::span<const Field> fields, const Wish& wish);

// Sorts by value, not by what is written; rows that are alike stay in their order, and those with
// nothing to tell come last either way.
void sort_rows(Listing& listing, std::span<const SortKey> keys);

// The listing with these columns alone.
Listing with_columns(const Listing& listing, std::span<const std::size_t> columns);

// The same with the columns that people are shown without asking.
Listing for_people(const Listing& listing);
Listing for_programs(const Listing& listing);

}  // namespace memmap::report
