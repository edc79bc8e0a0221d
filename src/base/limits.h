// How much is taken on of what is read: sizes, entries, depth, time, memory. One table (limits.def),
// with names that messages give and --limit takes.
//
// The limits are the process's, as those of ulimit are: set once, by the program as it starts, before
// anything is read; a library that is not asked to has the table's. They decide whether an input is
// taken on at all and never what becomes of one that is, so that results depend on inputs alone.
// That is why readers ask here, instead of each of some ninety functions between an option and a
// reader handing a table on. Stages and boots read nothing and must not ask.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace memmap {

enum class Limit : std::uint8_t {
#define LIMIT(id, name, unit, value, least, most, what, then) id,
#include "base/limits.def"
#undef LIMIT
};

enum class LimitUnit : std::uint8_t { bytes, count, seconds };

struct LimitRow {
  Limit id{};
  std::string_view name{};  // `document-depth`
  LimitUnit unit{};
  std::uint64_t value = 0;  // without --limit
  std::uint64_t least = 0;
  std::uint64_t most = 0;
  std::string_view what{};  // what it bounds
  std::string_view then{};  // what happens there
};
std::span<const LimitRow> limit_rows();  // by Limit
const LimitRow& limit_row(Limit limit);

// Any thread's.
std::uint64_t limit_of(Limit limit) noexcept;

// `NAME=VALUE[,NAME=VALUE...]`, sizes with a unit (base/number.h). Errors, of all that is wrong, and then
// nothing is set: no such name, with the nearest one; no such number; out of the row's bounds.
Status set_limits(std::string_view text);
void set_limit(Limit limit, std::uint64_t value) noexcept;

// The value as --limit takes it: `64M`, `1000`.
std::string limit_text(Limit limit, std::uint64_t value);
// The end of a message about what is beyond the limit, an input's size for example: "the limit is
// document-size=64M; --limit document-size=128M raises it". Where `wanted` is known, so far.
std::string beyond(Limit limit, std::uint64_t wanted = 0);

}  // namespace memmap
