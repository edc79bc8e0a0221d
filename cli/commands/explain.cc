#include "report/answers/explain.h"

#include <algorithm>

#include "account/ledger.h"
#include "account/memory_use.h"
#include "answer/addresses.h"
#include "choices.h"
#include "commands/commands.h"
#include "messages.h"
#include "output.h"
#include "request.h"
#include "text_output.h"

namespace memmap::cli {
namespace {

// Where an option names the machine, what stands alone is the address.
Arguments with_address(const Arguments& given) {
  const auto kinds = session::kinds_of_source();
  const bool named =
      std::ranges::any_of(kinds, [&](const auto& kind) { return given.has(kind.option); });
  if (!named || !given.has("SOURCE") || given.has("ADDRESS")) return given;
  Arguments out;
  for (const std::string_view name : given.names()) {
    for (const std::string& value : given.all(name))
      out.add(name == "SOURCE" ? "ADDRESS" : std::string(name), value);
  }
  return out;
}

Result<report::ExplainQuestion> question_of(const Arguments& arguments) {
  report::ExplainQuestion out{.only_lost = arguments.has("--lost")};
  if (!arguments.has("ADDRESS")) return out;
  if (out.only_lost) {
    return session::no_effect("--lost", arguments.get("ADDRESS").value_or(""),
                              "an address: its story tells whether it is lost");
  }
  auto addresses = answer::addresses_of(arguments);
  if (!addresses) return addresses.errors();
  out.addresses = *std::move(addresses);
  return out;
}

}  // namespace

ExitCode run_explain(const Arguments& given) {
  const Arguments arguments = with_address(given);
  const auto format = format_of(arguments, kAnswerFormats);
  if (!format) return bad_input(format.errors());
  const auto question = question_of(arguments);
  if (!question) return bad_input(question.errors());
  auto wanted = asked_of_machine(arguments);
  if (!wanted) return bad_input(wanted.errors());
  wanted->request.record_memblock = !question->addresses.empty();
  wanted->request.log = session::LogUse::noted;
  auto session = session::Session::open(std::move(wanted->request), wanted->places);
  if (!session) return bad_input(session.errors());
  const Errors idle = session::idle_plugins(session->named(), "explain");
  if (!idle.empty()) return bad_input(idle);
  const auto outcome = session->boot();
  if (!outcome) return bad_input(outcome.errors());

  const std::vector<account::Piece> pieces = account::memory_use(*outcome);
  const account::Ledger ledger = account::ledger(*outcome, pieces);
  const report::Account account{*outcome, pieces, ledger};
  const Destination destination = destination_of(arguments);
  const Status written = write_output(
      destination, *format == "json"
                       ? report::explain_to_json(account, *question)
                       : report::explain_to_text(account, *question, text_style(destination)));
  return written ? ExitCode::good : bad_input(written.errors());
}

}  // namespace memmap::cli
