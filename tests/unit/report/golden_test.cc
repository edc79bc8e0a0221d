// Reports as they were looked at and found good. MEMMAP_UPDATE_GOLDEN=1 rewrites them.
#include <gtest/gtest.h>

#include <cstdlib>
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

using policy::Severity;
using policy::Standing;

// One of each kind. Real consumers read what is made of these: tests/peer/verdicts.
std::vector<CheckedCase> checked() {
  const policy::Verdict mem_total = {.rule = "mem_total >= 97% of installed",
                                     .name = "little is lost",
                                     .file = "policies/servers.yaml",
                                     .line = 4,
                                     .column = 7};
  const policy::Verdict crash = {
      .rule = "crashkernel below 4G", .file = "policies/servers.yaml", .line = 9, .column = 5};
  policy::Verdict lost = mem_total;
  lost.standing = Standing::failed;
  lost.actual = "mem_total is 93.1% of installed (3.7G of 4.0G)";
  lost.because = "reserve_crashkernel() took 256M for `crash kernel`";
  lost.remedy = "crashkernel=96M";
  policy::Verdict skipped = crash;
  skipped.standing = Standing::skipped;
  policy::Verdict warned = crash;
  warned.standing = Standing::failed;
  warned.severity = Severity::warning;
  warned.actual = "crashkernel is at 0x100000000";
  policy::Verdict noted = warned;
  noted.severity = Severity::note;
  noted.rule = "warnings = 0";
  noted.column = 0;
  return {{"vm.yaml, 6.12, quiet", {mem_total, crash}},
          {"vm.yaml, 6.12, crashkernel=256M", {lost, warned, noted}},
          {"tiny.yaml, 6.12", {mem_total, skipped}},
          {"no rules", {}},
          {"all skipped", {skipped}}};
}

// Texts that would end a line, an element, a directive or the whole; names given twice or not at all.
std::vector<CheckedCase> hostile_checked() {
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
  const auto verdict = [](std::string_view name, std::string_view text, Standing standing) {
    const std::string t(text);
    return policy::Verdict{.rule = std::string(name),
                           .name = std::string(name),
                           .file = t,
                           .line = 1,
                           .column = 1,
                           .standing = standing,
                           .actual = t,
                           .because = t,
                           .remedy = t};
  };
  std::vector<CheckedCase> out(1);
  for (const std::string_view text : texts) {
    out[0].verdicts.push_back(verdict(text, "x # SKIP y", Standing::failed));
    out.push_back({std::string(text),
                   {verdict("same", text, Standing::passed), verdict(text, text, Standing::failed),
                    verdict("same", text, Standing::skipped)}});
  }
  return out;
}

TEST(Golden, Verdicts) {
  const std::pair<const char*, std::vector<CheckedCase>> rows[] = {
      {"plain", checked()}, {"hostile", hostile_checked()}, {"none", {}}};
  for (const auto& [name, cases] : rows) {
    const auto expect = [&](const std::string& ending, const std::string& got) {
      expect_golden("verdicts", name + ending, got);
    };
    expect(".tap", verdicts_to_tap(cases));
    expect(".ktap", verdicts_to_ktap(cases));
    expect(".junit.xml", verdicts_to_junit(cases));
    expect(".github", verdicts_to_github(cases));
    expect(".sarif", verdicts_to_sarif(cases));
  }
}

TEST(Golden, Dot) {
  for (const Case& c : kCases)
    expect_golden(c.name, "graph.dot", to_dot(*diagram_named("map"), c.make(), {}));
}

}  // namespace
}  // namespace memmap::report
