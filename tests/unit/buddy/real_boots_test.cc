// Zones and free blocks of real boots (data/*.txt), from memblock's state at the hand-over.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "buddy/handoff.h"
#include "zones/form.h"

namespace memmap::buddy {
namespace {

struct Boot {
  memblock::Regions memory{};
  memblock::Regions reserved{};
  std::vector<int> nids{};
  std::uint64_t max_low_pfn = 0;
  zones::Config config{};
  zones::Options zones{};
  Options options{};
  // As the file has them, sorted.
  std::vector<std::string> want{};
};

Boot read_boot(const std::string& name) {
  Boot boot;
  std::ifstream file(std::string(MEMMAP_SOURCE_DIR "/tests/unit/buddy/data/") + name + ".txt");
  EXPECT_TRUE(file.is_open());
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string key;
    words >> key;
    if (key == "memory" || key == "reserved") {
      std::uint64_t base = 0, size = 0;
      std::uint32_t flags = 0;
      int nid = 0;
      words >> base >> size >> flags >> nid;
      (key == "memory" ? boot.memory : boot.reserved)
          .push_back({PhysRange::make(base, base + size), flags, nid});
    } else if (key == "version") {
      kernel::Version version;
      words >> version.major >> version.minor;
      boot.options.behaviour = kernel::behaviour_of(version, 6);
      boot.zones.behaviour = boot.options.behaviour;
    } else if (key == "max_low_pfn") {
      words >> boot.max_low_pfn;
    } else if (key == "zone_dma") {
      words >> boot.config.zone_dma;
    } else if (key == "deferred") {
      words >> boot.options.deferred_init;
    } else if (key == "kernelcore") {
      words >> boot.zones.movable.kernelcore_pages;
    } else if (key == "movablecore") {
      words >> boot.zones.movable.movablecore_pages;
    } else if (key != "#") {
      boot.want.push_back(line);
      int nid = 0;
      if (key == "node" && words >> nid) boot.nids.push_back(nid);
    }
  }
  boot.options.max_low_pfn = Pfn{boot.max_low_pfn};
  std::sort(boot.want.begin(), boot.want.end());
  return boot;
}

class RealBoot : public testing::TestWithParam<const char*> {};

TEST_P(RealBoot, ZonesAndFreeBlocksAreTheKernels) {
  const Boot boot = read_boot(GetParam());
  const zones::Formed formed = zones::form(
      boot.memory, boot.nids, zones::limits(Pfn{boot.max_low_pfn}, boot.config), boot.zones);
  const Handoff handoff = free_all(boot.memory, boot.reserved, formed.nodes, boot.options);

  std::vector<std::string> got;
  const auto line = [&](auto... words) {
    std::ostringstream text;
    ((text << words << ' '), ...);
    got.push_back(text.str().substr(0, text.str().size() - 1));
  };
  std::size_t i = 0;
  for (const zones::Node& n : formed.nodes) {
    const auto deferred = handoff.first_deferred.find(n.nid);
    line("node", n.nid, raw(n.start_pfn), n.spanned_pages, n.present_pages,
         deferred == handoff.first_deferred.end() ? ~0ull : raw(deferred->second));
    for (const zones::Zone& z : n.zones) {
      const ZoneFree& free = handoff.zones[i++];
      // A kernel without ZONE_DMA has no such zone; ours is empty.
      if (!boot.config.zone_dma && z.type == zones::ZoneType::dma) continue;
      line("zone", n.nid, zones::name(z.type), raw(z.start_pfn), z.spanned_pages, z.present_pages,
           free.managed_pages);
      for (const FreeList& list : free.free) {
        for (const FreeRun& run : list.runs) {
          line("free", n.nid, zones::name(z.type), list.order, static_cast<int>(list.migratetype),
               raw(run.first), run.count);
        }
      }
    }
  }
  line("totalram", handoff.totalram_pages);
  std::sort(got.begin(), got.end());
  EXPECT_EQ(got, boot.want);
}

INSTANTIATE_TEST_SUITE_P(Data, RealBoot,
                         testing::Values("plain-4G-612", "numa2-2G-61", "kernelcore-numa-4G-61",
                                         "movablecore-4G-612", "plain-1G-612n", "memmap-odd-1G-612",
                                         "numa-memless-2G-612"));

}  // namespace
}  // namespace memmap::buddy
