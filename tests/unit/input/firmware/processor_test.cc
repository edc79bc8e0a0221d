#include "input/firmware/processor.h"

#include "unit/input/input_files.h"

namespace memmap::input {
namespace {

TEST(Cpuinfo, ReadsTheFirstProcessor) {
  Machine m;
  const std::string text = data_bytes("cpuinfo") + "\nprocessor\t: 1\nmodel\t\t: 9\n";
  ASSERT_TRUE(add_cpuinfo("cpuinfo", text, m).ok());
  EXPECT_EQ(m.cpu.vendor, "AuthenticAMD");
  EXPECT_EQ(m.cpu.family, 15u);
  EXPECT_EQ(m.cpu.model, 107u);
  EXPECT_EQ(m.cpu.phys_bits, 40u);
  EXPECT_EQ(m.cpu.nx, true);
  EXPECT_EQ(m.cpu.pse, true);
  EXPECT_EQ(m.cpu.pge, true);
  EXPECT_EQ(m.cpu.gbpages, false);
  EXPECT_EQ(m.cpu.la57, false);
}

TEST(Cpuinfo, TellsEachBadNumber) {
  Machine m;
  const auto done = add_cpuinfo("c", "cpu family : six\nmodel : 99999999\n", m);
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.errors().size(), 2u);
  EXPECT_FALSE(add_cpuinfo("c", "nothing\n", m).ok());
}

TEST(Mtrr, ReadsRealOnes) {
  Machine m;
  ASSERT_TRUE(add_mtrr("mtrr", data_bytes("mtrr"), m).ok());
  ASSERT_TRUE(add_mtrr("mtrr", data_bytes("mtrr-efi"), m).ok());
  ASSERT_EQ(m.mtrrs.size(), 3u);
  EXPECT_EQ(m.mtrrs[0].range, PhysRange::make(0xc0000000, 0x100000000));
  EXPECT_EQ(m.mtrrs[0].type, MtrrType::uncachable);
  EXPECT_EQ(m.mtrrs[2].range, PhysRange::make(0xe000000000, 0x10000000000));
}

TEST(Mtrr, RefusesOtherLines) {
  Machine m;
  const auto done = add_mtrr("mtrr",
                             "reg00: base=0x0 ( 0MB), size=64KB, count=1: write-back\n"
                             "reg01: base=zz ( 0MB), size=64KB, count=1: x\nhello\n",
                             m);
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.errors().size(), 2u);
  EXPECT_EQ(m.mtrrs.at(0).range.size(), 64 * kKiB);
}

TEST(CountCpus, ReadsTheKernelsLists) {
  EXPECT_EQ(count_cpus("0\n"), 1u);
  EXPECT_EQ(count_cpus("0-3,8\n"), 5u);
  for (const char* bad : {"", "a", "3-1", "0-99999999999", "0,,1"}) {
    EXPECT_FALSE(count_cpus(bad).has_value()) << bad;
  }
}

}  // namespace
}  // namespace memmap::input
