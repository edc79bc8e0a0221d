#include "base/limits.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "base/align.h"
#include "base/number.h"
#include "base/suggest.h"

namespace memmap {
namespace {

constexpr LimitRow kRows[] = {
#define LIMIT(id, name, unit, value, least, most, what, then) \
  {Limit::id, name, LimitUnit::unit, value, least, most, what, then},
#include "base/limits.def"
#undef LIMIT
};

// limits.h says why this is the process's.
std::array<std::atomic<std::uint64_t>, std::size(kRows)> values = {
#define LIMIT(id, name, unit, value, least, most, what, then) std::uint64_t{value},
#include "base/limits.def"
#undef LIMIT
};

std::vector<std::string_view> names() {
  std::vector<std::string_view> out;
  for (const LimitRow& row : kRows) out.push_back(row.name);
  return out;
}

Result<std::pair<Limit, std::uint64_t>> parse_limit(std::string_view word) {
  const std::size_t equals = word.find('=');
  const std::string_view name = word.substr(0, equals);
  const LimitRow* const row = std::ranges::find(kRows, name, &LimitRow::name);
  if (row == std::end(kRows)) {
    return Error{.message = "--limit: there is no limit `" + std::string(name) + "`" +
                            did_you_mean(name, names(), "`--limit help` lists them")};
  }
  const std::string option = "--limit " + std::string(name);
  if (equals == std::string_view::npos)
    return Error{.message =
                     option + " wants a value: " + option + "=" + limit_text(row->id, row->value)};
  const std::string_view text = word.substr(equals + 1);
  const auto value = row->unit == LimitUnit::bytes ? parse_u64(text) : parse_count(text);
  if (!value) return Error{.message = option + ": " + value.errors().front().message};
  if (*value < row->least || *value > row->most) {
    return Error{.message = option + " is from " + limit_text(row->id, row->least) + " to " +
                            limit_text(row->id, row->most)};
  }
  return std::pair{row->id, *value};
}

}  // namespace

std::span<const LimitRow> limit_rows() { return kRows; }

const LimitRow& limit_row(Limit limit) { return kRows[static_cast<std::size_t>(limit)]; }

std::uint64_t limit_of(Limit limit) noexcept {
  return values[static_cast<std::size_t>(limit)].load(std::memory_order_relaxed);
}

void set_limit(Limit limit, std::uint64_t value) noexcept {
  values[static_cast<std::size_t>(limit)].store(value, std::memory_order_relaxed);
}

Status set_limits(std::string_view text) {
  Errors errors;
  std::vector<std::pair<Limit, std::uint64_t>> found;
  for (std::optional<std::string_view> rest = text; rest;) {
    const std::size_t comma = rest->find(',');
    auto one = parse_limit(rest->substr(0, comma));
    if (one) {
      found.push_back(*one);
    } else {
      append(errors, one.errors());
    }
    rest = comma == std::string_view::npos ? std::nullopt : std::optional(rest->substr(comma + 1));
  }
  if (!errors.empty()) return errors;
  for (const auto& [limit, value] : found) set_limit(limit, value);
  return Done{};
}

std::string limit_text(Limit limit, std::uint64_t value) {
  return limit_row(limit).unit == LimitUnit::bytes ? number_with_unit(value)
                                                   : std::to_string(value);
}

std::string beyond(Limit which, std::uint64_t wanted) {
  const LimitRow& row = limit_row(which);
  const std::uint64_t now = limit_of(which);
  const std::string name(row.name);
  // As large a power of two as is needed: a round number, that one can type.
  const std::uint64_t least = std::max(wanted, now < row.most ? now + 1 : now);
  std::uint64_t enough = now == 0 ? 1 : now;
  while (enough < least && enough < row.most)
    enough = enough > row.most / 2 ? row.most : enough * 2;
  std::string out = "the limit is " + name + "=" + limit_text(which, now);
  if (enough > now) out += "; --limit " + name + "=" + limit_text(which, enough) + " raises it";
  return out;
}

}  // namespace memmap
