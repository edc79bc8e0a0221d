#include "report/answers/kaslr.h"

#include "choices.h"
#include "commands/commands.h"
#include "kaslr/possible_places.h"
#include "messages.h"
#include "output.h"
#include "request.h"
#include "session/image_places.h"
#include "text_output.h"

namespace memmap::cli {
ExitCode run_kaslr(const Arguments& arguments) {
  const auto format = format_of(arguments, kAnswerFormats);
  if (!format) return bad_input(format.errors());
  auto session = open_session(arguments);
  if (!session) return bad_input(session.errors());
  const Errors idle = idle_plugins(*session, "kaslr");
  if (!idle.empty()) return bad_input(idle);
  const kaslr::PossiblePlaces places = session::image_places(*session);
  const auto boots = session::boot_by_place(*session, places);
  if (!boots) return bad_input(boots.errors());
  const report::KaslrAnswer answer{boots->subject, places, boots->answers, arguments.has("--list")};
  const Destination destination = destination_of(arguments);
  const Status written = write_output(
      destination, *format == "json" ? report::kaslr_to_json(answer)
                                     : report::kaslr_to_text(answer, text_style(destination)));
  return written ? ExitCode::good : bad_input(written.errors());
}

}  // namespace memmap::cli
