#include <fmt/format.h>

#include "report/form/xml_text.h"
#include "report/verdicts/words.h"

namespace memmap::report {
namespace {

std::string attribute(std::string_view name, std::string_view value) {
  return fmt::format(" {}=\"{}\"", name, xml_escaped(value));
}

std::string counts(const VerdictCounts& n) {
  return fmt::format(" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\" time=\"0\"",
                     n.rules, n.failed, n.skipped);
}

// GitLab shows the element's text and not its `message`: all is in there.
std::string lines_of(const policy::Verdict& v) {
  std::string out = xml_escaped(found_words(v));
  for (const Detail& d : details(v)) out += fmt::format("\n{}: {}", d.key, xml_escaped(d.words));
  if (const std::string place = place_words(v.rule->origin); !place.empty())
    out += fmt::format("\nat: {}", xml_escaped(place));
  return out;
}

void add_rule(std::string& out, std::string_view subject, std::string_view name,
              const policy::Verdict& v) {
  out += "    <testcase" + attribute("classname", subject) + attribute("name", name);
  if (const std::string file = one_line(v.rule->origin.file); !file.empty())
    out += attribute("file", file);
  if (v.rule->origin.line != 0) out += fmt::format(" line=\"{}\"", v.rule->origin.line);
  out += " time=\"0\"";
  switch (v.answer) {
    case policy::Answer::passed:
      out += "/>\n";
      return;
    case policy::Answer::skipped:
      out += ">\n      <skipped message=\"does not apply\"/>\n";
      break;
    case policy::Answer::failed:
      if (v.fails()) {
        out += ">\n      <failure" + attribute("message", found_words(v)) + " type=\"policy\">" +
               lines_of(v) + "</failure>\n";
      } else {
        out += ">\n      <system-out>warning: " + lines_of(v) + "</system-out>\n";
      }
      break;
  }
  out += "    </testcase>\n";
}

}  // namespace

std::string verdicts_to_junit(std::span<const CheckedCase> cases) {
  std::string out =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"memmap check\"" +
      counts(counted_verdicts(cases)) + ">\n";
  DistinctNames case_names;
  for (const CheckedCase& c : cases) {
    const std::string subject = case_names(one_line(c.name));
    out +=
        "  <testsuite" + attribute("name", subject) + counts(counted_verdicts(c.verdicts)) + ">\n";
    DistinctNames names;
    for (const policy::Verdict& v : c.verdicts)
      add_rule(out, subject, names(rule_label(*v.rule)), v);
    out += "  </testsuite>\n";
  }
  return out + "</testsuites>\n";
}

}  // namespace memmap::report
