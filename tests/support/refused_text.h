// Texts that a reader refuses, as cases of a test.
#pragma once

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <string_view>

#include "base/result.h"

namespace memmap::test {

struct RefusedText {
  const char* name;
  std::string source;
  const char* want;  // a part of what is said of it
};
inline void PrintTo(const RefusedText& c, std::ostream* out) { *out << c.name; }

// What `read` says of a text, as a file of that name; empty: nothing is wrong.
template <class Read>
std::string told(const Read& read, const char* file, std::string_view source) {
  const auto result = read(file, source);
  return result ? "" : to_string(result.errors());
}

template <class Read>
void expect_refused(const Read& read, const char* file, const RefusedText& text) {
  const std::string said = told(read, file, text.source);
  EXPECT_NE(said.find(text.want), std::string::npos) << said;
}

}  // namespace memmap::test
