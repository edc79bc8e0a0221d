#include "report/answers/kdump.h"

#include <fmt/format.h>

#include "choices.h"
#include "commands/commands.h"
#include "initrd.h"
#include "messages.h"
#include "output.h"
#include "request.h"
#include "suggest/crashkernel.h"
#include "text_output.h"

namespace memmap::cli {
ExitCode run_kdump(const Arguments& arguments) {
  const auto format = format_of(arguments, kAnswerFormats);
  if (!format) return bad_input(format.errors());
  auto session = open_session(arguments);
  if (!session) return bad_input(session.errors());
  const Errors idle = idle_plugins(*session, "kdump");
  if (!idle.empty()) return bad_input(idle);
  const auto wish = kdump_wish_of(arguments, *session->machine());
  if (!wish) return bad_input(wish.errors());
  auto rules = session->rules_without_checks();
  if (!rules) return bad_input(rules.errors());
  const boot::Options options = session->options(*rules);
  const auto outcome = session->boot(*rules, options);
  if (!outcome) return bad_input(outcome.errors());

  const std::string line = session->command_line();
  suggest::Subject subject{*session->machine(), session->profile(), options, line};
  std::string crashkernel;
  if (const auto given = arguments.get("--crash-kernel")) {
    subject.line = suggest::line_without(line, "crashkernel");
    crashkernel = "crashkernel=" + *given;
  }
  suggest::Prover first(subject);
  const auto kdump = suggest::run_kdump(first, crashkernel, *wish);
  if (!kdump) return bad_input(kdump.errors());
  suggest::Subject without = subject;
  without.line = suggest::line_without(line, "crashkernel");
  suggest::Prover prover(without);
  const auto smallest = suggest::smallest_crashkernel(prover, *wish);
  if (!smallest) return bad_input(smallest.errors());

  const report::KdumpAnswer answer{outcome->subject, *kdump, *wish, *smallest};
  const Destination destination = destination_of(arguments);
  const Status written = write_output(
      destination, *format == "json" ? report::kdump_to_json(answer)
                                     : report::kdump_to_text(answer, text_style(destination)));
  if (!written) return bad_input(written.errors());
  return kdump->end == suggest::KdumpEnd::gets_up ? ExitCode::good : ExitCode::difference;
}

}  // namespace memmap::cli
