#include "answer/lint.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "input/formats.h"
#include "kernel/command_line.h"
#include "lint/lint.h"
#include "machine/visit.h"
#include "report/answers/lint.h"
#include "report/form/names.h"
#include "session/source.h"

namespace memmap::answer {
namespace {

// Options given that only a source of a machine, or a log, could follow.
Errors without_effect(const input::ReadOptions& given, std::string_view source,
                      std::string_view what) {
  Errors out;
  if (given.format) out.push_back(session::no_effect("--input-format", source, what));
  if (given.columns) out.push_back(session::no_effect("--columns", source, what));
  if (given.boot) out.push_back(session::no_effect("--boot", source, what));
  if (given.side) out.push_back(session::no_effect("--side", source, what));
  return out;
}

// Behind each line, as a boot loader adds it; what is added stands nowhere in the file.
void append_to(std::vector<input::FoundCommandLine>& lines, const std::string& append) {
  if (append.empty()) return;
  for (input::FoundCommandLine& line : lines) {
    if (line.is_badram) continue;
    const input::TextPlace end = line.places.back();
    line.text = kernel::appended(line.text, append);
    line.places.resize(line.text.size() + 1, end);
  }
}

// --boot and --side are the file's, if that is a log; else that of the machine's source.
Result<LintInput> of_file(const std::string& file, const input::Source& source,
                          const input::ReadOptions& options, const std::string& append,
                          session::Request request, const session::Places& places) {
  auto found = input::read_command_lines(source, options);
  if (!found) return found.errors();
  append_to(found->lines, append);
  const bool is_log = found->format == "log";
  std::optional<Machine> told;
  if (request.source) {
    if (is_log) request.source->boot.reset();
    if (is_log) request.source->side.reset();
  } else {
    Errors errors = without_effect({.format = options.format,
                                    .boot = is_log ? std::nullopt : options.boot,
                                    .columns = options.columns,
                                    .side = is_log ? std::nullopt : options.side},
                                   file, found->format);
    if (!errors.empty()) return errors;
    // A boot log tells of its machine as well, if it has a map.
    if (is_log) {
      auto machine = input::read_machine(source, options);
      // A map that is there and cannot be taken, or a kernel of another kind: said by line.
      if (!machine && machine.errors().front().origin.line != 0) return machine.errors();
      if (machine) told = *std::move(machine);
    }
  }
  auto session = told ? session::Session::open(std::move(request), places, *std::move(told))
                      : session::Session::open(std::move(request), places);
  if (!session) return session.errors();
  return LintInput{file, std::move(found->text), std::move(found->lines), append,
                   *std::move(session)};
}

// The line that is given, or that the machine tells.
Result<LintInput> of_line(const std::optional<std::string>& given, const std::string& append,
                          const input::ReadOptions& options, session::Request request,
                          const session::Places& places) {
  if (!given && !request.source) {
    return Error{"a command line is missing: give a file, --cmdline or --machine", {"memmap"}};
  }
  if (!request.source) {
    Errors errors = without_effect(options, "--cmdline", "a command line alone");
    if (!errors.empty()) return errors;
  }
  auto session = session::Session::open(std::move(request), places);
  if (!session) return session.errors();
  const auto& machine = session->machine();
  if (!given && !machine->command_line && append.empty()) {
    return Error{"the machine does not tell its command line; give it with --cmdline", {"memmap"}};
  }
  std::string name = given ? "--cmdline" : machine->command_line ? machine->source : "--append";
  std::string line = kernel::appended(given ? *given : machine->command_line.value_or(""), append);
  auto found = input::plain_line(line);
  return LintInput{std::move(name), std::move(line), {std::move(found)}, {}, *std::move(session)};
}

// A machine that somebody wrote down: its line is one of its members.
bool is_scenario(const input::Source& source) {
  return source.bytes.find(kScenarioSchema) != std::string::npos;
}

// A machine whose line the file does not tell: what is appended is all of it, as in `simulate`.
bool is_machine_alone(const input::Source& source, const input::ReadOptions& options) {
  return !input::read_command_lines(source, options) && input::read_machine(source, options);
}

std::string nth_line(std::string_view text, std::size_t number) {
  for (; number > 1; --number) {
    const std::size_t end = text.find('\n');
    if (end == text.npos) return {};
    text.remove_prefix(end + 1);
  }
  text = text.substr(0, text.find('\n'));
  if (text.ends_with('\r')) text.remove_suffix(1);
  return std::string(text);
}

report::PlacedFinding placed(lint::Finding finding, const input::FoundCommandLine& line,
                             const LintInput& input) {
  report::PlacedFinding out;
  const std::size_t added = line.is_badram ? 0 : input.append.size();
  if (const std::size_t own = line.text.size() - added; added != 0 && finding.at >= own) {
    out.source = "--append";
    out.column = finding.at - own + 1;
    out.length = std::max<std::size_t>(finding.size, 1);
    out.line_text = input.append;
    out.finding = std::move(finding);
    return out;
  }
  const input::TextPlace from = line.places[std::min(finding.at, line.places.size() - 1)];
  out.line = from.line;
  out.column = from.column;
  // To the last byte of it that stands on the same line.
  const std::size_t end = std::min(finding.at + finding.size, line.places.size());
  for (std::size_t i = finding.at; i < end; ++i) {
    const input::TextPlace at = line.places[i];
    if (at.line == from.line && at.column >= from.column) out.length = at.column - from.column + 1;
  }
  out.line_text = nth_line(input.bytes, from.line);
  out.finding = std::move(finding);
  return out;
}

// The notes of a boot with this line, if there is a machine to boot.
Result<std::vector<std::string>> notes_of(const session::Session& session, session::Rules* rules,
                                          const std::string& line) {
  std::vector<std::string> out = session.notes();
  if (rules != nullptr) {
    boot::Options options = session.options(*rules);
    options.command_line = line;
    const auto outcome = session.boot(*rules, options);
    if (!outcome) return outcome.errors();
    out = outcome->subject.notes;
  }
  const kernel::Profile& kernel = session.profile();
  if (rules == nullptr && kernel.parameters.empty())
    out.emplace_back(
        "this kernel's parameters are not listed: of words that it does not know nothing is told");
  if (!kernel.verified) out.push_back(report::not_verified_note(kernel.name));
  return out;
}

// Of several lines each note once.
void add_new(std::vector<std::string>& notes, const std::vector<std::string>& more) {
  for (const std::string& text : more) {
    if (std::ranges::find(notes, text) == notes.end()) notes.push_back(text);
  }
}

}  // namespace

Result<LintInput> lint_input(LintWish wish, const session::Places& places) {
  session::Request& request = wish.request;
  // The lines to look at are what is booted, one after the other.
  const auto line = std::exchange(request.command_line, std::nullopt);
  const auto append = std::exchange(request.append, {});
  const input::ReadOptions& options = wish.options;
  if (!wish.file) return of_line(line, append, options, std::move(request), places);
  if (line) return Error{"a file and --cmdline each give a command line; give one", {"memmap"}};
  const auto source =
      wish.opened ? Result<input::Source>(*wish.opened) : input::open_source(*wish.file);
  if (!source) return source.errors();
  if (!request.source &&
      (is_scenario(*source) || (!append.empty() && is_machine_alone(*source, options)))) {
    request.source = session::Source{session::SourceKind::named,
                                     *wish.file,
                                     options.format,
                                     options.boot,
                                     options.columns,
                                     options.side,
                                     wish.opened};
    return of_line(line, append, options, std::move(request), places);
  }
  return of_file(*wish.file, *source, options, append, std::move(request), places);
}

Errors idle_in_lint(const Arguments& arguments, const LintInput& input) {
  if (input.session.machine()) return session::idle_plugins(input.session.named(), "lint");
  Errors out;
  session::add_no_effect(arguments,
                         {"--no-entry-limit", "--plugin", "--without-plugin", "--plugin-dir",
                          "--plugin-timeout", "--isolate-plugins", "--isolate-unprotected"},
                         input.name, "no machine is booted", out);
  return out;
}

Result<Linted> lint(LintInput& input, std::string_view format) {
  session::Session& session = input.session;
  const Machine* machine = session.machine() ? &*session.machine() : nullptr;
  std::optional<session::Rules> rules;
  if (machine != nullptr) {
    auto made = session.rules();
    if (!made) return made.errors();
    rules = *std::move(made);
  }
  auto notes = notes_of(session, rules ? &*rules : nullptr, input.lines.front().text);
  if (!notes) return notes.errors();

  report::LintSubject subject{
      .source = input.name, .kernel = session.profile().name, .notes = *std::move(notes)};
  if (machine != nullptr) subject.machine = machine->source;
  std::vector<report::LintedLine> lines;
  Linted out;
  for (const input::FoundCommandLine& line : input.lines) {
    report::LintedLine& linted = lines.emplace_back();
    linted.command_line = line.text;
    linted.is_badram = line.is_badram;
    lint::Subject about{line.text, session.profile(), machine};
    about.is_badram = line.is_badram;
    if (rules) about.boot = session.options(*rules);
    Errors faults;
    about.faults = &faults;
    if (!line.is_badram) add_new(subject.notes, lint::advice(about));
    for (lint::Finding& finding : lint::lint(about)) {
      linted.findings.push_back(placed(std::move(finding), line, input));
    }
    if (!faults.empty()) return faults;
    out.findings += linted.findings.size();
  }
  out.text = format == "json" ? report::lint_to_json(subject, lines)
                              : report::lint_to_text(subject, lines);
  return out;
}

}  // namespace memmap::answer
