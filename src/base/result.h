// Bad input as a value: what is wrong, where it stands, what was expected instead.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/check.h"
#include "base/range.h"

namespace memmap {

// Where in the input a mistake stands.
struct Origin {
  std::string file;                       // as the user named it; empty: there is none
  std::size_t line = 0;                   // from 1; 0: not known, or binary input
  std::size_t column = 0;                 // in bytes, from 1; 0: the line as a whole
  std::optional<std::uint64_t> offset{};  // of binary input: the byte at fault
};

// What went wrong, where code decides on it. The words of a message are for people alone.
enum class ErrorCode : std::uint8_t {
  bad_input,      // what was read is wrong, or the system refused for another reason than these
  not_found,      // no such file
  no_access,      // the file's permissions forbid it (EACCES)
  not_permitted,  // the system forbids it (EPERM)
  plugin_fault,   // the input is right; a plugin crashed, ended the process, answered nonsense
};

struct Error {
  std::string message;  // what is wrong and what was expected, one sentence, no full stop
  Origin origin{};
  std::string line_text{};       // the whole line at fault, without its end; empty: none is shown
  std::size_t caret_length = 1;  // bytes at fault, from the column on
  std::optional<PhysRange> range{};
  ErrorCode code = ErrorCode::bad_input;
};

using Errors = std::vector<Error>;
void append(Errors& errors, const Errors& more);

// `message` where `place` is told, whose own message does not matter.
Error told_at(const Error& place, std::string message);
// `error`'s message there; its code is kept, by which a plugin's fault stays one.
Error told_at(const Error& place, const Error& error);
Errors told_at(const Error& place, const Errors& errors);

// The code for an `errno` of the system's.
ErrorCode code_of_errno(int number);

// A value, or at least one error. Asking for the one that is not there is our bug, and aborts.
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

  T& value() & {
    check_ok();
    return std::get<0>(v_);
  }
  const T& value() const& {
    check_ok();
    return std::get<0>(v_);
  }
  T&& value() && {
    check_ok();
    return std::get<0>(std::move(v_));
  }
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

// For functions that succeed without a value.
struct Done {};
using Status = Result<Done>;

// `file:line:col: error: message`, then the line with carets below the part at fault, as excerpt()
// shows it. File, message and line are shown printable(). Ends with a line end.
std::string to_string(const Error& error);
// The first `limit` of them, then `... and N more`.
std::string to_string(const Errors& errors, std::size_t limit = 20);

}  // namespace memmap
