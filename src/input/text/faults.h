// Mistakes in an input: the one collector, and the one way to point into a text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace memmap::input {

// A piece of a text. Lines and columns count from 1, columns in bytes.
struct LinePart {
  std::size_t line = 0;
  std::string_view whole{};  // the line, without its end; shown unless it is longer than 64 KiB
  std::size_t column = 0;
  std::size_t length = 0;  // in bytes; 0 is shown as 1
};
Error error_at(std::string file, const LinePart& place, std::string message);

// All that is wrong with one input, in the order found. Past kMost only the number is kept.
class Faults {
 public:
  static constexpr std::size_t kMost = 100;

  void add(Error error) {
    add_made([&] { return std::move(error); });
  }
  void add(const Errors& errors) {
    for (const Error& e : errors) add(e);
  }
  // `make` is called only where its error is kept.
  template <class Make>
  void add_made(const Make& make) {
    if (full()) {
      ++untold_;
    } else {
      errors_.push_back(make());
    }
  }

  bool none() const { return errors_.empty(); }
  std::size_t count() const { return errors_.size() + untold_; }
  // Further ones are only counted: do not spend time on their messages.
  bool full() const { return errors_.size() >= kMost; }
  // All that were kept and, where there were more, one that says so; nothing is left here.
  Errors take();

 private:
  Errors errors_{};
  std::size_t untold_ = 0;
};

// Of a plain text, told by where they start. `text` must outlive it.
class TextFaults : public Faults {
 public:
  TextFaults(std::string file, std::string_view text) : file_(std::move(file)), text_(text) {}

  // `offset` and `length` in bytes of the text.
  void at(std::size_t offset, std::size_t length, std::string message);
  // `part` is a piece of the text itself.
  void at(std::string_view part, std::string message);
  // The message of a number reader's error.
  void at(std::string_view part, const Errors& without_origin);

 private:
  std::string file_;
  std::string_view text_;
};

}  // namespace memmap::input
