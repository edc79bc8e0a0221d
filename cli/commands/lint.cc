#include "answer/lint.h"

#include <utility>

#include "choices.h"
#include "commands/commands.h"
#include "messages.h"
#include "output.h"
#include "report/answers/lint.h"
#include "request.h"

namespace memmap::cli {
namespace {

Result<answer::LintInput> input_of(const Arguments& arguments) {
  const auto options = read_options(arguments);
  if (!options) return options.errors();
  auto wanted = asked(arguments);
  if (!wanted) return wanted.errors();
  return answer::lint_input(
      {.file = arguments.get("FILE"), .options = *options, .request = std::move(wanted->request)},
      wanted->places);
}

ExitCode list_rules(const Arguments& arguments) {
  const Status alone = refuse_others(arguments, {"--list", "--output", "--force"}, "lint --list",
                                     "the rules, whatever the line");
  if (!alone) return bad_input(alone.errors());
  const Status written = write_output(destination_of(arguments), report::lint_rules_to_text());
  return written ? ExitCode::good : bad_input(written.errors());
}

}  // namespace

ExitCode run_lint(const Arguments& arguments) {
  if (arguments.has("--list")) return list_rules(arguments);
  const auto format = format_of(arguments, kAnswerFormats);
  if (!format) return bad_input(format.errors());
  auto input = input_of(arguments);
  if (!input) return bad_input(input.errors());
  const Errors idle = answer::idle_in_lint(arguments, *input);
  if (!idle.empty()) return bad_input(idle);
  const auto answer = answer::lint(*input, *format);
  if (!answer) return bad_input(answer.errors());
  const Status written = write_output(destination_of(arguments), answer->text);
  if (!written) return bad_input(written.errors());
  return answer->findings != 0 ? ExitCode::difference : ExitCode::good;
}

}  // namespace memmap::cli
