// What real kernels took of the free lists from the hand-over to the end of mm_init(), replayed: the
// lists they were left with, block by block (data/mm_init-*.txt).
#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <sstream>
#include <string>

#include "buddy/allocator.h"

namespace memmap::buddy {
namespace {

struct Replay {
  memblock::Regions memory{};
  memblock::Regions reserved{};
  std::vector<zones::Node> nodes{};
  AllocatorOptions options{};
  std::vector<std::pair<Request, int>> requests{};  // how often in a row
  std::vector<std::string> want{};
};

void read_line(Replay& r, const std::string& line) {
  std::istringstream words(line);
  std::string key;
  words >> key;
  std::uint64_t start = 0;
  if (key == "version") {
    kernel::Version v;
    words >> v.major >> v.minor >> v.patch;
    r.options.handoff.behaviour = kernel::behaviour_of(v, 10);
  } else if (key == "deferred") {
    words >> r.options.handoff.deferred_init;
  } else if (key == "maxlow") {
    words >> start;
    r.options.handoff.max_low_pfn = Pfn{start};
  } else if (key == "memory" || key == "reserved") {
    std::uint64_t size = 0;
    memblock::Region region;
    words >> start >> size >> region.flags >> region.nid;
    region.range = PhysRange::make(start, start + size);
    (key == "memory" ? r.memory : r.reserved).push_back(region);
  } else if (key == "node") {
    zones::Node node;
    words >> node.nid >> start >> node.spanned_pages >> node.present_pages;
    node.start_pfn = Pfn{start};
    r.nodes.push_back(node);
  } else if (key == "zone") {
    int type = 0;
    zones::Zone zone;
    words >> type >> start >> zone.spanned_pages >> zone.present_pages;
    zone.type = static_cast<zones::ZoneType>(type);
    zone.start_pfn = Pfn{start};
    r.nodes.back().zones.push_back(zone);
  } else if (key == "alloc") {
    Request request;
    int count = 0;
    words >> request.order >> request.nid >> count;
    r.requests.push_back({request, count});
  } else if (key == "list") {
    r.want.push_back(line);
  }
}

std::vector<std::string> lists_of(const Allocator& allocator) {
  std::vector<std::string> all;
  for (const LiveZone& z : allocator.zones()) {
    for (const OrderedList& l : z.free.lists().ordered()) {
      std::ostringstream line;
      line << "list " << z.nid << ' ' << static_cast<int>(z.type) << ' ' << l.order << ' '
           << static_cast<int>(l.migratetype);
      for (const ListRun& run : l.runs) {
        line << ' ' << raw(run.first) << ':' << (run.falling ? "-" : "") << run.count;
      }
      all.push_back(line.str());
    }
  }
  return all;
}

class MmInit : public testing::TestWithParam<const char*> {};

TEST_P(MmInit, LeavesTheKernelsLists) {
  Replay r;
  std::ifstream file(std::string(MEMMAP_SOURCE_DIR "/tests/unit/buddy/data/mm_init-") + GetParam() +
                     ".txt");
  ASSERT_TRUE(file.is_open());
  for (std::string line; std::getline(file, line);) read_line(r, line);

  const Handoff handoff = free_all(r.memory, r.reserved, r.nodes, r.options.handoff);
  Allocator allocator(r.memory, r.nodes, handoff, r.options);
  for (const auto& [request, count] : r.requests) {
    for (int i = 0; i < count; ++i) ASSERT_TRUE(allocator.alloc(request));
  }
  EXPECT_EQ(lists_of(allocator), r.want);
}

INSTANTIATE_TEST_SUITE_P(Boots, MmInit,
                         testing::Values("numa2-dist-4G-61", "numa4-8G-612", "cpu8-2G-618",
                                         "cpu8-2G-72"),
                         [](const auto& i) {
                           std::string name = i.param;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace memmap::buddy
