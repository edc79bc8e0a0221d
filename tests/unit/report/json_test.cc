#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "report/form/names.h"
#include "report/json/result.h"
#include "support/outcomes.h"

namespace memmap::report {
namespace {

nlohmann::json parsed(const boot::Outcome& outcome) {
  return nlohmann::json::parse(to_json(outcome));
}

TEST(Json, HasTheContractsKeys) {
  const nlohmann::json j = parsed(test::two_nodes());
  EXPECT_EQ(j["schema"], "memmap/result/1");
  EXPECT_EQ(j["e820"]["table"][0],
            nlohmann::json::parse(R"({"start": "0x0", "end": "0x1000", "type": 2})"));
  EXPECT_EQ(j["memblock"]["memory"][3],
            nlohmann::json::parse(
                R"({"base": "0x100000000", "size": "0x40000000", "flags": 1, "nid": 1})"));
  EXPECT_EQ(j["memblock"]["current_limit"], "0x140000000");
  EXPECT_EQ(j["nodes"][1]["zones"][2]["zone"], "Normal");
  EXPECT_EQ(
      j["nodes"][1]["zones"][2]["free"][0],
      nlohmann::json::parse(R"({"order": 10, "migratetype": 1, "blocks": [[1048576, 252]]})"));
  EXPECT_EQ(j["page_tables"]["mappings"].back()["flags"], "CGTWX");
  EXPECT_EQ(j["totals"]["mem_total_kib"], 2744832);
  EXPECT_EQ(j["events"][1]["range"]["size"], "0x1000");
  EXPECT_FALSE(j["events"][0].contains("range"));
}

TEST(Json, LeavesOutAnUnknownMemTotal) {
  EXPECT_FALSE(parsed(test::stopped())["totals"].contains("mem_total_kib"));
}

TEST(Json, OfNothingIsWhole) {
  const nlohmann::json j = parsed({});
  EXPECT_TRUE(j["nodes"].empty());
  EXPECT_EQ(j["memblock"]["memory"], nlohmann::json::array());
}

TEST(Json, TakesAnyBytes) {
  const nlohmann::json j = parsed(test::hostile());
  EXPECT_EQ(j["subject"]["source"], "<b>\\N\"a\"</b>\x1b[2J\ufffd\ufffd.log");
  EXPECT_EQ(j["notes"][1], std::string("nul\0in it", 9));
  EXPECT_EQ(j["events"][0]["text"], "overlong \ufffd\ufffd and \ufffd csi");
}

TEST(Json, GivesTheSameBytes) { EXPECT_EQ(to_json(test::two_nodes()), to_json(test::two_nodes())); }

TEST(Json, WritesARowALine) {
  EXPECT_NE(to_json(test::two_nodes())
                .find("\n      {\"start\": \"0x0\", \"end\": \"0x9fc00\", \"type\": 1},\n"),
            std::string::npos);
}

TEST(Names, OfFlagsAreInOrder) {
  EXPECT_EQ(mapping_flags(0), "");
  EXPECT_EQ(mapping_flags(0x3f), "CGTUWX");
  EXPECT_EQ(region_flags(memblock::kHotplug | memblock::kNomap), "hotplug|nomap");
  EXPECT_EQ(region_flags(0x100), "0x100");
  EXPECT_EQ(e820_name(E820Type{99}), "type 99");
}

}  // namespace
}  // namespace memmap::report
