#include "base/wildcard.h"

#include <gtest/gtest.h>

#include <string>

namespace memmap {
namespace {

TEST(Wildcard, StandsForAnyText) {
  EXPECT_TRUE(matches("*", ""));
  EXPECT_TRUE(matches("a*c*e", "abcde"));
  EXPECT_FALSE(matches("a*c*e", "abcd"));
  EXPECT_FALSE(matches("a", "ab"));
  EXPECT_TRUE(matches("*b", "abab"));
  EXPECT_FALSE(matches(std::string(64, '*') + "x", std::string(5000, 'a')));
}

}  // namespace
}  // namespace memmap
