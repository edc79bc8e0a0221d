#include <fmt/format.h>

#include "report/form/units.h"
#include "report/verdicts/words.h"

namespace memmap::report {
namespace {

// A value ends at `%`, a line end; in a property also at `:` and `,`.
std::string escaped(std::string_view text, std::string_view special) {
  std::string out;
  for (const char c : text) {
    if (special.find(c) == special.npos) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}
std::string as_data(std::string_view text) { return escaped(text, "%\r\n"); }
std::string as_property(std::string_view text) { return escaped(text, "%\r\n:,"); }

void add_command(std::string& out, std::string_view subject, const policy::Verdict& v) {
  std::string properties;
  if (const std::string file = one_line(v.rule->origin.file); !file.empty()) {
    properties += fmt::format("file={},", as_property(file));
    if (v.rule->origin.line != 0) properties += fmt::format("line={},", v.rule->origin.line);
    if (v.rule->origin.column != 0) properties += fmt::format("col={},", v.rule->origin.column);
  }
  const std::string label = rule_label(*v.rule);
  properties += fmt::format(
      "title={}", as_property(subject.empty() ? label : fmt::format("{}: {}", subject, label)));
  std::string message = found_words(v);
  for (const Detail& d : details(v)) message += fmt::format("\n{}: {}", d.key, d.words);
  out += fmt::format("::{} {}::{}\n", level_word(v.rule->level), properties, as_data(message));
}

}  // namespace

std::string verdicts_to_github(std::span<const CheckedCase> cases) {
  std::string out;
  for (const CheckedCase& c : cases) {
    for (const policy::Verdict& v : c.verdicts) {
      if (v.answer == policy::Answer::failed) add_command(out, one_line(c.name), v);
    }
  }
  const VerdictCounts n = counted_verdicts(cases);
  return out + fmt::format("{} in {}: {} passed, {} failed, {}, {} skipped\n",
                           counted(n.rules, "rule"), counted(cases.size(), "case"), n.passed(),
                           n.failed, counted(n.warned, "warning"), n.skipped);
}

}  // namespace memmap::report
