#include "plugin/load/watch.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

namespace memmap::plugin {
namespace {

// In a process of its own, which gets no more memory: what begin_watch() says, as an exit code.
[[noreturn]] void begin_without_memory() {
  watch_foreign_plugins(1);
  const rlimit none{.rlim_cur = 1, .rlim_max = 1};
  ::setrlimit(RLIMIT_AS, &none);
  for (int times = 0; times < 2; ++times) {
    const Status begun = begin_watch();
    if (begun || !begun.errors().front().message.starts_with("no process can be made")) ::_exit(1);
  }
  ::_exit(0);
}

TEST(Watch, ThatCannotBeginIsAnErrorEachTime) {
  EXPECT_EXIT(begin_without_memory(), testing::ExitedWithCode(0), "");
}

TEST(Watch, IsNothingWhereNobodyAskedForIt) { EXPECT_TRUE(begin_watch()); }

}  // namespace
}  // namespace memmap::plugin
