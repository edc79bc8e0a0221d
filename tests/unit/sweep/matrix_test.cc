// MATRIX.yaml as it is read.
#include "sweep/matrix.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace memmap::sweep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Matrix, TakesAValueForAListOfOne) {
  const auto matrix = read_matrix("m.yaml", "machines: a.yaml\nappend: mem={1G..2G..1G}\n");
  ASSERT_TRUE(matrix) << to_string(matrix.errors());
  EXPECT_EQ(matrix->product.machines.front().source.text, "a.yaml");
  EXPECT_THAT(matrix->product.append, ElementsAre("mem=1G", "mem=2G"));
  EXPECT_EQ(matrix->product.kernels.size(), 1U);
  EXPECT_EQ(matrix->product.command_lines.size(), 1U);
  EXPECT_FALSE(matrix->product.command_lines.front());
}

TEST(Matrix, KnowsPluginsThatTakePartTogether) {
  const auto matrix = read_matrix("m.yaml", "machines: a\nplugins: [~, x, [y, without z]]\n");
  ASSERT_TRUE(matrix) << to_string(matrix.errors());
  const auto& plugins = matrix->product.plugins;
  ASSERT_EQ(plugins.size(), 3U);
  EXPECT_EQ(plugins[0].text, "");
  EXPECT_EQ(plugins[1].text, "x");
  EXPECT_EQ(plugins[2].text, "y + without z");
  EXPECT_THAT(plugins[2].without, ElementsAre("z"));
}

TEST(Matrix, TellsAllThatIsWrongWithItsPlace) {
  const auto matrix =
      read_matrix("m.yaml", "machine: a\nmachines: [{fil: a}]\nslots: {evry: 2}\nappend: {a: b}\n");
  ASSERT_FALSE(matrix);
  const std::string told = to_string(matrix.errors());
  EXPECT_THAT(
      told,
      HasSubstr("m.yaml:1:1: error: a matrix has no key `machine`; did you mean `machines`?"));
  EXPECT_THAT(told,
              HasSubstr("m.yaml:2:13: error: a machine has no key `fil`; did you mean `file`?"));
  EXPECT_THAT(told,
              HasSubstr("m.yaml:3:9: error: `slots` has no key `evry`; did you mean `every`?"));
  EXPECT_THAT(told, HasSubstr("m.yaml:4:"));
}

}  // namespace
}  // namespace memmap::sweep
