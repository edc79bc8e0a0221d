// What the formats of verdicts share: names that are told apart, and the words for what failed.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "report/verdicts/verdicts.h"

namespace memmap::report {

// Names of which none is given twice, nor empty: the second `a` is `a (2)`.
class DistinctNames {
 public:
  std::string operator()(std::string name);

 private:
  std::unordered_set<std::string> taken_{};
};

// printable(), without blanks at either end.
std::string one_line(std::string_view text);

// What a rule is called: by its name, or by its text. One line, not empty.
std::string rule_label(const policy::Rule& rule);

// What was found, in one line. Of a rule without words for it: that it does not hold.
std::string found_words(const policy::Verdict& verdict);

std::string_view level_word(policy::Level level);  // `error`, `warning`: the same in every format

// The rule as written, its author's reason, what led to the value, the nearest change: those that there are.
struct Detail {
  std::string_view key;
  std::string words;  // one line, not empty
};
std::vector<Detail> details(const policy::Verdict& verdict);

// `policy.yaml:3:5`, as far as it is known; empty: not at all.
std::string place_words(const Origin& origin);

struct VerdictCounts {
  std::size_t rules = 0;
  std::size_t failed = 0;  // of severity error
  std::size_t warned = 0;  // do not hold, of a lower severity
  std::size_t skipped = 0;

  std::size_t passed() const { return rules - failed - warned - skipped; }
};
VerdictCounts counted_verdicts(std::span<const policy::Verdict> verdicts);
VerdictCounts counted_verdicts(std::span<const CheckedCase> cases);

}  // namespace memmap::report
