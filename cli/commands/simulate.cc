#include "answer/simulate.h"

#include <fmt/format.h>

#include <algorithm>

#include "commands/commands.h"
#include "messages.h"
#include "output.h"
#include "pager.h"
#include "request.h"
#include "text_output.h"

namespace memmap::cli {
namespace {

bool warned(const boot::Outcome& outcome) {
  return std::ranges::any_of(outcome.events, [](const Event& e) {
    return e.severity == Severity::warning || e.severity == Severity::panic;
  });
}

// The boot of --against, asked for as the first is but for its source; nullopt: there is none.
Result<std::optional<boot::Outcome>> other_boot(const Arguments& arguments,
                                                session::Request request,
                                                const session::Places& places) {
  const auto source = arguments.get("--against");
  if (!source) return std::optional<boot::Outcome>();
  request.source = session::Source{.kind = session::SourceKind::named, .text = *source};
  auto session = session::Session::open(std::move(request), places);
  if (!session) return session.errors();
  auto outcome = session->boot();
  if (!outcome) return outcome.errors();
  return std::optional(*std::move(outcome));
}

// Bytes that a terminal would not show.
Status refuse_terminal(const std::string& format, const Destination& destination) {
  if ((format != "png" && format != "pdf") || !is_terminal(destination)) return Done{};
  return Error{fmt::format("--format {} is not for a terminal; name a file with -o", format),
               {"memmap"}};
}

}  // namespace

ExitCode run_simulate(const Arguments& arguments) {
  auto wanted = asked_of_machine(arguments);
  if (!wanted) return bad_input(wanted.errors());
  const Destination destination = destination_of(arguments);
  const auto style = text_style(destination, arguments);
  if (!style) return bad_input(style.errors());
  const auto wish = answer::simulate_wish(arguments, *style);
  if (!wish) return bad_input(wish.errors());
  if (const Status bytes = refuse_terminal(wish->format, destination); !bytes)
    return bad_input(bytes.errors());
  const bool head = answer::has_head(wish->format);
  wanted->request.log = head ? session::LogUse::compared : session::LogUse::noted;
  const auto against = other_boot(arguments, wanted->request, wanted->places);
  if (!against) return bad_input(against.errors());
  auto session = session::Session::open(std::move(wanted->request), wanted->places);
  if (!session) return bad_input(session.errors());
  const auto done = answer::simulate(*session, *wish, *against ? &**against : nullptr);
  if (!done) return bad_input(done.errors());
  const Status written = write_paged(destination, done->bytes, arguments);
  if (!written) return bad_input(written.errors());
  for (const std::string& text : done->notes) note(text);
  note_log(done->outcome);
  const boot::Outcome& outcome = done->outcome;
  const bool found = std::ranges::any_of(
      outcome.checks, [](const boot::CheckReport& c) { return !c.findings.empty(); });
  const bool strict = arguments.has("--strict") && warned(outcome);
  return found || strict ? ExitCode::difference : ExitCode::good;
}

}  // namespace memmap::cli
