#include "report/verdicts/words.h"

#include <fmt/format.h>

#include "report/form/utf8.h"

namespace memmap::report {

std::string DistinctNames::operator()(std::string name) {
  if (name.empty()) name = "unnamed";
  if (taken_.insert(name).second) return name;
  for (std::size_t n = 2;; ++n) {
    std::string other = fmt::format("{} ({})", name, n);
    if (taken_.insert(other).second) return other;
  }
}

std::string one_line(std::string_view text) {
  std::string line = printable(text, Charset::unicode);
  // U+FFFE and U+FFFF are characters of UTF-8, but none of YAML or XML.
  for (const std::string_view none : {"\xef\xbf\xbe", "\xef\xbf\xbf"}) {
    for (std::size_t at = line.find(none); at != line.npos; at = line.find(none, at))
      line.replace(at, none.size(), "?");
  }
  const std::size_t first = line.find_first_not_of(' ');
  if (first == line.npos) return {};
  return line.substr(first, line.find_last_not_of(' ') - first + 1);
}

std::string rule_label(const policy::Rule& rule) {
  for (const std::string& words : {rule.name, rule.text}) {
    if (std::string line = one_line(words); !line.empty()) return line;
  }
  return "unnamed";
}

std::string found_words(const policy::Verdict& verdict) {
  const std::string actual = one_line(verdict.actual);
  return actual.empty() ? fmt::format("does not hold: {}", one_line(verdict.rule->text)) : actual;
}

std::string_view level_word(policy::Level level) {
  return level == policy::Level::error ? "error" : "warning";
}

std::vector<Detail> details(const policy::Verdict& verdict) {
  std::vector<Detail> out{{"rule", one_line(verdict.rule->text)},
                          {"why", one_line(verdict.rule->why)},
                          {"because", one_line(verdict.because)},
                          {"remedy", one_line(verdict.remedy)}};
  std::erase_if(out, [](const Detail& d) { return d.words.empty(); });
  return out;
}

std::string place_words(const Origin& origin) {
  std::string out = one_line(origin.file);
  if (out.empty() || origin.line == 0) return out;
  out += fmt::format(":{}", origin.line);
  if (origin.column != 0) out += fmt::format(":{}", origin.column);
  return out;
}

VerdictCounts counted_verdicts(std::span<const policy::Verdict> verdicts) {
  VerdictCounts out{.rules = verdicts.size()};
  for (const policy::Verdict& v : verdicts) {
    if (v.answer == policy::Answer::skipped) ++out.skipped;
    if (v.answer != policy::Answer::failed) continue;
    ++(v.fails() ? out.failed : out.warned);
  }
  return out;
}

VerdictCounts counted_verdicts(std::span<const CheckedCase> cases) {
  VerdictCounts out;
  for (const CheckedCase& c : cases) {
    const VerdictCounts n = counted_verdicts(c.verdicts);
    out.rules += n.rules;
    out.failed += n.failed;
    out.warned += n.warned;
    out.skipped += n.skipped;
  }
  return out;
}

}  // namespace memmap::report
