// What `memmap lint` found, as text and as JSON.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "lint/lint.h"

namespace memmap::report {

// A finding where it stands in what the user gave.
struct PlacedFinding {
  lint::Finding finding{};
  std::size_t line = 1;  // from 1, as are columns
  std::size_t column = 1;
  std::size_t length = 1;   // of the part at fault, on that line
  std::string line_text{};  // the whole line
  std::string source{};     // where that is not the subject's: `--append`
};

struct LintedLine {
  std::string command_line{};  // as the kernel gets it
  bool is_badram = false;      // no command line, but GRUB's list of bad memory
  std::vector<PlacedFinding> findings{};
};

struct LintSubject {
  std::string source{};                  // as the user named it: a file, `--cmdline`
  std::string kernel{};                  // for which it was read
  std::optional<std::string> machine{};  // as the user named it; nullopt: none was given
  std::vector<std::string> notes{};
};

// `source:line:column: warning: ...`, the line with carets, why and what to do; then a count.
std::string lint_to_text(const LintSubject& subject, const std::vector<LintedLine>& lines);
// share/schema/lint.json
std::string lint_to_json(const LintSubject& subject, const std::vector<LintedLine>& lines);
// The table of rules.
std::string lint_rules_to_text();

}  // namespace memmap::report
