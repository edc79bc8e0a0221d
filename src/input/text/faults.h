// Mistakes in a plain text, told by where they start.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace memmap::input {

// Past kMost only their number is kept. `text` must outlive it.
class TextFaults {
 public:
  TextFaults(std::string file, std::string_view text) : file_(std::move(file)), text_(text) {}

  // `offset` and `length` in bytes of the text.
  void at(std::size_t offset, std::size_t length, std::string message);
  // `part` is a piece of the text itself.
  void at(std::string_view part, std::string message);
  // The message of a number reader's error.
  void at(std::string_view part, const Errors& without_origin);

  bool none() const { return errors_.empty(); }
  std::size_t count() const { return errors_.size() + untold_; }
  // Not to be called when none().
  Errors take() &&;

 private:
  static constexpr std::size_t kMost = 100;
  std::string file_;
  std::string_view text_;
  Errors errors_;
  std::size_t untold_ = 0;
};

}  // namespace memmap::input
