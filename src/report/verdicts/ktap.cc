#include <fmt/format.h>

#include "report/verdicts/words.h"

namespace memmap::report {
namespace {

// With a number sign of its own width a text ends no name and opens no directive.
std::string without_hash(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '#') {
      out += "\uff03";
    } else {
      out += c;
    }
  }
  return out;
}

// A name, which the parser takes without a dash in front.
std::string named(std::string text) {
  if (text.starts_with("- ")) text[0] = '_';
  return without_hash(text);
}

// kunit_parser.py stops at a line that holds one of these, wherever in it.
std::string without_end(std::string line) {
  for (const std::string_view mark :
       {"List of all partitions:", "Kernel panic - not syncing: VFS:", "reboot: System halted"}) {
    for (std::size_t at = line.find(mark); at != line.npos; at = line.find(mark)) line[at] = '_';
  }
  return line;
}

void add_line(std::string& out, std::string line) { out += without_end(std::move(line)) + '\n'; }

void add_rule(std::string& out, std::size_t number, const std::string& name,
              const policy::Verdict& v) {
  if (v.answer == policy::Answer::failed) {
    for (const Detail& d : details(v)) add_line(out, fmt::format("  # {}: {}", d.key, d.words));
    if (const std::string place = place_words(v.rule->origin); !place.empty())
      add_line(out, fmt::format("  # at: {}", place));
  }
  std::string line = fmt::format("{} {}", number, name);
  switch (v.answer) {
    case policy::Answer::passed:
      add_line(out, "  ok " + line);
      break;
    case policy::Answer::skipped:
      add_line(out, "  ok " + line + " # SKIP does not apply");
      break;
    case policy::Answer::failed:
      if (v.fails()) {
        add_line(out, fmt::format("  not ok {} # {}", line, without_hash(found_words(v))));
      } else {
        add_line(out, fmt::format("  ok {} # warning: {}", line, without_hash(found_words(v))));
      }
      break;
  }
}

}  // namespace

std::string verdicts_to_ktap(std::span<const CheckedCase> cases) {
  std::string out = fmt::format("KTAP version 1\n1..{}\n", cases.size());
  std::size_t number = 0;
  DistinctNames case_names;
  for (const CheckedCase& c : cases) {
    const std::string subject = named(case_names(one_line(c.name)));
    const VerdictCounts n = counted_verdicts(c.verdicts);
    ++number;
    if (n.rules != 0) {
      out += fmt::format("  KTAP version 1\n  1..{}\n", n.rules);
      std::size_t rule = 0;
      DistinctNames names;
      for (const policy::Verdict& v : c.verdicts)
        add_rule(out, ++rule, named(names(rule_label(*v.rule))), v);
    }
    add_line(out, fmt::format("{} {} {}{}", n.failed == 0 ? "ok" : "not ok", number, subject,
                              n.skipped == n.rules ? " # SKIP no rule applies" : ""));
  }
  return out;
}

}  // namespace memmap::report
