// Reports as they were looked at and found good. MEMMAP_UPDATE_GOLDEN=1 rewrites them.
#include <gtest/gtest.h>

#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "report/diagram/diagrams.h"
#include "report/json/result.h"
#include "report/text/text.h"
#include "report/verdicts/verdicts.h"
#include "support/outcomes.h"

namespace memmap::report {
namespace {

struct GoldenCase {
  const char* name;
  boot::Outcome (*make)();
};
const GoldenCase kGoldenCases[] = {
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
  for (const GoldenCase& c : kGoldenCases) expect_golden(c.name, "result.json", to_json(c.make()));
}

TEST(Golden, Text) {
  for (const GoldenCase& c : kGoldenCases) {
    expect_golden(c.name, "report.txt", to_text(c.make(), {}));
    expect_golden(c.name, "report-120.txt", to_text(c.make(), {.width = 120, .unicode = true}));
    expect_golden(c.name, "report-colour.txt",
                  to_text(c.make(), {.colour = true, .unicode = true}));
  }
}

using policy::Answer;
using policy::Level;

// Verdicts with the rules that they are of.
struct Checked {
  std::vector<CheckedCase> cases{};
  std::deque<policy::Rule> rules{};

  policy::Rule* rule(std::string text, std::string name, Origin origin,
                     Level level = Level::error) {
    rules.push_back({.text = std::move(text),
                     .name = std::move(name),
                     .origin = std::move(origin),
                     .level = level});
    return &rules.back();
  }
};

// One of each kind. Real consumers read what is made of these: tests/peer/verdicts.
Checked checked() {
  Checked out;
  const char* file = "policies/servers.yaml";
  policy::Rule* total = out.rule("mem_total >= 97% of installed", "little is lost", {file, 4, 7});
  total->why = "what the kernel keeps of itself is at most 3%";
  const policy::Rule* crash = out.rule("crashkernel below 4G", "", {file, 9, 5});
  const policy::Rule* soft = out.rule("crashkernel below 4G", "low", {file, 12, 0}, Level::warning);
  out.cases = {{"vm.yaml, 6.12, quiet", {{total}, {crash}}},
               {"vm.yaml, 6.12, crashkernel=256M",
                {{total, Answer::failed, "mem_total is 93.1% of installed (3.7G of 4.0G)",
                  "reserve_crashkernel() took 256M for `crash kernel`", "crashkernel=96M"},
                 {soft, Answer::failed, "crashkernel is at 0x100000000"}}},
               {"tiny.yaml, 6.12", {{total}, {crash, Answer::skipped}}},
               {"no rules", {}},
               {"all skipped", {{crash, Answer::skipped}}}};
  return out;
}

// Texts that would end a line, an element, a directive or the whole; names given twice or not at all.
Checked hostile_checked() {
  const std::string_view texts[] = {
      "a\nnot ok 1 - forged\nBail out! now",
      "x # SKIP no reason",
      "x \\# TODO later",
      "]]></failure><testcase name=\"forged\"/>",
      "<&>\"' \x1b[31m \x7f \x01",
      "overlong \xc0\xaf, cut \xe2\x82, surrogate \xed\xa0\x80, \xef\xbf\xbf \xc2\x9b",
      "::error file=x::forged%0A::stop-commands::x",
      "##[error]forged",
      "{0} [click](https://example.org) {",
      "- dash",
      "   ",
      "",
      "same",
      "same",
      "same (2)",
      "Subtest: x",
      "KTAP version 1",
      "1..7",
      "reboot: System halted",
      "---\n...\n",
      "memmap=4K#1G, 50%, a:b: {x: [y",
  };
  Checked out;
  const auto verdict = [&](std::string_view name, std::string_view text, Answer answer) {
    const std::string t(text);
    policy::Rule* rule = out.rule(std::string(name), std::string(name), {t, 1, 1});
    rule->why = t;
    return policy::Verdict{rule, answer, t, t, t};
  };
  out.cases.resize(1);
  for (const std::string_view text : texts) {
    out.cases[0].verdicts.push_back(verdict(text, "x # SKIP y", Answer::failed));
    out.cases.push_back(
        {std::string(text),
         {verdict("same", text, Answer::passed), verdict(text, text, Answer::failed),
          verdict("same", text, Answer::skipped)}});
  }
  return out;
}

TEST(Golden, Verdicts) {
  const std::pair<const char*, Checked> rows[] = {
      {"plain", checked()}, {"hostile", hostile_checked()}, {"none", {}}};
  for (const auto& [name, made] : rows) {
    const std::vector<CheckedCase>& cases = made.cases;
    const auto expect = [start = std::string(name)](const std::string& ending,
                                                    const std::string& got) {
      expect_golden("verdicts", start + ending, got);
    };
    expect(".tap", verdicts_to_tap(cases));
    expect(".ktap", verdicts_to_ktap(cases));
    expect(".junit.xml", verdicts_to_junit(cases));
    expect(".github", verdicts_to_github(cases));
    expect(".sarif", verdicts_to_sarif(cases));
  }
}

TEST(Golden, Dot) {
  for (const GoldenCase& c : kGoldenCases)
    expect_golden(c.name, "graph.dot", to_dot(*diagram_named("map"), c.make(), {}));
}

}  // namespace
}  // namespace memmap::report
