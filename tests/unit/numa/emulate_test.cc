#include "numa/emulate.h"

#include <gtest/gtest.h>

#include <ostream>

namespace memmap::numa {
namespace {

struct Part {
  std::uint64_t base;  // MiB
  std::uint64_t end;
  int nid;
  bool operator==(const Part&) const = default;
};
void PrintTo(const Part& p, std::ostream* out) {
  *out << "{" << p.base << ", " << p.end << ", " << p.nid << "}";
}

struct Case {
  const char* name;
  const char* command;
  std::vector<Part> physical;  // also where memory is, but for `hole`
  Part hole;
  bool done;
  std::vector<Part> want;
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

PhysRange range(std::uint64_t base, std::uint64_t end) {
  return PhysRange::make(base * kMiB, end * kMiB);
}

memblock::Regions memory_of(const Case& c) {
  memblock::Regions out;
  for (const Part& p : c.physical) {
    if (p.base < c.hole.base && c.hole.end < p.end) {
      out.push_back({range(p.base, c.hole.base), 0, p.nid});
      out.push_back({range(c.hole.end, p.end), 0, p.nid});
    } else {
      out.push_back({range(p.base, p.end), 0, p.nid});
    }
  }
  return out;
}

class Fake : public testing::TestWithParam<Case> {};

TEST_P(Fake, SplitsAsTheKernelDoes) {
  const Case& c = GetParam();
  std::vector<NodeBlock> physical;
  std::vector<int> nodes;
  for (const Part& p : c.physical) {
    physical.push_back({range(p.base, p.end), p.nid});
    nodes.push_back(p.nid);
  }
  const Pfn max_pfn = pfn_down(physical.back().range.end());
  const Emulation got = emulate(c.command, physical, nodes, memory_of(c), max_pfn, 6);
  EXPECT_EQ(got.done, c.done);
  if (!c.done) return;
  std::vector<Part> parts;
  for (const NodeBlock& b : got.blocks) {
    parts.push_back({raw(b.range.base()) / kMiB, raw(b.range.end()) / kMiB, b.nid});
  }
  EXPECT_EQ(parts, c.want);
}

const Case kCases[] = {
    {"two", "2", {{0, 8192, 0}}, {}, true, {{0, 4096, 0}, {4096, 8192, 1}}},
    {"turns",
     "4",
     {{0, 4096, 0}, {4096, 8192, 1}},
     {},
     true,
     {{0, 2048, 0}, {4096, 6144, 1}, {2048, 4096, 2}, {6144, 8192, 3}}},
    {"hole_is_skipped", "2", {{0, 1152, 0}}, {512, 640, 0}, true, {{0, 512, 0}, {512, 1152, 1}}},
    {"by_size", "1G", {{0, 3072, 0}}, {}, true, {{0, 1024, 0}, {1024, 2048, 1}, {2048, 3072, 2}}},
    {"rest_joins_the_last",
     "1000M",
     {{0, 3072, 0}},
     {},
     true,
     {{0, 992, 0}, {992, 1984, 1}, {1984, 3072, 2}}},
    {"uniform",
     "2U",
     {{0, 2048, 0}, {2048, 6144, 1}},
     {},
     true,
     {{0, 1024, 0}, {1024, 2048, 1}, {2048, 4096, 2}, {4096, 6144, 3}}},
    {"none", "0", {{0, 1024, 0}}, {}, false, {}},
    {"no_number", "x", {{0, 1024, 0}}, {}, false, {}},
    {"too_many", "64", {{0, 1024, 0}}, {}, false, {}},
};
INSTANTIATE_TEST_SUITE_P(, Fake, testing::ValuesIn(kCases),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace memmap::numa
