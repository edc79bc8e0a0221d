#include "report/text/proc.h"

#include <gtest/gtest.h>

namespace memmap::report {
namespace {

// Figures of a real boot of 4 GiB, without and with what it did not have.
boot::Outcome outcome() {
  boot::Outcome o;
  o.state.handed_over = true;
  o.totals.mem_total_kib = 4016168;
  o.state.page_allocator.totalram_pages = 1004042;
  o.state.huge_page_sizes = {{2 * kMiB, 0}};
  o.state.direct_pages.add(1, 5600);
  o.state.direct_pages.add(2, 2037);
  return o;
}

TEST(Meminfo, HasTheKernelsLines) {
  EXPECT_EQ(to_meminfo(outcome(), {}),
            "MemTotal:        4016168 kB\n"
            "SwapTotal:             0 kB\n"
            "SwapFree:              0 kB\n"
            "CommitLimit:     2008084 kB\n"
            "VmallocTotal:   34359738367 kB\n"
            "HugePages_Total:       0\n"
            "HugePages_Free:        0\n"
            "HugePages_Rsvd:        0\n"
            "HugePages_Surp:        0\n"
            "Hugepagesize:       2048 kB\n"
            "Hugetlb:               0 kB\n"
            "DirectMap4k:       22400 kB\n"
            "DirectMap2M:     4171776 kB\n");
}

TEST(Meminfo, LeavesOutWhatIsNotKnown) {
  boot::Outcome o = outcome();
  o.state.huge_page_sizes = {{2 * kMiB, std::nullopt}, {kGiB, 1}};
  o.state.page_tables = paging::AddressSpace(5);
  o.state.direct_gbpages = true;
  kernel::Profile profile;
  profile.config["CMA"] = "true";
  o.state.page_allocator.totalcma_pages = 4096;
  EXPECT_EQ(to_meminfo(o, profile),
            "MemTotal:        4016168 kB\n"
            "SwapTotal:             0 kB\n"
            "SwapFree:              0 kB\n"
            "VmallocTotal:   13743895347199 kB\n"
            "CmaTotal:          16384 kB\n"
            "Hugepagesize:       2048 kB\n"
            "DirectMap4k:       22400 kB\n"
            "DirectMap2M:     4171776 kB\n"
            "DirectMap1G:           0 kB\n");
  o.totals.mem_total_kib.reset();
  EXPECT_EQ(to_meminfo(o, profile), "");
}

boot::Outcome with_zones() {
  boot::Outcome o = outcome();
  boot::NodeState node{.nid = 0};
  for (int type = 0; type < zones::kZoneTypes; ++type)
    node.zones.push_back({.zone = {.type = static_cast<zones::ZoneType>(type)}});
  node.zones[0].zone = {zones::ZoneType::dma, Pfn{1}, 4095, 3998};
  node.zones[0].managed_pages = 3800;
  node.zones[0].free = {{3, buddy::MigrateType::movable, {{Pfn{8}, 2}, {Pfn{64}, 1}}}};
  o.state.node_states = {node};
  o.state.online_nodes = {0, 1};
  boot::PageAllocator& a = o.state.page_allocator;
  for (const int nid : {0, 1}) {
    for (int type = 0; type < zones::kZoneTypes; ++type)
      a.zones.push_back({nid, static_cast<zones::ZoneType>(type), 0, 0});
  }
  a.zones[0].managed_pages = 3840;
  a.zones[0].cma_pages = 512;
  a.watermarks.resize(8);
  a.watermarks[0] = {64, 80, 96, 112};
  a.lowmem_reserves.resize(8);
  a.watermarks[7] = {32, 32, 32, 32};
  a.lowmem_reserves[0] = {0, 2946, 3899, 3899};
  return o;
}

kernel::Profile of_version(kernel::Version version) {
  kernel::Profile p;
  p.version = version;
  p.config["ZONE_DEVICE"] = "true";
  return p;
}

TEST(ZoneInfo, HasEveryZoneOfEveryNode) {
  const std::string text =
      to_zoneinfo(with_zones(), of_version({6, 12, 0}), boot::Moment::user_space);
  EXPECT_EQ(text.substr(0, text.find("Node 0, zone    DMA32")),
            "Node 0, zone      DMA\n"
            "        min      64\n"
            "        low      80\n"
            "        high     96\n"
            "        promo    112\n"
            "        spanned  4095\n"
            "        present  3998\n"
            "        managed  3840\n"
            "        cma      512\n"
            "        protection: (0, 2946, 3899, 3899, 3899)\n"
            "  start_pfn:           1\n");
  EXPECT_NE(text.find("Node 0, zone   Device\n"), text.npos);
  // Of processors alone.
  EXPECT_NE(text.find("Node 1, zone  Movable\n        min      32\n"), text.npos);
}

TEST(ZoneInfo, OfOtherKernelsAndOfTheHandOver) {
  kernel::Profile old = of_version({5, 4, 0});
  old.config["ZONE_DMA"] = "false";
  old.config["ZONE_DEVICE"] = "false";
  const std::string text = to_zoneinfo(with_zones(), old, boot::Moment::user_space);
  EXPECT_EQ(text.find("zone      DMA\n"), text.npos);
  EXPECT_EQ(text.find("Device"), text.npos);
  EXPECT_EQ(text.find("promo"), text.npos);
  EXPECT_EQ(text.find("cma"), text.npos);
  EXPECT_NE(text.find("protection: (0, 0, 0)\n"), text.npos);
  const std::string early =
      to_zoneinfo(with_zones(), of_version({6, 12, 0}), boot::Moment::hand_over);
  EXPECT_NE(early.find("        min      0\n"), early.npos);
  EXPECT_NE(early.find("        managed  3800\n"), early.npos);
  EXPECT_EQ(early.find("Node 1"), early.npos);
}

TEST(BuddyInfo, CountsBlocksOfPopulatedZones) {
  EXPECT_EQ(
      to_buddyinfo(with_zones(), {}),
      "Node 0, zone      DMA      0      0      0      3      0      0      0      0      0      0 "
      "     0 \n");
}

TEST(IoMem, IndentsWhatLiesWithin) {
  boot::Outcome o = outcome();
  o.state.iomem = boot::IoMem(PhysAddr{1ull << 40});
  o.state.iomem.insert(PhysRange::make(0x1000000, 0x2000000), "Kernel code");
  o.state.iomem.insert(PhysRange::make(0x100000, 0x80000000), "System RAM");
  o.state.iomem.insert(PhysRange::make(0xfd00000000, 0x10000000000), "Reserved");
  EXPECT_EQ(to_iomem(o),
            "00100000-7fffffff : System RAM\n"
            "  01000000-01ffffff : Kernel code\n"
            "fd00000000-ffffffffff : Reserved\n");
}

}  // namespace
}  // namespace memmap::report
