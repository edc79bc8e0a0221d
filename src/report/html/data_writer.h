// Writes a page's data: strings once, columns packed.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/printable.h"
#include "report/form/json_writer.h"
#include "report/html/packed.h"

namespace memmap::report {

// Each text once; others name it by its number.
class SharedStrings {
 public:
  std::uint64_t index(std::string_view text) {
    const auto [found, is_new] =
        indices_.try_emplace(printable(text, Charset::unicode), all_.size());
    if (is_new) all_.push_back(found->first);
    return found->second;
  }
  const std::vector<std::string>& all() const { return all_; }

 private:
  std::map<std::string, std::uint64_t, std::less<>> indices_{};
  std::vector<std::string> all_{};
};

class DataWriter {
 public:
  SharedStrings strings{};
  JsonWriter json{};

  void open(std::string_view key) { json.key(key).open_object(Layout::row); }
  void close() { json.close(); }
  // A column: one number for each of `rows`.
  template <class Rows, class Number>
  void numbers(std::string_view key, const Rows& rows, const Number& number) {
    PackedNumbers out;
    for (const auto& row : rows) out.add(static_cast<std::uint64_t>(number(row)));
    json.member(key, std::string_view(std::move(out).take()));
  }
  template <class Rows, class Text>
  void texts(std::string_view key, const Rows& rows, const Text& text) {
    numbers(key, rows, [&](const auto& row) { return strings.index(text(row)); });
  }
  // The columns `gap` and `size`.
  template <class Rows, class Range>
  void ranges(const Rows& rows, const Range& range) {
    PackedRanges out;
    for (const auto& row : rows) out.add(range(row));
    json.member("gap", std::string_view(out.gaps()));
    json.member("size", std::string_view(out.sizes()));
  }
};

}  // namespace memmap::report
