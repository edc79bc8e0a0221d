#include "lint/lint.h"

#include <array>
#include <optional>

#include "commands/commands.h"
#include "input/log/command_lines.h"
#include "kernel/command_line.h"
#include "machine_source.h"
#include "messages.h"
#include "named_plugins.h"
#include "output.h"
#include "plugin/chain.h"
#include "plugins.h"
#include "profile/kernel_choice.h"
#include "report/answers/lint.h"
#include "share.h"

namespace memmap::cli {
namespace {

constexpr std::array<std::string_view, 2> kFormats{"text", "json"};

// What is looked at, and the machine it is for, as far as they are given.
struct Input {
  std::string name{};
  std::string bytes{};  // of which the findings show lines
  std::vector<input::FoundCommandLine> lines{};
  std::optional<Machine> machine{};
};

Result<Input> input_of(const Arguments& arguments) {
  Input out;
  if (names_machine(arguments)) {
    auto machine = machine_of(arguments);
    if (!machine) return machine.errors();
    out.machine = std::move(*machine);
  }
  const auto file = arguments.get("FILE");
  const auto text = arguments.get("--cmdline");
  const std::string more = arguments.get("--append").value_or("");
  if (file && (text || !more.empty())) {
    return Error{"a file and --cmdline or --append each give a command line; give one", {"memmap"}};
  }
  if (file) {
    const auto source = input::open_source(*file);
    if (!source) return source.errors();
    const auto options = read_options(arguments);
    if (!options) return options.errors();
    auto found = input::read_command_lines(*source, *options);
    if (!found) return found.errors();
    out.name = *file;
    out.bytes = std::move(found->text);
    out.lines = std::move(found->lines);
    // A boot log tells of its machine as well, if it has a map.
    if (found->format == "log" && !out.machine) {
      if (auto machine = input::read_machine(*source, *options)) out.machine = std::move(*machine);
    }
    return out;
  }
  if (!text && !(out.machine && out.machine->command_line)) {
    return Error{out.machine ? "the machine does not tell its command line; give it with --cmdline"
                             : "a command line is missing: give a file, --cmdline or --machine",
                 {"memmap"}};
  }
  out.name = text ? "--cmdline" : out.machine->source;
  out.bytes = kernel::appended(text ? *text : *out.machine->command_line, more);
  out.lines = {input::plain_line(out.bytes)};
  return out;
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
                             std::string_view bytes) {
  report::PlacedFinding out;
  const input::TextPlace from = line.places[std::min(finding.at, line.places.size() - 1)];
  out.line = from.line;
  out.column = from.column;
  // To the last byte of it that stands on the same line.
  const std::size_t end = std::min(finding.at + finding.size, line.places.size());
  for (std::size_t i = finding.at; i < end; ++i) {
    const input::TextPlace at = line.places[i];
    if (at.line == from.line && at.column >= from.column) out.length = at.column - from.column + 1;
  }
  out.line_text = nth_line(bytes, from.line);
  out.finding = std::move(finding);
  return out;
}

}  // namespace

ExitCode run_lint(const Arguments& arguments) {
  if (arguments.has("--list")) {
    const Status written = write_output(destination_of(arguments), report::lint_rules_to_text());
    return written ? ExitCode::good : bad_input(written.errors());
  }
  const auto format = format_of(arguments, kFormats);
  if (!format) return bad_input(format.errors());
  const auto input = input_of(arguments);
  if (!input) return bad_input(input.errors());
  const auto release = input->machine ? input->machine->kernel_release : std::nullopt;
  const auto kernel =
      kernel::choose_kernel(arguments.get("--kernel"), release, share_folder("kernels"));
  if (!kernel) return bad_input(kernel.errors());

  boot::Options options;
  std::optional<plugin::PluginHost> host;
  std::optional<plugin::Chain> chain;
  if (input->machine) {
    auto loaded = plugin_host(arguments);
    if (!loaded) return bad_input(loaded.errors());
    host = std::move(*loaded);
    const auto named = sort_plugins(*host, scenario_plugins(arguments, *input->machine));
    if (!named) return bad_input(named.errors());
    auto made =
        plugin::Chain::create(*host, chain_wishes(named->deciding, arguments, *input->machine));
    if (!made) return bad_input(made.errors());
    chain = std::move(*made);
    chain->use_in(options);
  }

  report::LintSubject subject{.source = input->name, .kernel = kernel->profile.name};
  if (input->machine) subject.machine = input->machine->source;
  if (!kernel->note.empty()) subject.notes.push_back("kernel: " + kernel->note);
  if (chain)
    subject.notes.insert(subject.notes.end(), chain->notes().begin(), chain->notes().end());
  std::vector<report::LintedLine> lines;
  bool any = false;
  for (const input::FoundCommandLine& line : input->lines) {
    report::LintedLine& linted = lines.emplace_back();
    linted.command_line = line.text;
    const lint::Subject about{line.text, kernel->profile,
                              input->machine ? &*input->machine : nullptr, options};
    for (lint::Finding& finding : lint::lint(about)) {
      linted.findings.push_back(placed(std::move(finding), line, input->bytes));
    }
    any = any || !linted.findings.empty();
  }
  const Status written = write_output(destination_of(arguments),
                                      *format == "json" ? report::lint_to_json(subject, lines)
                                                        : report::lint_to_text(subject, lines));
  if (!written) return bad_input(written.errors());
  return any ? ExitCode::difference : ExitCode::good;
}

}  // namespace memmap::cli
