// What each table's file is made with: columns as rows of a constant, each with what it shows of an item.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "report/table/listing.h"

namespace memmap::report {

template <class Item>
struct ColumnOf {
  Field field{};
  Value (*get)(const Item&) = nullptr;
};

// Of more than `most` items these and the last, which has the highest address where they ascend.
template <class Item, std::size_t N>
Listing listing_of(const ColumnOf<Item> (&columns)[N], const std::vector<Item>& items,
                   std::size_t most = ~std::size_t{0}) {
  Listing out;
  for (const ColumnOf<Item>& c : columns) out.fields.push_back(c.field);
  const std::size_t first = std::min(most, items.size());
  const auto add = [&](const Item& item) {
    Values& row = out.rows.emplace_back();
    row.reserve(N);
    for (const ColumnOf<Item>& c : columns) row.push_back(c.get(item));
  };
  for (std::size_t i = 0; i < first; ++i) add(items[i]);
  out.left_out = items.size() - first;
  if (out.left_out != 0) add(items.back());
  return out;
}

// Values of their kinds. Text that is empty has nothing to tell.
inline Value text(std::string_view words) {
  return words.empty() ? Value() : Value(std::string(words));
}
template <std::integral T>
Value number(T n) {
  return static_cast<std::uint64_t>(n);
}
template <class T>
Value number(const std::optional<T>& n) {
  return n ? number(*n) : Value();
}
// A number that is left out where it is 0.
inline Value some(std::uint64_t n) { return n == 0 ? Value() : Value(n); }
inline Value pages(std::uint64_t n) { return n << kPageShift; }
inline Value change(std::int64_t bytes) { return bytes; }

inline Paint faint(const Value&) { return Paint::faint; }
inline Paint strong(const Value&) { return Paint::strong; }
inline Paint yellow(const Value&) { return Paint::yellow; }
inline Paint green(const Value&) { return Paint::green; }

}  // namespace memmap::report
