// Bad input, as a value: what was wrong, where, and what was expected instead.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/check.h"
#include "base/range.h"

namespace memmap {

// Where in the input a mistake stands. Lines and columns count from 1; 0: not known or no text.
// For binary input `line` stays 0 and `offset` tells the byte.
struct Origin {
  std::string file;
  std::size_t line = 0;
  std::size_t column = 0;
  std::optional<std::uint64_t> offset{};
};

struct Error {
  std::string message;  // what is wrong and what was expected, one sentence, no full stop
  Origin origin{};
  std::string line_text{};       // the whole line at fault, without its end; empty: none to show
  std::size_t caret_length = 1;  // bytes under which the caret line stands
  std::optional<PhysRange> range{};
  // Not the input is wrong but a plugin: it crashed, ended the process or answered nonsense.
  bool plugin_fault = false;
};

using Errors = std::vector<Error>;

// A value, or all that was wrong (never empty).
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : v_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : v_(std::in_place_index<1>, Errors{std::move(error)}) {}
  Result(Errors errors) : v_(std::in_place_index<1>, std::move(errors)) {
    MEMMAP_CHECK(!std::get<1>(v_).empty(), "a failed Result needs an error");
  }

  bool ok() const { return v_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& value() & { return check_ok(), std::get<0>(v_); }
  const T& value() const& { return check_ok(), std::get<0>(v_); }
  T&& value() && { return check_ok(), std::get<0>(std::move(v_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Errors& errors() const {
    MEMMAP_CHECK(!ok(), "errors() of a good Result");
    return std::get<1>(v_);
  }

 private:
  void check_ok() const { MEMMAP_CHECK(ok(), "value() of a failed Result"); }

  std::variant<T, Errors> v_;
};

// For functions that succeed with nothing to say.
struct Done {};
using Status = Result<Done>;

// `file:line:col: error: message`, then the line and a caret below the column (long lines are cut
// around it). Each part is printable, whatever the file's name, message and line hold. Ends with a
// newline.
std::string to_string(const Error& error);
// All of them, at most `limit`; then `... and N more`.
std::string to_string(const Errors& errors, std::size_t limit = 20);

}  // namespace memmap
