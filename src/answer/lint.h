// What is wrong with command lines: what `memmap lint` answers.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "input/format.h"
#include "input/log/command_lines.h"
#include "input/open/source.h"
#include "session/arguments.h"
#include "session/places.h"
#include "session/request.h"
#include "session/session.h"

namespace memmap::answer {

using session::Arguments;

struct LintWish {
  std::optional<std::string> file{};      // one with command lines, or a machine's
  std::optional<input::Source> opened{};  // what it holds, where that is at hand
  input::ReadOptions options{};  // of the file, if that is a log; else of the machine's source
  session::Request request{};    // the machine that it is for, if any; the kernel; a line
};

// What is looked at, and for which machine and kernel.
struct LintInput {
  std::string name{};
  std::string bytes{};                           // of which the findings show lines
  std::vector<input::FoundCommandLine> lines{};  // with what is appended
  std::string append{};                          // to each of them
  session::Session session;
};

// Errors: there is no line, or two; those of read_command_lines() and of Session::open(); options of reading
// that nothing here follows.
Result<LintInput> lint_input(LintWish wish, const session::Places& places);

// An error for each option that changes a boot, where none is made; for each plugin that does nothing here.
Errors idle_in_lint(const Arguments& arguments, const LintInput& input);

struct Linted {
  std::string text{};
  std::size_t findings = 0;
};

// `format`: text or json. Errors: what plugins did wrong.
Result<Linted> lint(LintInput& input, std::string_view format);

}  // namespace memmap::answer
