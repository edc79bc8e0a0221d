// What is left of a list.
#include "sweep/ddmin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace memmap::sweep {
namespace {

using List = std::vector<int>;
using testing::ElementsAre;
using testing::IsEmpty;

List numbers(int n) {
  List out(static_cast<std::size_t>(n));
  std::iota(out.begin(), out.end(), 0);
  return out;
}

List left_with(int n, const List& needed) {
  return ddmin<int>(numbers(n), [&](const List& list) {
    return std::ranges::all_of(needed,
                               [&](int x) { return std::ranges::find(list, x) != list.end(); });
  });
}

TEST(DdMin, LeavesWhatIsNeededInItsOrder) {
  EXPECT_THAT(left_with(50, {17}), ElementsAre(17));
  EXPECT_THAT(left_with(50, {0, 23, 49}), ElementsAre(0, 23, 49));
  EXPECT_THAT(left_with(3, {0, 1, 2}), ElementsAre(0, 1, 2));
  EXPECT_THAT(left_with(1, {0}), ElementsAre(0));
}

TEST(DdMin, LeavesNothingWhereNothingIsNeeded) {
  EXPECT_THAT(left_with(50, {}), IsEmpty());
  EXPECT_THAT(left_with(0, {}), IsEmpty());
}

}  // namespace
}  // namespace memmap::sweep
