#include "answer/kaslr.h"

#include "choices.h"
#include "commands/commands.h"
#include "messages.h"
#include "output.h"
#include "request.h"
#include "text_output.h"

namespace memmap::cli {

ExitCode run_kaslr(const Arguments& arguments) {
  const auto format = format_of(arguments, kAnswerFormats);
  if (!format) return bad_input(format.errors());
  auto session = open_session(arguments);
  if (!session) return bad_input(session.errors());
  const Errors idle = session::idle_plugins(session->named(), "kaslr");
  if (!idle.empty()) return bad_input(idle);
  const Destination destination = destination_of(arguments);
  const auto listed = arguments.has("--list") ? answer::Places::each : answer::Places::stretches;
  const auto answer = answer::kaslr(*session, listed, *format, text_style(destination));
  if (!answer) return bad_input(answer.errors());
  const Status written = write_output(destination, *answer);
  return written ? ExitCode::good : bad_input(written.errors());
}

}  // namespace memmap::cli
