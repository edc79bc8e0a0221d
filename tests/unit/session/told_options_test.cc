// What the log tells of its kernel's configuration counts over the nearest profile.
#include "session/told_options.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "kernel/profile_rows.h"

namespace memmap::session {
namespace {

kernel::Profile nearest() {
  kernel::Profile p{.name = "6.1.0-55-amd64", .version = {5, 9, 0}, .stands_for = "5.9.0"};
  p.deferred_struct_page_init = true;
  p.config["LOG_BUF_SHIFT"] = "17";
  p.config["LOG_CPU_MAX_BUF_SHIFT"] = "12";
  return p;
}

Machine machine_of_log() {
  Machine m;
  m.kernel_release = "5.9.0";
  m.kernel_options = {.deferred_struct_page_init = false, .log_cpu_max_buf_shift = 15};
  return m;
}

TEST(ToldOptions, CountOverTheNearestProfile) {
  kernel::Profile p = nearest();
  const std::vector<std::string> want = {
      "the log decides that no struct pages are left for later (CONFIG_DEFERRED_STRUCT_PAGE_INIT); "
      "without it some would be",
      "the log decides that CONFIG_LOG_CPU_MAX_BUF_SHIFT is 15; without it, 12"};
  EXPECT_EQ(take_told_options(machine_of_log(), p), want);
  EXPECT_FALSE(p.deferred_struct_page_init);
  EXPECT_EQ(p.number(config::LOG_CPU_MAX_BUF_SHIFT), 15u);
  EXPECT_EQ(p.number(config::LOG_BUF_SHIFT), 17u);
  EXPECT_TRUE(take_told_options(machine_of_log(), p).empty());
}

TEST(ToldOptions, AreNoneOfAKernelThatHasItsOwnProfile) {
  kernel::Profile own = nearest();
  own.name = "5.9.0";
  own.stands_for.clear();
  EXPECT_TRUE(take_told_options(machine_of_log(), own).empty());
  EXPECT_TRUE(own.deferred_struct_page_init);
  kernel::Profile other = nearest();
  EXPECT_TRUE(take_told_options(Machine{}, other).empty());
  EXPECT_TRUE(other.deferred_struct_page_init);
}

}  // namespace
}  // namespace memmap::session
