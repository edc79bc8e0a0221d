#include "report/answers/walk.h"

#include <fmt/format.h>

#include "account/memory_use.h"
#include "answer/addresses.h"
#include "choices.h"
#include "commands/commands.h"
#include "messages.h"
#include "output.h"
#include "request.h"
#include "text_output.h"

namespace memmap::cli {
ExitCode run_walk(const Arguments& arguments) {
  const auto format = format_of(arguments, kAnswerFormats);
  if (!format) return bad_input(format.errors());
  const auto questions = answer::addresses_of(arguments);
  Errors errors;
  if (!questions) append(errors, questions.errors());
  const std::string asked_root = arguments.get("--root").value_or("kernel");
  const auto root = boot::root_named(asked_root);
  if (!root) {
    errors.push_back({fmt::format("--root `{}`: {} are the roots", asked_root,
                                  fmt::join(boot::root_names(), ", ")),
                      {"memmap"}});
  }
  if (!errors.empty()) return bad_input(errors);
  auto session = open_session(arguments);
  if (!session) return bad_input(session.errors());
  const Errors idle = idle_plugins(*session, "walk");
  if (!idle.empty()) return bad_input(idle);
  const auto outcome = session->boot();
  if (!outcome) return bad_input(outcome.errors());

  if (boot::tables_of(*outcome, *root) == nullptr) {
    return bad_input(
        {{fmt::format("--root {}: {}", asked_root, boot::why_not(*outcome, *root)), {"memmap"}}});
  }

  const std::vector<account::Piece> pieces = account::memory_use(*outcome);
  const Destination destination = destination_of(arguments);
  const Status written = write_output(
      destination, *format == "json" ? report::walk_to_json(*outcome, *root, pieces, *questions)
                                     : report::walk_to_text(*outcome, *root, pieces, *questions,
                                                            text_style(destination)));
  return written ? ExitCode::good : bad_input(written.errors());
}

}  // namespace memmap::cli
