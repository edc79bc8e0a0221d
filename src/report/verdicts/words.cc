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

std::string rule_label(const policy::Verdict& verdict) {
  for (const std::string& words : {verdict.name, verdict.rule}) {
    if (std::string line = one_line(words); !line.empty()) return line;
  }
  return "unnamed";
}

std::string found_words(const policy::Verdict& verdict) {
  const std::string actual = one_line(verdict.actual);
  return actual.empty() ? fmt::format("does not hold: {}", one_line(verdict.rule)) : actual;
}

std::string_view severity_word(policy::Severity severity) {
  switch (severity) {
    case policy::Severity::error:
      return "error";
    case policy::Severity::warning:
      return "warning";
    case policy::Severity::note:
      return "note";
  }
  return "error";
}

std::vector<Detail> details(const policy::Verdict& verdict) {
  std::vector<Detail> out{{"rule", one_line(verdict.rule)},
                          {"because", one_line(verdict.because)},
                          {"remedy", one_line(verdict.remedy)}};
  std::erase_if(out, [](const Detail& d) { return d.words.empty(); });
  return out;
}

std::string place_words(const policy::Verdict& verdict) {
  std::string out = one_line(verdict.file);
  if (out.empty() || verdict.line == 0) return out;
  out += fmt::format(":{}", verdict.line);
  if (verdict.column != 0) out += fmt::format(":{}", verdict.column);
  return out;
}

VerdictCounts counted_verdicts(std::span<const policy::Verdict> verdicts) {
  VerdictCounts out{.rules = verdicts.size()};
  for (const policy::Verdict& v : verdicts) {
    if (v.standing == policy::Standing::skipped) ++out.skipped;
    if (v.standing != policy::Standing::failed) continue;
    ++(v.severity == policy::Severity::error ? out.failed : out.warned);
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
