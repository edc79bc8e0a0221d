#include <fmt/format.h>

#include "base/json_text.h"
#include "report/verdicts/words.h"

namespace memmap::report {
namespace {

// In a name both end it or change what is behind: `#` opens a directive.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '#' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

// In double quotes a scalar is the same in YAML and in JSON, and Perl's reader knows no other
// quotes that hold everything.
void add_yaml(std::string& out, const policy::Verdict& v) {
  out += fmt::format("  ---\n  message: {}\n  severity: {}\n", json_text(found_words(v)),
                     v.fails() ? "fail" : level_word(v.rule->level));
  for (const Detail& d : details(v)) out += fmt::format("  {}: {}\n", d.key, json_text(d.words));
  if (const std::string file = one_line(v.rule->origin.file); !file.empty()) {
    out += fmt::format("  at:\n    file: {}\n", json_text(file));
    if (v.rule->origin.line != 0) out += fmt::format("    line: {}\n", v.rule->origin.line);
    if (v.rule->origin.column != 0) out += fmt::format("    column: {}\n", v.rule->origin.column);
  }
  out += "  ...\n";
}

}  // namespace

std::string verdicts_to_tap(std::span<const CheckedCase> cases) {
  const std::size_t rules = counted_verdicts(cases).rules;
  std::string out =
      fmt::format("TAP version 13\n1..{}{}\n", rules, rules == 0 ? " # SKIP no rules" : "");
  std::size_t number = 0;
  DistinctNames names;
  for (const CheckedCase& c : cases) {
    const std::string subject = one_line(c.name);
    for (const policy::Verdict& v : c.verdicts) {
      const std::string name = escaped(
          names(subject.empty() ? rule_label(*v.rule) : subject + ": " + rule_label(*v.rule)));
      const bool failed = v.answer == policy::Answer::failed;
      out += fmt::format("{} {} - {}", failed ? "not ok" : "ok", ++number, name);
      if (v.answer == policy::Answer::skipped) out += " # SKIP does not apply";
      if (failed && v.rule->level != policy::Level::error) out += " # TODO only a warning";
      out += '\n';
      if (failed) add_yaml(out, v);
    }
  }
  return out;
}

}  // namespace memmap::report
