// How many huge pages there are when the first process runs.
#include <gtest/gtest.h>

#include <algorithm>

#include "made_up_boot.h"

namespace memmap::boot {
namespace {

// `2M:64 1G:?`
std::string sizes(const std::string& line, const Machine& m = machine(),
                  kernel::Version version = {6, 12, 0}) {
  const Outcome o = boot(line, version, m);
  std::string out;
  for (const HugePageSize& h : o.state.huge_page_sizes) {
    if (!out.empty()) out += ' ';
    out += (h.size == kGiB ? "1G:" : "2M:") + (h.pages ? std::to_string(*h.pages) : "?");
  }
  return out;
}

TEST(HugePages, AreThoseAskedFor) {
  EXPECT_EQ(sizes(""), "2M:0");
  EXPECT_EQ(sizes("hugepages=64"), "2M:64");
  EXPECT_EQ(sizes("hugepagesz=2M hugepages=64"), "2M:64");
  EXPECT_EQ(sizes("hugepages=0:16"), "2M:16");
  EXPECT_EQ(sizes("hugepagesz=1G hugepages=2 hugepagesz=2M hugepages=8", large()), "2M:8 1G:2");
  EXPECT_EQ(sizes("hugepages=2 default_hugepagesz=1G", large()), "1G:2");
}

TEST(HugePages, OfANodeNamedTwiceAreThoseOfTheLastNumber) {
  EXPECT_EQ(sizes("hugepages=0:10,0:20"), "2M:20");
  EXPECT_EQ(sizes("hugepagesz=1G hugepages=0:1,0:2", large()), "2M:0 1G:2");
}

// kernel: hugetlb_hstate_alloc_pages(): the sum of the numbers, in turns on all nodes
TEST(HugePages, OfANodeThatIsToHaveNoneAtLastAreAllNodes) {
  EXPECT_EQ(sizes("hugepages=0:10,0:0"), "2M:10");
  EXPECT_EQ(sizes("hugepagesz=1G hugepages=0:1,0:0", large()), "2M:0 1G:1");
  EXPECT_EQ(sizes("hugepages=0:0"), "2M:0");
}

TEST(HugePages, AWrongNumberIsToldFromWhereItIsWrong) {
  const auto told = [](const std::string& line, std::string_view text) {
    const Outcome o = boot(line);
    return std::ranges::any_of(o.events, [&](const Event& e) { return e.text == text; });
  };
  EXPECT_TRUE(told("hugepages=0:1,9:2", "HugeTLB: Invalid hugepages parameter 9:2"));
  EXPECT_TRUE(told("hugepages=0:x", "HugeTLB: Invalid hugepages parameter x"));
}

TEST(HugePages, OfOldKernelsAreOneNumber) {
  EXPECT_EQ(sizes("hugepages=0:10", machine(), {5, 15, 0}), "2M:0");
  EXPECT_EQ(sizes("hugepages=3:10", machine(), {5, 15, 0}), "2M:3");
  EXPECT_EQ(sizes("hugepages=0:10", machine(), {5, 16, 0}), "2M:10");
}

// The first hugepages= is the default size's, and holds above one that names the size.
TEST(HugePages, TheFirstWithoutASizeReplacesOthers) {
  const auto words = [](const std::string& line) {
    std::string out;
    for (const Event& e : boot(line, {6, 12, 0}).events) {
      if (e.rule.function == "hugetlb_init") out += e.text + '\n';
    }
    return out;
  };
  const std::string both = "hugepages=3 hugepagesz=2M hugepages=7";
  EXPECT_EQ(sizes(both), "2M:3");
  EXPECT_EQ(words(both),
            "HugeTLB: Ignoring hugepages=7 associated with 2.00 MiB page size\n"
            "HugeTLB: Using hugepages=3 for number of default huge pages\n");
  EXPECT_EQ(sizes("hugepages=0 hugepagesz=2M hugepages=7"), "2M:7");
  EXPECT_EQ(words("hugepages=0 hugepagesz=2M hugepages=7"), "");
  EXPECT_EQ(words("hugepages=3"), "");
}

TEST(HugePages, OfMemblockAreThoseItHadRoomFor) {
  EXPECT_EQ(sizes("hugepagesz=1G hugepages=100", large()), "2M:0 1G:7");
}

TEST(HugePages, OfMostOfMemoryNobodyCanTell) {
  EXPECT_EQ(sizes("hugepages=450"), "2M:?");
  EXPECT_EQ(sizes("hugepages=0:450"), "2M:?");
  const auto is_told = [](const std::string& line) {
    return std::ranges::any_of(boot(line).events, [](const Event& e) {
      return e.severity == Severity::warning && e.text.find("nobody can tell") != e.text.npos;
    });
  };
  EXPECT_TRUE(is_told("hugepages=450"));
  EXPECT_FALSE(is_told("hugepages=300"));
}

// The larger the machine, the less of it is taken before.
TEST(HugePages, OfMoreThanThreeQuartersAreKnownWhereEnoughIsLeft) {
  Machine m = machine();
  m.firmware_map.push_back({PhysAddr{4 * kGiB}, 3 * kGiB, E820Type::ram});
  EXPECT_EQ(sizes("hugepages=1500", m), "2M:1500");
  EXPECT_EQ(sizes("hugepages=0:1500", m), "2M:1500");
  EXPECT_EQ(sizes("hugepages=1950", m), "2M:?");
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

// Of 6.18 and 7.2, as real kernels have it: a page for the first struct pages of each 1 GiB page, a table
// for each 2 MiB of them; since 7.1 one page more for all of a zone.
TEST(HugePages, StructPagesOfThoseOfMemblockAreNotTakenAtAll) {
  const auto freed = [](kernel::Version version, const std::string& line) {
    kernel::Profile kernel = profile(version);
    kernel.config["HUGETLB_PAGE_OPTIMIZE_VMEMMAP"] = "true";
    kernel.config["SPARSEMEM_VMEMMAP_PREINIT"] = "true";
    const auto total = [&](const std::string& text) {
      return boot(text, kernel, large()).state.page_allocator.totalram_pages;
    };
    return total(line + " hugetlb_free_vmemmap=on") - total(line);
  };
  EXPECT_EQ(freed({6, 18, 0}, "hugepagesz=1G hugepages=1"), 4096u - 1 - 8);
  EXPECT_EQ(freed({7, 2, 0}, "hugepagesz=1G hugepages=1"), 4096u - 1 - 8 - 1);
  EXPECT_EQ(freed({7, 2, 0}, "hugepagesz=1G hugepages=3"), 3 * (4096u - 1 - 8) - 1);
  EXPECT_EQ(freed({7, 2, 0}, ""), 0u);
}

// One that reaches into ZONE_MOVABLE: its memory is free, none is left of it, and it has struct pages.
TEST(HugePages, InTwoZonesAreNone) {
  const std::string line = "hugepagesz=1G hugepages=3 movablecore=1500M";
  for (const kernel::Version version : {kernel::Version{6, 18, 0}, kernel::Version{7, 2, 0}}) {
    for (const std::string more : {"", " hugetlb_free_vmemmap=on"}) {
      kernel::Profile kernel = profile(version);
      kernel.config["HUGETLB_PAGE_OPTIMIZE_VMEMMAP"] = "true";
      kernel.config["SPARSEMEM_VMEMMAP_PREINIT"] = "true";
      const Outcome o = boot(line + more, kernel, large());
      ASSERT_EQ(o.state.huge_page_sizes.size(), 2u);
      EXPECT_EQ(o.state.huge_page_sizes[1].pages, 2u) << more;
    }
  }
  EXPECT_EQ(sizes(line, large()), "2M:0 1G:3");
}

// hugetlb_cma_only=: out of the area, from its beginning on.
TEST(HugePages, OfAnAreaComeFromItsBeginning) {
  kernel::Profile kernel = profile({7, 2, 0});
  kernel.config["CMA"] = "true";
  const std::string line = "hugetlb_cma=3G hugepagesz=1G hugepages=2";
  const Outcome o = boot(line + " hugetlb_cma_only=on", kernel, large());
  ASSERT_EQ(o.state.gigantic_pages.size(), 2u);
  EXPECT_EQ(o.state.gigantic_pages[0].end(), o.state.gigantic_pages[1].base());
  EXPECT_EQ(o.state.page_allocator.totalcma_pages, 3 * kGiB >> kPageShift);
  EXPECT_TRUE(boot(line, kernel, large()).state.gigantic_pages.empty());
  EXPECT_EQ(o.state.page_allocator.totalram_pages,
            boot(line, kernel, large()).state.page_allocator.totalram_pages);
}

// Without room in one piece the free ranges above 4 GiB are taken, from below.
TEST(HugePages, HaveAnAreaOfSeveralPieces) {
  const auto told = [](kernel::Version version) {
    kernel::Profile kernel = profile(version);
    kernel.config["CMA"] = "true";
    const Outcome o = boot("hugetlb_cma=5G memmap=64M$8G", kernel, large());
    return std::ranges::any_of(
        o.events, [](const Event& e) { return e.text == "cma: Reserved 5120 MiB in 2 ranges"; });
  };
  EXPECT_TRUE(told({7, 2, 0}));
  EXPECT_FALSE(told({6, 12, 0}));
}

}  // namespace
}  // namespace memmap::boot
