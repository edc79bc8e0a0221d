#include "report/answers/verify.h"

#include <algorithm>
#include <utility>

#include "choices.h"
#include "commands/commands.h"
#include "input/formats.h"
#include "input/log/memblock_log.h"
#include "messages.h"
#include "output.h"
#include "replay/replay.h"
#include "request.h"
#include "session/proc_lines.h"
#include "text_output.h"
#include "witness/kinds.h"

namespace memmap::cli {
namespace {

// The calls of a log made with memblock=debug; nullopt: it has none, or not enough to replay.
std::optional<replay::Report> replayed(const std::string& file, const session::Session& session,
                                       const input::ReadOptions& options) {
  const auto source = input::open_source(file);
  if (!source || source->bytes.find("MEMBLOCK configuration:") == std::string::npos)
    return std::nullopt;
  const auto log = input::read_memblock_log(*source, options);
  if (!log) return std::nullopt;
  return replay::replay(*log, replay::settings_for(session.profile(), session.command_line()));
}

Result<report::VerifiedLog> compared(session::Session& session, std::string file) {
  if (session.machine()->log.lines.empty()) {
    return Error{"holds no statement of a kernel's: nothing tells what became of the memory",
                 {std::move(file)}};
  }
  auto rules = session.rules();
  if (!rules) return rules.errors();
  boot::Options options = session.options(*rules);
  const boot::Inputs inputs(*session.machine(), session.profile(), options);
  auto outcome = session.boot(*rules, options, inputs);
  if (!outcome) return outcome.errors();
  return report::VerifiedLog{.file = std::move(file),
                             .subject = std::move(outcome->subject),
                             .comparison = session.compare_log(inputs, *outcome)};
}

// A log that is the machine's source; or one beside a machine that --machine tells of.
Result<report::VerifiedLog> verified(const Asked& wanted, const std::string& file,
                                     const input::ReadOptions& options) {
  session::Request request = wanted.request;
  const bool alone = !request.source;
  if (alone) {
    request.source =
        session::Source{session::SourceKind::named, file, options.format, options.boot};
  } else {
    request.source->format.reset();  // both are the log's
    request.source->boot.reset();
  }
  auto session = session::Session::open(std::move(request), wanted.places);
  if (!session) return session.errors();
  if (!alone) {
    input::ReadOptions kept = options;
    kept.keep = witness::is_statement;
    auto log = input::read_machine(file, kept);
    if (!log) return log.errors();
    session->take_log(std::move(log->log));
  }
  auto out = compared(*session, file);
  if (out) out->calls = replayed(file, *session, options);
  return out;
}

Result<report::VerifiedLog> live(const Asked& wanted) {
  session::Request request = wanted.request;
  request.source = session::Source{.kind = session::SourceKind::live};
  auto session = session::Session::open(std::move(request), wanted.places);
  if (!session) return session.errors();
  session::ProcLines proc = session::read_proc_lines("");
  KernelLog log = session->machine()->log;
  if (log.lines.empty()) proc.unread.push_back("the kernel's log has no statement, or is for root");
  log.lines.insert(log.lines.end(), proc.lines.begin(), proc.lines.end());
  session->take_log(std::move(log));
  auto out = compared(*session, "--live");
  if (out) out->unread = std::move(proc.unread);
  return out;
}

}  // namespace

ExitCode run_verify(const Arguments& arguments) {
  const auto format = format_of(arguments, kAnswerFormats);
  if (!format) return bad_input(format.errors());
  const auto options = read_options(arguments);
  if (!options) return bad_input(options.errors());
  auto wanted = asked(arguments);
  if (!wanted) return bad_input(wanted.errors());
  const bool of_this_machine = arguments.has("--live");
  const auto files = arguments.all("LOG");
  if (of_this_machine ? !files.empty() : files.empty())
    return bad_usage(of_this_machine ? "--live takes no log: it reads this machine's own"
                                     : "a log is missing, or --live");
  if (wanted->request.source && !of_this_machine && files.size() > 1)
    return bad_usage("--machine tells of one machine, so that one log goes with it");
  if (of_this_machine && (arguments.has("--machine") || options->boot || options->format))
    return bad_input({session::no_effect("--machine, --boot or --input-format", "--live",
                                         "this machine, of this boot")});
  std::vector<report::VerifiedLog> logs;
  Errors errors;
  const auto take = [&](Result<report::VerifiedLog> log) {
    if (log) {
      logs.push_back(*std::move(log));
    } else {
      append(errors, log.errors());
    }
  };
  if (of_this_machine) take(live(*wanted));
  for (const std::string& file : files) take(verified(*wanted, file, *options));
  if (!errors.empty()) return bad_input(errors);
  const Destination destination = destination_of(arguments);
  const Status written = write_output(
      destination, *format == "json" ? report::verify_to_json(logs)
                                     : report::verify_to_text(logs, text_style(destination)));
  if (!written) return bad_input(written.errors());
  const bool differs = std::ranges::any_of(logs, &report::VerifiedLog::differs);
  return differs ? ExitCode::difference : ExitCode::good;
}

}  // namespace memmap::cli
