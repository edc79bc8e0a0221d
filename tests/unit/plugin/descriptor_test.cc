#include "plugin/load/descriptor.h"

#include <gtest/gtest.h>

namespace memmap::plugin {
namespace {

memmap_answer_t answer_of(std::uint32_t size) {
  memmap_answer_t answer{};
  answer.struct_size = size;
  answer.nid = 7;
  answer.reason = "a reason";
  answer.rule = "a rule";
  answer.align = 4096;
  return copy_struct<memmap_answer_t>(&answer);
}

TEST(CopyStruct, TakesWhatBothSidesKnow) {
  EXPECT_EQ(answer_of(sizeof(memmap_answer_t)).align, 4096u);
  EXPECT_EQ(answer_of(sizeof(memmap_answer_t) + 8).align, 4096u);
  const memmap_answer_t old = answer_of(48);  // of 1.0
  EXPECT_STREQ(old.reason, "a reason");
  EXPECT_EQ(old.rule, nullptr);
  EXPECT_EQ(old.align, 0u);
}

// Found by fuzz_plugin: half of a pointer was read, and followed.
TEST(CopyStruct, LeavesOutAFieldThatIsNotWhole) {
  for (std::uint32_t size = 49; size < 56; ++size) {
    const memmap_answer_t answer = answer_of(size);
    EXPECT_STREQ(answer.reason, "a reason") << size;
    EXPECT_EQ(answer.rule, nullptr) << size;
  }
  EXPECT_STREQ(answer_of(56).rule, "a rule");
  EXPECT_EQ(answer_of(63).align, 0u);
}

}  // namespace
}  // namespace memmap::plugin
