// The versions at which something begins or ends, stable series in mind.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "kernel/version.h"

namespace memmap::kernel {

// `6.15 6.14.3 6.12.24`: it came with 6.15, and into the stable series of 6.14 and 6.12 with those
// releases. Not monotone: 5.10.28 has reached `5.12 5.10.28`, the later 5.11.0 has not. Empty: with
// none. Written as a literal; one of another form does not compile.
class Threshold {
 public:
  constexpr Threshold() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): a column of a table
  consteval Threshold(const char* text) : text_(text) {
    std::string_view rest = text_;
    while (!rest.empty()) {
      if (count_ == versions_.size()) throw "more versions than there is room for";
      versions_[count_++] = take(rest);
      if (!rest.empty()) {
        if (rest.front() != ' ') throw "a blank is expected between versions";
        rest.remove_prefix(1);
      }
    }
  }

  constexpr bool empty() const { return count_ == 0; }
  constexpr std::string_view text() const { return text_; }
  constexpr Version first() const { return versions_[0]; }  // mainline's

  // `v` is at or behind it: in the series of one of the stable releases, that release counts, else
  // mainline's version. False where it is empty.
  constexpr bool reached(Version v) const {
    for (std::size_t i = 1; i < count_; ++i) {
      const Version& s = versions_[i];
      if (v.major == s.major && v.minor == s.minor) return v >= s;
    }
    return !empty() && v >= first();
  }

 private:
  static consteval Version take(std::string_view& rest) {
    const unsigned major = take_number(rest);
    take_dot(rest);
    const unsigned minor = take_number(rest);
    if (rest.empty() || rest.front() != '.') return {major, minor, 0};
    take_dot(rest);
    return {major, minor, take_number(rest)};
  }
  static consteval void take_dot(std::string_view& rest) {
    if (rest.empty() || rest.front() != '.') throw "a dot is expected";
    rest.remove_prefix(1);
  }
  static consteval unsigned take_number(std::string_view& rest) {
    unsigned value = 0;
    std::size_t digits = 0;
    for (; digits < rest.size() && rest[digits] >= '0' && rest[digits] <= '9'; ++digits) {
      value = value * 10 + static_cast<unsigned>(rest[digits] - '0');
    }
    if (digits == 0) throw "a number is expected";
    rest.remove_prefix(digits);
    return value;
  }

  std::string_view text_{};
  std::array<Version, 10> versions_{};
  std::size_t count_ = 0;
};

}  // namespace memmap::kernel
