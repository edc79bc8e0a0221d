// Columns of numbers as short text, for the data of a page.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/range.h"

namespace memmap::report {

// Numbers in base 36 with a blank between them: 10, 10, 10, 35 are `a*3 z`, as a number that comes more
// than once in a row stands once with how often. A negative one begins with a minus. data.js reads it.
class PackedNumbers {
 public:
  void add(std::uint64_t number) { token(digits(number)); }
  void add_signed(std::int64_t number);
  // Of addresses and sizes: 4 KiB pages where they are whole, else bytes with a full stop behind.
  void add_bytes(std::uint64_t bytes);
  void add_signed_bytes(std::int64_t bytes);

  std::string take() &&;

 private:
  static std::string digits(std::uint64_t number);
  static std::string bytes_token(std::uint64_t bytes);
  void token(std::string text);
  void write_last();

  std::string out_{};
  std::string last_{};
  std::uint64_t times_ = 0;
};

// Ranges, each as the distance from the end of the one before, and its size.
class PackedRanges {
 public:
  void add(std::uint64_t base, std::uint64_t size);
  void add(PhysRange range) { add(raw(range.base()), range.size()); }

  std::string gaps() { return std::move(gaps_).take(); }  // both once
  std::string sizes() { return std::move(sizes_).take(); }

 private:
  PackedNumbers gaps_{};
  PackedNumbers sizes_{};
  std::uint64_t end_ = 0;
};

}  // namespace memmap::report
