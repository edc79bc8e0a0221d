#include "report/answers/walk.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "account/memory_use.h"
#include "base/number.h"
#include "commands/commands.h"
#include "messages.h"
#include "output.h"
#include "request.h"
#include "text_output.h"

namespace memmap::cli {
namespace {

constexpr std::array<std::string_view, 2> kFormats{"text", "json"};
constexpr std::string_view kPhysical = "phys:";
constexpr std::string_view kVirtual = "virt:";
constexpr unsigned kMaxPhysicalBits = 52;

// `phys:` or `virt:` says which; else what may be a physical address is one.
Result<report::WalkQuestion> question_of(std::string_view text) {
  const bool physical = text.starts_with(kPhysical);
  const bool is_said = physical || text.starts_with(kVirtual);
  const std::string_view number = is_said ? text.substr(kPhysical.size()) : text;
  const auto address = parse_u64(number);
  if (!address) {
    return Error{fmt::format("ADDRESS `{}`: {}", text, address.errors().front().message),
                 {"memmap"}};
  }
  const bool can_be_physical = *address >> kMaxPhysicalBits == 0;
  if (physical && !can_be_physical) {
    return Error{fmt::format("ADDRESS `{}`: physical addresses of x86-64 have at most {} bits",
                             text, kMaxPhysicalBits),
                 {"memmap"}};
  }
  return report::WalkQuestion{*address, is_said ? physical : can_be_physical};
}

}  // namespace

ExitCode run_walk(const Arguments& arguments) {
  const auto format = format_of(arguments, kFormats);
  if (!format) return bad_input(format.errors());
  std::vector<report::WalkQuestion> questions;
  Errors errors;
  const std::string asked = arguments.get("ADDRESS").value_or("");
  for (std::size_t at = 0; at <= asked.size();) {
    const std::size_t comma = std::min(asked.find(',', at), asked.size());
    const auto question = question_of(std::string_view(asked).substr(at, comma - at));
    at = comma + 1;
    if (question) {
      questions.push_back(*question);
    } else {
      append(errors, question.errors());
    }
  }
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
      destination, *format == "json" ? report::walk_to_json(*outcome, *root, pieces, questions)
                                     : report::walk_to_text(*outcome, *root, pieces, questions,
                                                            text_style(destination)));
  return written ? ExitCode::good : bad_input(written.errors());
}

}  // namespace memmap::cli
