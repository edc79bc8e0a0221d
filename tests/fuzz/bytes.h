// A fuzzer's input as a row of numbers.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace memmap::fuzz {

class Bytes {
 public:
  Bytes(const std::uint8_t* data, std::size_t size) : data_(data), left_(size) {}

  bool empty() const { return left_ == 0; }
  // The next `N` bytes as a number, 0 for those that are not there.
  template <std::size_t N>
  std::uint64_t next() {
    static_assert(N <= sizeof(std::uint64_t));
    std::uint64_t out = 0;
    const std::size_t n = std::min(N, left_);
    std::memcpy(&out, data_, n);
    skip(n);
    return out;
  }
  std::uint64_t below(std::uint64_t n) { return next<2>() % n; }
  bool flag() { return (next<1>() & 1) != 0; }

  // Up to a NUL or a line's end, which are skipped; at most `most`.
  std::string text(std::size_t most = 64) {
    std::size_t n = 0;
    while (n < left_ && n < most && data_[n] != 0 && data_[n] != '\n') ++n;
    std::string out(reinterpret_cast<const char*>(data_), n);
    skip(std::min(n + 1, left_));
    return out;
  }
  std::string_view rest() const { return {reinterpret_cast<const char*>(data_), left_}; }

 private:
  void skip(std::size_t n) {
    data_ += n;
    left_ -= n;
  }

  const std::uint8_t* data_;
  std::size_t left_;
};

}  // namespace memmap::fuzz
