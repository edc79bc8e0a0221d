// What each table's file is made with: columns as rows of a constant, each with what it shows of an item.
#pragma once

#include <concepts>
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

template <class Item, std::size_t N>
Listing listing_of(const ColumnOf<Item> (&columns)[N], const std::vector<Item>& items) {
  Listing out;
  for (const ColumnOf<Item>& c : columns) out.fields.push_back(c.field);
  for (const Item& item : items) {
    Values& row = out.rows.emplace_back();
    for (const ColumnOf<Item>& c : columns) row.push_back(c.get(item));
  }
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
