// The log as a witness: in the head of a report, in JSON.
#include <gtest/gtest.h>

#include "report/json/result.h"
#include "report/text/text.h"

namespace memmap::report {
namespace {

boot::Outcome outcome_with(std::size_t differences) {
  boot::Outcome outcome;
  outcome.log = boot::LogComparison{
      .name = "boot.log", .statements = differences + 43, .agree = 41, .unknown = 2};
  for (std::size_t i = 0; i < differences; ++i)
    outcome.log->differ.push_back({i + 1, "Policy zone: Normal", "DMA32", "not known"});
  return outcome;
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

TEST(Log, TheHeadShowsTheFirstDifferences) {
  const std::string few = to_text(outcome_with(2), {.width = 100});
  EXPECT_TRUE(has(few, "agrees in 41 of 43 statements; 2 more follow from what it does not tell"));
  EXPECT_TRUE(has(few, "line 1: `Policy zone: Normal`; memmap: DMA32 (not known)"));
  EXPECT_TRUE(has(few, "line 2: `Policy zone: Normal`; memmap: DMA32 (the same)"));
  EXPECT_FALSE(has(few, "memmap verify"));
  const std::string many = to_text(outcome_with(9), {.width = 100});
  EXPECT_TRUE(has(many, "line 5: "));
  EXPECT_FALSE(has(many, "line 6: "));
  EXPECT_TRUE(has(many, "and 4 more: `memmap verify`"));
}

TEST(Log, WithoutALogThereIsNoWord) {
  EXPECT_FALSE(has(to_text(boot::Outcome{}, {.width = 100}), "the log"));
  EXPECT_FALSE(has(to_json(boot::Outcome{}), "\"log\""));
}

TEST(Log, JsonHasAllOfThem) {
  const std::string json = to_json(outcome_with(9));
  EXPECT_TRUE(has(json, "\"statements\": 52"));
  EXPECT_TRUE(has(json, "\"line\": 9"));
}

}  // namespace
}  // namespace memmap::report
