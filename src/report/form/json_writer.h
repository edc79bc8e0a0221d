// Writes JSON straight into a string: no document in memory, keys in the order they are written,
// the same bytes for the same calls.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace memmap::report {

// `block`: a line for each member, indented by two blanks. `row`: all on one line. What stands in a
// row is a row, whatever it asks for.
enum class Layout { block, row };

// The caller opens and closes in order and gives each member of an object a key (none for those of
// an array). Strings may hold any bytes: those that are no UTF-8 are written as U+FFFD.
class JsonWriter {
 public:
  void open_object(Layout layout = Layout::block) { open('{', layout); }
  void open_array(Layout layout = Layout::block) { open('[', layout); }
  void close();

  JsonWriter& key(std::string_view name);
  void value(std::string_view text);
  void value(const char* text) { value(std::string_view(text)); }
  void value(bool b);
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
  void address(std::uint64_t a);  // "0x9fc00"

  template <class T>
  void member(std::string_view name, T v) {
    key(name);
    value(v);
  }
  void member_address(std::string_view name, std::uint64_t a) {
    key(name);
    address(a);
  }

  // The text, with a line end. Everything must be closed.
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
  void string(std::string_view text);

  std::string out_{};
  std::vector<Level> levels_{};
  bool after_key_ = false;
};

}  // namespace memmap::report
