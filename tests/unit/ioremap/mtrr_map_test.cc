#include "ioremap/mtrr_map.h"

#include <gtest/gtest.h>

namespace memmap::ioremap {
namespace {

constexpr std::uint64_t k1G = kGiB;

PhysRange gib(std::uint64_t from, std::uint64_t to) {
  return PhysRange::make(from * k1G, to * k1G);
}

Machine with(MtrrType otherwise, std::vector<MtrrRange> mtrrs) {
  Machine machine;
  machine.mtrr_default = otherwise;
  machine.mtrrs = std::move(mtrrs);
  return machine;
}

// With the MTRRs as firmware left them.
MtrrMap map_of(const Machine& machine, const std::vector<PhysRange>& assumed = {}) {
  return {machine, machine.mtrrs, assumed};
}

TEST(MtrrMap, GivesTheDefaultWhereNoRangeIs) {
  const MtrrMap map = map_of(with(MtrrType::write_back, {{gib(2, 4), MtrrType::uncachable}}));
  EXPECT_EQ(map.look_up(gib(0, 1)).type, MtrrType::write_back);
  EXPECT_EQ(map.look_up(gib(3, 4)).type, MtrrType::uncachable);
  EXPECT_EQ(map.look_up(gib(4, 9)).type, MtrrType::write_back);
}

TEST(MtrrMap, IsNotUniformAcrossABorder) {
  const MtrrMap map = map_of(with(MtrrType::write_back, {{gib(2, 4), MtrrType::uncachable}}));
  EXPECT_FALSE(map.look_up(gib(1, 3)).uniform);
  EXPECT_EQ(map.look_up(gib(1, 3)).type, MtrrType::uncachable);
  // The kernel asks whether the type changes as it goes on: uncachable stays what it is.
  EXPECT_TRUE(map.look_up(gib(3, 5)).uniform);
}

TEST(MtrrMap, ResolvesOverlaps) {
  const MtrrMap map = map_of(with(MtrrType::uncachable, {{gib(0, 4), MtrrType::write_back},
                                                         {gib(1, 2), MtrrType::write_through},
                                                         {gib(3, 5), MtrrType::write_combining}}));
  EXPECT_EQ(map.look_up(gib(0, 1)).type, MtrrType::write_back);
  EXPECT_EQ(map.look_up(gib(1, 2)).type, MtrrType::write_through);
  EXPECT_EQ(map.look_up(gib(3, 4)).type, MtrrType::uncachable);
  EXPECT_EQ(map.look_up(gib(4, 5)).type, MtrrType::write_combining);
}

TEST(MtrrMap, KeepsRamAbove4GWriteBack) {
  Machine machine = with(MtrrType::uncachable, {{gib(4, 6), MtrrType::uncachable}});
  machine.mtrr_tom2 = PhysAddr{8 * k1G};
  const MtrrMap map = map_of(machine);
  EXPECT_EQ(map.look_up(gib(4, 8)).type, MtrrType::write_back);
  EXPECT_EQ(map.look_up(gib(8, 9)).type, MtrrType::uncachable);
}

TEST(MtrrMap, TakesADefaultThatProcMtrrDoesNotTell) {
  const MtrrMap holes = map_of(with(MtrrType::unknown, {{gib(2, 4), MtrrType::uncachable}}));
  EXPECT_EQ(holes.look_up(gib(0, 1)).type, MtrrType::write_back);
  const MtrrMap ram = map_of(with(MtrrType::unknown, {{gib(0, 2), MtrrType::write_back}}));
  EXPECT_EQ(ram.look_up(gib(3, 4)).type, MtrrType::uncachable);
}

TEST(MtrrMap, TakesWhatIsAssumedWhereNothingIsTold) {
  const MtrrMap map = map_of(Machine{}, {gib(0, 2)});
  EXPECT_FALSE(map.told());
  EXPECT_EQ(map.look_up(gib(0, 2)).type, MtrrType::write_back);
  EXPECT_EQ(map.look_up(gib(2, 3)).type, MtrrType::uncachable);
}

}  // namespace
}  // namespace memmap::ioremap
