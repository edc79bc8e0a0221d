#include "report/answers/access.h"

#include <fmt/format.h>

#include <algorithm>

#include "access/run.h"
#include "boot/inputs.h"
#include "choices.h"
#include "commands/commands.h"
#include "input/open/source.h"
#include "input/script/script.h"
#include "messages.h"
#include "output.h"
#include "plugin/adapt/watch.h"
#include "report/form/names.h"
#include "request.h"
#include "text_output.h"

namespace memmap::cli {
namespace {

Result<access::Script> script_of(const Arguments& arguments) {
  const auto file = arguments.get("SCRIPT");
  const auto lines = arguments.all("--do");
  if (file && !lines.empty()) {
    return Error{"SCRIPT and --do both give a script; give one", {"memmap"}};
  }
  if (!lines.empty()) return input::read_script_lines("--do", lines);
  if (!file) return Error{"a script is missing: give a file or --do", {"memmap"}};
  const auto source = input::open_source(*file);
  if (!source) return source.errors();
  return input::read_script(*file, source->bytes);
}

std::string render(const boot::Outcome& outcome, const access::Script& script,
                   const access::Answers& answers, std::string_view format,
                   const Destination& destination) {
  if (format == "json") return report::access_to_json(outcome, script.source, answers);
  if (format == "memtype") return report::to_memtype_list(answers);
  return report::access_to_text(outcome, script.source, answers, text_style(destination));
}

}  // namespace

ExitCode run_access(const Arguments& arguments) {
  const auto format = format_of(arguments, kAccessFormats);
  if (!format) return bad_input(format.errors());
  const auto script = script_of(arguments);
  if (!script) return bad_input(script.errors());
  auto session = open_session(arguments);
  if (!session) return bad_input(session.errors());
  Errors idle;
  for (const std::string& name : session->named().only_reports) {
    idle.push_back(session::no_effect(fmt::format("--plugin {}", name), "access",
                                      "it writes no report with plugins"));
  }
  if (!idle.empty()) return bad_input(idle);
  auto rules = session->rules();
  if (!rules) return bad_input(rules.errors());
  boot::Options options = session->options(*rules);
  const boot::Inputs inputs(*session->machine(), session->profile(), options);
  auto outcome = session->boot(*rules, options, inputs);
  if (!outcome) return bad_input(outcome.errors());
  session->hear_log(inputs, *outcome);
  if (outcome->panicked) {
    return bad_input({{"the kernel panics before the hand-over: no access can be answered",
                       {session->machine()->source}}});
  }

  plugin::Watch watch(rules->checks, *outcome, inputs.facts());
  const auto answers =
      access::run(*script, *outcome, inputs, rules->checks.empty() ? nullptr : &watch);
  if (!answers) return bad_input(answers.errors());
  auto checks = plugin::reports_of(rules->checks);
  if (!checks) return bad_input(checks.errors());
  outcome->checks = *std::move(checks);
  const Destination destination = destination_of(arguments);
  if (*format == "memtype") {
    if (!session->profile().verified) note(report::not_verified_note(session->profile().name));
    if (!answers->pat_enabled) note("nothing to print as memtype: PAT is off");
  }
  const Status written =
      write_output(destination, render(*outcome, *script, *answers, *format, destination));
  if (!written) return bad_input(written.errors());
  const bool found = std::ranges::any_of(
      outcome->checks, [](const boot::CheckReport& c) { return !c.findings.empty(); });
  return found ? ExitCode::difference : ExitCode::good;
}

}  // namespace memmap::cli
