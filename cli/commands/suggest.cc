#include "answer/suggest.h"

#include "choices.h"
#include "commands/commands.h"
#include "messages.h"
#include "output.h"
#include "request.h"
#include "text_output.h"

namespace memmap::cli {

ExitCode run_suggest(const Arguments& given) {
  const auto format = format_of(given, kAnswerFormats);
  if (!format) return bad_input(format.errors());
  const auto wish = answer::suggest_wish(given);
  if (!wish) return bad_input(wish.errors());
  auto session = open_session(wish->arguments);
  if (!session) return bad_input(session.errors());
  const Errors idle = session::idle_plugins(session->named(), "suggest");
  if (!idle.empty()) return bad_input(idle);
  const Destination destination = destination_of(given);
  const auto answer = answer::suggest(*session, *wish, *format, text_style(destination));
  if (!answer) return bad_input(answer.errors());
  const Status written = write_output(destination, answer->text);
  if (!written) return bad_input(written.errors());
  return answer->holds ? ExitCode::good : ExitCode::difference;
}

}  // namespace memmap::cli
