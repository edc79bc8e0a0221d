// Writes JSON into a string, with keys in the order of the calls: the same calls give the same
// bytes. No document is built in memory.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace memmap::report {

// How an object or array is laid out. `block`: a line for each member, indented by two blanks.
// `row`: all on one line, as is everything within it.
enum class Layout { block, row };

// The caller closes what it opens, in order, and calls key() before each member of an object, but
// not of an array. Strings may hold any bytes; those that are no UTF-8 are written as U+FFFD.
class JsonWriter {
 public:
  void open_object(Layout layout = Layout::block) { open('{', layout); }
  void open_array(Layout layout = Layout::block) { open('[', layout); }
  void close();  // what was opened last

  JsonWriter& key(std::string_view name);
  void value(std::string_view text);
  void value(const char* text) { value(std::string_view(text)); }
  void value(bool b);
  void null();
  void value(std::int64_t n);
  void value(std::uint64_t n);
  template <std::integral T>
  void value(T n) {
    if constexpr (std::signed_integral<T>) {
      value(static_cast<std::int64_t>(n));
    } else {
      value(static_cast<std::uint64_t>(n));
    }
  }
  void address(std::uint64_t a);  // as a string in hex: "0x9fc00"

  template <class T>
  void member(std::string_view name, T v) {
    key(name);
    value(v);
  }
  void member_address(std::string_view name, std::uint64_t a) {
    key(name);
    address(a);
  }

  // The whole text and a line end. Everything must be closed.
  std::string finish() &&;

 private:
  struct Level {
    char closer;
    Layout layout;
    bool empty = true;
  };

  void open(char opener, Layout layout);
  void separate();
  void new_line();

  std::string out_{};
  std::vector<Level> levels_{};
  bool after_key_ = false;
};

}  // namespace memmap::report
