// How many huge pages there are when the first process runs.
#include <gtest/gtest.h>

#include "made_up_boot.h"

namespace memmap::boot {
namespace {

// `2M:64 1G:?`
std::string sizes(const std::string& line, const Machine& m = machine()) {
  const Outcome o = boot(line, {6, 12, 0}, m);
  std::string out;
  for (const HugePageSize& h : o.state.huge_page_sizes) {
    if (!out.empty()) out += ' ';
    out += (h.size == kGiB ? "1G:" : "2M:") + (h.pages ? std::to_string(*h.pages) : "?");
  }
  return out;
}

Machine large() {
  Machine m = machine();
  m.firmware_map.push_back({PhysAddr{4 * kGiB}, 8 * kGiB, E820Type::ram});
  return m;
}

TEST(HugePages, AreThoseAskedFor) {
  EXPECT_EQ(sizes(""), "2M:0");
  EXPECT_EQ(sizes("hugepages=64"), "2M:64");
  EXPECT_EQ(sizes("hugepagesz=2M hugepages=64"), "2M:64");
  EXPECT_EQ(sizes("hugepages=0:16"), "2M:16");
  EXPECT_EQ(sizes("hugepagesz=1G hugepages=2 hugepagesz=2M hugepages=8", large()), "2M:8 1G:2");
  EXPECT_EQ(sizes("hugepages=2 default_hugepagesz=1G", large()), "1G:2");
}

TEST(HugePages, OfMemblockAreThoseItHadRoomFor) {
  EXPECT_EQ(sizes("hugepagesz=1G hugepages=100", large()), "2M:0 1G:7");
}

TEST(HugePages, OfMostOfMemoryNobodyCanTell) {
  EXPECT_EQ(sizes("hugepages=450"), "2M:?");
  EXPECT_EQ(sizes("hugepages=0:450"), "2M:?");
}

TEST(HugePages, NeedPagesOf2M) {
  Machine m = machine();
  m.cpu.pse = false;
  EXPECT_EQ(sizes("hugepages=8", m), "");
}

}  // namespace
}  // namespace memmap::boot
