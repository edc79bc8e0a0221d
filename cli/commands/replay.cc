#include "replay/replay.h"

#include "choices.h"
#include "commands/commands.h"
#include "input/log/memblock_log.h"
#include "machine/machine.h"
#include "messages.h"
#include "output.h"
#include "report/answers/replay.h"
#include "report/form/names.h"
#include "request.h"

namespace memmap::cli {
namespace {

// What such a log tells of its machine.
Machine told_by(const replay::Log& log) {
  return {.source = log.name,
          .notes = log.notes,
          .command_line = log.command_line,
          .kernel_release = log.release};
}

}  // namespace

ExitCode run_replay(const Arguments& arguments) {
  const auto format = format_of(arguments, kAnswerFormats);
  if (!format) return bad_input(format.errors());
  const auto options = read_options(arguments);
  if (!options) return bad_input(options.errors());
  const auto source = input::open_source(arguments.get("LOG").value_or("-"));
  if (!source) return bad_input(source.errors());
  const auto log = input::read_memblock_log(*source, *options);
  if (!log) return bad_input(log.errors());
  auto wanted = asked(arguments);
  if (!wanted) return bad_input(wanted.errors());
  const auto session =
      session::Session::open(std::move(wanted->request), wanted->places, told_by(*log));
  if (!session) return bad_input(session.errors());

  report::ReplaySubject subject;
  subject.log = log->name;
  subject.kernel = session->profile().name;
  subject.command_line = session->command_line();
  subject.lines_of_no_list = log->lines_of_no_list;
  subject.notes = session->notes();
  if (!session->profile().verified) {
    subject.notes.push_back(report::not_verified_note(subject.kernel));
  }
  const replay::Report found =
      replay::replay(*log, replay::settings_for(session->profile(), subject.command_line));
  const Status written = write_output(destination_of(arguments),
                                      *format == "json" ? report::replay_to_json(subject, found)
                                                        : report::replay_to_text(subject, found));
  if (!written) return bad_input(written.errors());
  return found.mismatch_count == 0 ? ExitCode::good : ExitCode::difference;
}

}  // namespace memmap::cli
