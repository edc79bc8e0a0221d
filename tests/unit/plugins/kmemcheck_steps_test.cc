// How kmemcheck takes one access apart: pages, steps, what is in memory.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "kmemcheck_watched.h"

namespace kmemcheck {
namespace {

// An access over a page's end is two, and of the second the kernel looks at one byte too few.
struct Crossing {
  const char* name;
  bool first, second;  // tracked
  unsigned before;     // bytes in the first page
  unsigned size;
  Reports want;
};
const Crossing kCrossings[] = {
    {"both", true, true, 4, 8, {"32 u 4092", "24 u 0"}},
    {"first", true, false, 4, 8, {"32 u 4092"}},
    // Only the second page faults, and is looked at as if the whole access were in it.
    {"second", false, true, 4, 8, {"64 u 0"}},
    {"one_byte_beyond", true, true, 7, 8, {"56 u 4089", "0 u 0"}},
    {"none", false, false, 4, 8, {}},
};

TEST(KmemcheckEngine, CrossesAPage) {
  for (const Crossing& c : kCrossings) {
    SCOPED_TRACE(c.name);
    Watched run;
    if (c.first) run.pages(kPage);
    if (c.second) run.pages(kPage + kPageSize);
    // The two halves have one instruction pointer, so that only the first of two is reported.
    run.read(kPage + kPageSize - c.before, c.size);
    const Reports first(c.want.begin(), c.want.begin() + (c.want.empty() ? 0 : 1));
    EXPECT_EQ(run.reports(), first);
    if (c.first && c.second && c.size - c.before > 1) {
      EXPECT_EQ(run.shadow(kPage + kPageSize, c.size - c.before), "iiiu");
    }
  }
}

// What is not tracked costs nothing, however much it is.
TEST(KmemcheckEngine, SkipsWhatIsNotTracked) {
  Watched run;
  constexpr std::uint64_t kTib = std::uint64_t{1} << 40;
  run.pages(kPage);
  run.read(kPage - 4 - kTib / 2, kTib);
  // The step over the page's front, of which the kernel sees the fault in the page alone.
  EXPECT_EQ(run.reports(), Reports{"64 u 0"});
  EXPECT_EQ(run.shadow(kPage + kPageSize - 8, 8), "iiiiiiii");
  run.copy(kPage - kTib / 2, kPage + 2 * kTib, kTib);
  run.write(kPage - kTib / 2, kTib);
  EXPECT_EQ(run.reports(), Reports{});
}

// The last, smaller steps: one ends where the page begins.
TEST(KmemcheckEngine, SkipsSmallSteps) {
  Watched run;
  run.pages(kPage);
  run.read(kPage - 4, 5);
  EXPECT_EQ(run.reports(), Reports{"8 u 0"});
}

TEST(KmemcheckEngine, CopyOverAPageEnd) {
  Watched run;
  run.pages(kPage);
  run.pages(kPage + 2 * kPageSize, 1, {.zero = true});
  run.copy(kPage + kPageSize - 4, kPage + 3 * kPageSize - 2, 8);
  EXPECT_EQ(run.reports(), Reports{});
  EXPECT_EQ(run.shadow(kPage + 3 * kPageSize - 2, 8), "uuuuiiii");  // the rest came from nobody
}

// The window that a report shows is of the page of the source's first byte, or the kernel ends there.
TEST(KmemcheckEngine, EndsTheKernel) {
  Watched run;
  run.pages(kPage + kPageSize);
  run.copy(kPage + kPageSize - 1, kStack, 8);
  EXPECT_EQ(run.reports(), Reports{});
  EXPECT_FALSE(run.checker.dead());  // a byte that is not tracked is initialised
  Watched strict({.mode = 1, .partial_ok = false});
  strict.pages(kPage + kPageSize);
  strict.copy(kPage + kPageSize - 1, kStack, 8);
  EXPECT_TRUE(strict.checker.dead());
}

TEST(KmemcheckEngine, KeepsContents) {
  Watched run;
  run.pages(kPage);
  const std::uint8_t told[] = {0xde, 0xad, 0xbe, 0xef};
  run.checker.tell(kPage, told);
  run.checker.write(1, kPage + 1, 2, Contents(told).first(1));
  run.checker.copy(2, kPage, kPage + 4, 4, 1);
  std::string bytes;
  for (unsigned i = 0; i < 8; ++i) {
    const auto b = run.checker.shadow().content(kPage + i);
    bytes += b ? std::to_string(*b) + ' ' : "? ";
  }
  EXPECT_EQ(bytes, "222 222 ? 239 222 222 ? 239 ");
}

}  // namespace
}  // namespace kmemcheck
