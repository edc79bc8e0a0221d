// How many huge pages there are when the first process runs.
#include <gtest/gtest.h>

#include <algorithm>

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

// What hugetlb_free_vmemmap=on adds to MemTotal, in pages. The figures of a boot with 1 GiB pages of 6.1
// and 6.12 are those of real kernels (16,384 KiB and 16,380 KiB).
std::uint64_t given_back(const std::string& line, kernel::Version version,
                         const std::string& switched = " hugetlb_free_vmemmap=on",
                         const std::string& built = "true") {
  kernel::Profile kernel = profile(version);
  kernel.config["HUGETLB_PAGE_OPTIMIZE_VMEMMAP"] = built;
  const auto total = [&](const std::string& text) {
    return boot(text, kernel, large()).state.page_allocator.totalram_pages;
  };
  return total(line + switched) - total(line);
}

TEST(HugePages, StructPagesOfThoseOfMemblockAreGivenBack) {
  const std::string one = "hugepagesz=1G hugepages=1";
  EXPECT_EQ(given_back(one, {6, 12, 0}), 4096u);
  EXPECT_EQ(given_back(one, {6, 1, 0}), 4095u);
  EXPECT_EQ(given_back("hugepagesz=1G hugepages=3", {6, 12, 0}), 3 * 4096u);
  EXPECT_EQ(given_back("", {6, 12, 0}), 0u);
  EXPECT_EQ(given_back(one, {6, 12, 0}, " hugetlb_free_vmemmap=off"), 0u);
  EXPECT_EQ(given_back(one, {6, 12, 0}, " hugetlb_free_vmemmap=on", "false"), 0u);
}

TEST(HugePages, StructPagesOfThoseOfThePageAllocatorAreTold) {
  kernel::Profile kernel = profile({6, 12, 0});
  kernel.config["HUGETLB_PAGE_OPTIMIZE_VMEMMAP"] = "true";
  const auto told = [&](const std::string& line) {
    const Outcome o = boot(line, kernel, machine());
    return std::ranges::any_of(o.events, [](const Event& e) {
      return e.text.find("MemTotal is 32 KiB more for each") != std::string::npos;
    });
  };
  EXPECT_TRUE(told("hugepages=8 hugetlb_free_vmemmap=on"));
  EXPECT_FALSE(told("hugepages=8"));
  EXPECT_FALSE(told("hugetlb_free_vmemmap=on"));
}

}  // namespace
}  // namespace memmap::boot
