#include "report/answers/lint.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/excerpt.h"
#include "report/form/json_writer.h"
#include "report/form/notes.h"
#include "report/form/units.h"
#include "report/form/utf8.h"

namespace memmap::report {
namespace {

std::string shown(std::string_view text) { return printable(text, Charset::ascii); }

std::size_t count_of(const std::vector<LintedLine>& lines) {
  std::size_t out = 0;
  for (const LintedLine& l : lines) out += l.findings.size();
  return out;
}

std::size_t command_lines(const std::vector<LintedLine>& lines) {
  return static_cast<std::size_t>(std::ranges::count(lines, false, &LintedLine::is_badram));
}

}  // namespace

std::string lint_to_text(const LintSubject& subject, const std::vector<LintedLine>& lines) {
  std::string out;
  for (const LintedLine& l : lines) {
    for (const PlacedFinding& p : l.findings) {
      out += fmt::format("{}:{}:{}: warning: {} [{}]\n",
                         shown(p.source.empty() ? subject.source : p.source), p.line, p.column,
                         shown(p.finding.message), p.finding.rule);
      out += excerpt(p.line_text, p.column, p.length);
      out += fmt::format("    why: {}\n    do:  {}\n", shown(p.finding.reason),
                         shown(p.finding.advice));
    }
  }
  out += fmt::format("{} in {}, for kernel {}{}\n", counted(count_of(lines), "finding"),
                     counted(command_lines(lines), "command line"), shown(subject.kernel),
                     subject.machine ? fmt::format(" on {}", shown(*subject.machine)) : "");
  const SortedNotes notes = sorted_notes(subject.notes);
  if (!notes.assumed.empty()) out += fmt::format("assumed: {}\n", shown(notes.assumed));
  for (const std::string& note : notes.others) out += fmt::format("note: {}\n", shown(note));
  return out;
}

std::string lint_to_json(const LintSubject& subject, const std::vector<LintedLine>& lines) {
  JsonWriter json;
  json.open_object();
  json.member("schema", "memmap/lint/1");
  json.member("source", subject.source);
  json.member("kernel", subject.kernel);
  if (subject.machine) json.member("machine", *subject.machine);
  json.member("finding_count", count_of(lines));
  json.key("notes").open_array();
  for (const std::string& note : subject.notes) json.value(note);
  json.close();
  json.key("lines").open_array();
  for (const LintedLine& l : lines) {
    json.open_object();
    json.member("command_line", l.command_line);
    if (l.is_badram) json.member("kind", "badram");
    json.key("findings").open_array();
    for (const PlacedFinding& p : l.findings) {
      json.open_object();
      json.member("rule", p.finding.rule);
      if (!p.source.empty()) json.member("source", p.source);
      json.member("line", p.line);
      json.member("column", p.column);
      json.member("length", p.length);
      json.member("offset", p.finding.at);
      json.member("text", std::string_view(l.command_line).substr(p.finding.at, p.finding.size));
      json.member("message", p.finding.message);
      json.member("reason", p.finding.reason);
      json.member("advice", p.finding.advice);
      json.close();
    }
    json.close();
    json.close();
  }
  json.close();
  json.close();
  return std::move(json).finish();
}

std::string lint_rules_to_text() {
  std::size_t width = 0;
  for (const lint::Rule& rule : lint::rules()) width = std::max(width, rule.id.size());
  std::string out;
  for (const lint::Rule& rule : lint::rules()) {
    out += fmt::format("{:<{}}  {}{}\n", rule.id, width, rule.summary,
                       rule.needs_machine ? " (needs a machine)" : "");
  }
  return out;
}

}  // namespace memmap::report
