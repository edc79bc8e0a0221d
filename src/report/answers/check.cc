#include "report/answers/check.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/form/json_writer.h"
#include "report/form/page.h"
#include "report/form/units.h"

namespace memmap::report {
namespace {

using policy::Answer;
using policy::Verdict;

struct Tally {
  std::size_t rules = 0;
  std::size_t failed = 0;
  std::size_t warned = 0;
  std::size_t skipped = 0;

  void add(const Verdict& v) {
    ++rules;
    if (v.answer == Answer::skipped) ++skipped;
    if (v.answer == Answer::failed) ++(v.fails() ? failed : warned);
  }
};

std::string words_of(const Tally& t) {
  std::string out = counted(t.rules, "rule") + ", ";
  out += t.failed == 0 ? "none fails"
                       : fmt::format("{} {}", t.failed, t.failed == 1 ? "fails" : "fail");
  if (t.warned != 0) out += ", " + counted(t.warned, "warning");
  if (t.skipped != 0) out += fmt::format(", {} skipped", t.skipped);
  return out;
}

void write_verdict(Page& page, const Verdict& v) {
  const bool failed = v.answer == Answer::failed;
  const std::string_view word = v.answer == Answer::skipped ? "skip"
                                : !failed                   ? "ok"
                                : v.fails()                 ? "FAIL"
                                                            : "warn";
  const Paint paint = !failed ? Paint::plain : v.fails() ? Paint::red : Paint::yellow;
  page.paragraph(fmt::format("  {:<5} ", word), page.foreign(v.rule->name), paint);
  if (!failed) return;
  const std::string_view lead = "        ";
  if (v.rule->name != v.rule->text)
    page.paragraph(fmt::format("{}rule:    ", lead), page.foreign(v.rule->text));
  page.paragraph(fmt::format("{}is:      ", lead), page.foreign(v.actual));
  if (!v.because.empty()) page.paragraph(fmt::format("{}because: ", lead), page.foreign(v.because));
  if (!v.remedy.empty()) page.paragraph(fmt::format("{}nearest: ", lead), page.foreign(v.remedy));
  if (!v.rule->why.empty())
    page.paragraph(fmt::format("{}why:     ", lead), page.foreign(v.rule->why));
  if (!v.rule->origin.file.empty())
    page.line(fmt::format("{}at:      {}:{}:{}", lead, page.foreign(v.rule->origin.file),
                          v.rule->origin.line, v.rule->origin.column),
              Paint::faint);
}

void write_verdict(JsonWriter& json, const Verdict& v) {
  json.open_object();
  json.member("rule", v.rule->text);
  json.member("name", v.rule->name);
  json.member("file", v.rule->origin.file);
  json.member("line", v.rule->origin.line);
  json.member("column", v.rule->origin.column);
  json.member("severity", policy::name_of(v.rule->level));
  json.member("why", v.rule->why);
  json.member("answer", policy::name_of(v.answer));
  json.member("actual", v.actual);
  json.member("because", v.because);
  json.member("remedy", v.remedy);
  json.close();
}

}  // namespace

std::string check_to_text(std::span<const CheckedCase> cases, const TextStyle& style) {
  Page page(style);
  Tally all;
  for (const CheckedCase& one : cases) {
    Tally tally;
    for (const Verdict& v : one.verdicts) {
      tally.add(v);
      all.add(v);
    }
    page.line(fmt::format("{}: {}", page.foreign(one.name), words_of(tally)), Paint::strong);
    for (const Verdict& v : one.verdicts) write_verdict(page, v);
  }
  if (cases.size() > 1)
    page.line(fmt::format("{}: {}", counted(cases.size(), "boot"), words_of(all)), Paint::strong);
  return std::move(page).take();
}

std::string check_to_json(std::span<const CheckedCase> cases) {
  JsonWriter json;
  json.open_object();
  json.member("schema", kCheckSchema);
  json.key("boots").open_array();
  for (const CheckedCase& one : cases) {
    json.open_object();
    json.member("name", one.name);
    json.member("kernel", one.kernel);
    json.member("kernel_verified", one.kernel_verified);
    json.key("notes").open_array();
    for (const std::string& note : one.notes) json.value(note);
    json.close();
    json.key("verdicts").open_array();
    for (const Verdict& v : one.verdicts) write_verdict(json, v);
    json.close();
    json.close();
  }
  json.close();
  json.close();
  return std::move(json).finish();
}

}  // namespace memmap::report
