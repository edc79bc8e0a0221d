// Reports as they were looked at and found good. MEMMAP_UPDATE_GOLDEN=1 rewrites them.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "report/diagram/diagrams.h"
#include "report/json/result.h"
#include "report/text/text.h"
#include "support/outcomes.h"

namespace memmap::report {
namespace {

struct Case {
  const char* name;
  boot::Outcome (*make)();
};
const Case kCases[] = {
    {"two_nodes", test::two_nodes}, {"stopped", test::stopped}, {"hostile", test::hostile}};

void expect_golden(const std::string& name, const std::string& file, const std::string& got) {
  const std::filesystem::path path =
      std::filesystem::path(MEMMAP_SOURCE_DIR) / "tests/golden/report" / name / file;
  if (std::getenv("MEMMAP_UPDATE_GOLDEN") != nullptr) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << got;
    return;
  }
  std::ostringstream want;
  want << std::ifstream(path, std::ios::binary).rdbuf();
  EXPECT_EQ(got, want.str()) << path;
}

TEST(Golden, Json) {
  for (const Case& c : kCases) expect_golden(c.name, "result.json", to_json(c.make()));
}

TEST(Golden, Text) {
  for (const Case& c : kCases) {
    expect_golden(c.name, "report.txt", to_text(c.make(), {}));
    expect_golden(c.name, "report-120.txt", to_text(c.make(), {.width = 120, .unicode = true}));
    expect_golden(c.name, "report-colour.txt",
                  to_text(c.make(), {.colour = true, .unicode = true}));
  }
}

TEST(Golden, Dot) {
  for (const Case& c : kCases)
    expect_golden(c.name, "graph.dot", to_dot(*diagram_named("map"), c.make(), {}));
}

}  // namespace
}  // namespace memmap::report
