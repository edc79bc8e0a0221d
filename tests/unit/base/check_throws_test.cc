#include "base/check_throws.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>

#include "base/check.h"

namespace memmap {
namespace {

std::string thrown() {
  try {
    MEMMAP_CHECK(1 + 1 == 3, "arithmetic");
  } catch (const CheckFailed& e) {
    return e.what();
  }
  return {};
}

TEST(ChecksThrow, TellsWhatFailed) {
  const ChecksThrow throws;
  const std::string what = thrown();
  EXPECT_NE(what.find("1 + 1 == 3: arithmetic"), what.npos) << what;
  EXPECT_NE(what.find("check_throws_test.cc"), what.npos) << what;
}

TEST(ChecksThrow, Nests) {
  const ChecksThrow outer;
  { const ChecksThrow inner; }
  EXPECT_FALSE(thrown().empty());
}

TEST(ChecksThrowDeathTest, IsOfItsThreadAndTime) {
  { const ChecksThrow over; }
  EXPECT_DEATH(thrown(), "1 \\+ 1 == 3: arithmetic");
  const ChecksThrow here;
  EXPECT_DEATH(std::thread([] { thrown(); }).join(), "1 \\+ 1 == 3: arithmetic");
}

}  // namespace
}  // namespace memmap
