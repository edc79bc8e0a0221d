// The combinations of a matrix: their order, their numbers, which are left out.
#include "sweep/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace memmap::sweep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Two machines, two command lines; the kernel is the machine's own.
Axes axes() {
  Axes out;
  for (const char* name : {"a", "b"}) {
    MachineAt machine;
    machine.name = name;
    out.machines.push_back(std::move(machine));
  }
  out.kernels.emplace_back().choice.profile.name = "own";
  Product product;
  product.machines = {0, 1};
  product.kernels = {std::nullopt};
  product.configs.resize(1);
  product.plugins.resize(1);
  product.command_lines.resize(1);
  product.append = {"", "quiet"};
  out.products.push_back(std::move(product));
  return out;
}

// `0 a`, `1 a quiet`, `2 b/1`: with the number of the slot.
std::vector<std::string> walked(const Plan& plan, const Shard& shard = {}, std::uint64_t from = 0) {
  std::vector<std::string> out;
  Walk walk(plan, shard, from);
  while (const auto c = walk.next()) {
    out.push_back(std::to_string(c->index) + " " + plan.machine(*c).name);
    if (!plan.append(*c).empty()) out.back() += " " + plan.append(*c);
    if (c->slot) out.back() += "/" + std::to_string(*c->slot);
  }
  return out;
}

TEST(Plan, VariesTheLastKeyFastest) {
  const Axes two = axes();
  const Plan plan(two);
  EXPECT_EQ(plan.product(), 4U);
  EXPECT_THAT(walked(plan), ElementsAre("0 a", "1 a quiet", "2 b", "3 b quiet"));
  EXPECT_THAT(walked(plan, {}, 2), ElementsAre("2 b", "3 b quiet"));
  const auto first = walked(plan, {1, 2});
  const auto second = walked(plan, {2, 2});
  EXPECT_EQ(first.size() + second.size(), 4U);
}

TEST(Plan, NumbersWhatIsNotLeftOut) {
  Axes two = axes();
  Exclusion exclusion;
  exclusion.globs[static_cast<std::size_t>(Key::machine)] = "a";
  exclusion.globs[static_cast<std::size_t>(Key::append)] = "q*";
  two.products.front().exclude.push_back(exclusion);
  EXPECT_THAT(walked(Plan(two)), ElementsAre("0 a", "1 b", "2 b quiet"));
}

TEST(Plan, TellsOfExclusionsThatLeaveNothingOut) {
  Axes two = axes();
  Exclusion exclusion;
  exclusion.globs[static_cast<std::size_t>(Key::machine)] = "a";
  two.products.front().exclude.push_back(exclusion);
  EXPECT_THAT(Plan(two).idle_exclusions(), IsEmpty());
  exclusion.globs[static_cast<std::size_t>(Key::append)] = "z*";
  two.products.front().exclude.push_back(exclusion);
  EXPECT_THAT(Plan(two).idle_exclusions(),
              ElementsAre("an entry of `exclude` leaves nothing out: no append is like `z*`"));
}

TEST(Plan, ExcludesByTheKernelThatTheMachineRan) {
  Axes two = axes();
  Exclusion exclusion;
  exclusion.globs[static_cast<std::size_t>(Key::kernel)] = "ow*";
  two.products.front().exclude.push_back(exclusion);
  EXPECT_THAT(walked(Plan(two)), IsEmpty());
}

TEST(Plan, HasACombinationForEachSlot) {
  Axes two = axes();
  two.products.front().slots = {SlotsWish::Which::all};
  Plan plan(two);
  plan.count_slots([](const Combination& c) { return c.machine + 1 - c.append; },
                   [](std::uint64_t n, const auto& act) {
                     for (std::uint64_t i = 0; i < n; ++i) act(i);
                   });
  EXPECT_THAT(walked(plan), ElementsAre("0 a/0", "1 b/0", "2 b/1", "3 b quiet/0"));
}

TEST(Plan, KeepsTheNumbersOfWhatAFilterSelects) {
  const Axes two = axes();
  Plan plan(two);
  ASSERT_TRUE(plan.filter("append=q*"));
  EXPECT_THAT(walked(plan), ElementsAre("1 a quiet", "3 b quiet"));
  ASSERT_TRUE(plan.filter("index=3"));
  EXPECT_THAT(walked(plan), ElementsAre("3 b quiet"));
  EXPECT_THAT(plan.filter("kernl=x").errors().front().message, HasSubstr("did you mean `kernel`"));
  EXPECT_TRUE(Plan::is_filter("append=a==b"));
  EXPECT_FALSE(Plan::is_filter("nodes == 2"));
  EXPECT_FALSE(Plan::is_filter("nodes==2"));
}

}  // namespace
}  // namespace memmap::sweep
