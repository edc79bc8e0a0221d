#include "sweep/sweep.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

#include "answer/sweep.h"
#include "base/number.h"
#include "choices.h"
#include "commands/commands.h"
#include "messages.h"
#include "output.h"
#include "progress.h"
#include "report/convert/convert.h"
#include "report/form/names.h"
#include "request.h"
#include "sweep/merge.h"
#include "sweep/shard.h"

namespace memmap::cli {
namespace {

std::optional<std::string> variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

// `K/N`, `auto`, `auto/N`.
Result<sweep::Shard> shard_of(const Arguments& arguments) {
  constexpr std::string_view kAuto = "auto";
  const std::string text = arguments.get("--shard").value_or("1/1");
  if (!text.starts_with(kAuto)) {
    auto shard = sweep::parse_shard(text);
    if (!shard) return Error{shard.errors().front().message, {"--shard"}};
    return shard;
  }
  std::optional<std::uint64_t> n;
  if (text != kAuto) {
    const auto number = parse_count(text.starts_with("auto/") ? text.substr(kAuto.size() + 1) : "");
    if (!number)
      return Error{fmt::format("`{}` is no share: K/N, auto or auto/N", text), {"--shard"}};
    n = *number;
  }
  const auto found = sweep::find_shard(variable, n);
  if (!found) return found.errors();
  say(fmt::format("sweep: share {}, by {}", found->shard.text(), found->from));
  return found->shard;
}

Result<unsigned> threads_of(const Arguments& arguments) {
  constexpr std::uint64_t kMost = 1024;
  const auto text = arguments.get("--threads");
  if (!text) return 0u;
  const auto number = parse_count(*text);
  if (!number || *number == 0 || *number > kMost)
    return Error{fmt::format("`{}` is no number of threads: 1 to {}", *text, kMost), {"--threads"}};
  return static_cast<unsigned>(*number);
}

Result<sweep::Output> output_of(const Arguments& arguments) {
  const auto format = format_of(arguments, answer::sweep_formats());
  if (!format) return format.errors();
  sweep::Output out{.form = answer::sweep_form(*format), .database = arguments.get("--db")};
  out.path = arguments.get("--output").value_or(out.database ? "" : "-");
  if (arguments.has("--output") && out.path.empty())
    return Error{"-o: the name of the file is empty", {"memmap"}};
  if (out.database && (out.database->empty() || *out.database == "-"))
    return Error{"a database is a file", {"--db"}};
  if (arguments.has("--resume") && arguments.has("--force"))
    return Error{"--resume goes on with a file, --force begins anew: give one", {"memmap"}};
  if (arguments.has("--resume") && out.path == "-")
    return Error{
        "there is nothing to go on with: name the file with --output, or the database with --db",
        {"--resume"}};
  out.there = arguments.has("--resume")  ? sweep::IfThere::resume
              : arguments.has("--force") ? sweep::IfThere::replace
                                         : sweep::IfThere::refuse;
  return out;
}

// What is written would replace what is read.
Status refuse_own_input(const sweep::Output& output, const std::vector<std::string>& inputs) {
  Errors errors;
  const auto same = [](const std::string& a, const std::string& b) {
    std::error_code ec;
    return !a.empty() && std::filesystem::equivalent(a, b, ec) && !ec;
  };
  for (const std::string& input : inputs) {
    if (same(output.path, input) || same(output.database.value_or(""), input))
      errors.push_back({"is read, and would be written: name another file", {input}});
  }
  if (output.database && output.path == *output.database)
    errors.push_back({"rows and the database are two files", {output.path}});
  if (!errors.empty()) return errors;
  return Done{};
}

ExitCode told(const sweep::Summary& s) {
  say(fmt::format("sweep: {} combinations: {} passed, {} failed, {} could not be booted", s.count,
                  s.passed, s.failed, s.errors));
  return s.failed + s.errors > 0 ? ExitCode::difference : ExitCode::good;
}

ExitCode merged(const Arguments& arguments) {
  const Status others =
      refuse_others(arguments, {"--merge", "--output", "--force", "--db", "MATRIX"}, "--merge",
                    "the rows are there already");
  if (!others) return bad_input(others.errors());
  const auto output = output_of(arguments);
  if (!output) return bad_input(output.errors());
  const auto files = arguments.all("MATRIX");
  const Status apart = refuse_own_input(*output, {files.begin(), files.end()});
  if (!apart) return bad_input(apart.errors());
  const auto summary = sweep::merge({files.begin(), files.end()}, *output);
  return summary ? told(*summary) : bad_input(summary.errors());
}

std::string quoted(const std::string& word) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=,+@%";
  if (!word.empty() && word.find_first_not_of(kPlain) == word.npos) return word;
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? "'\\''" : std::string(1, c);
  return out + "'";
}

// `trim_limit:limit=2G`, as --plugin takes it.
std::string spec_text(const plugin::PluginSpec& spec) {
  std::string out = spec.name;
  for (const auto& [key, value] : spec.options)
    out += fmt::format("{}{}={}", out.size() == spec.name.size() ? ":" : ",", key, value);
  return out;
}

std::string command_of(const sweep::Shrunk& s, const std::string& file) {
  std::string out =
      fmt::format("memmap simulate --e820 {} --cmdline {}", quoted(file), quoted(s.line));
  if (!s.kernel.empty()) out += " --kernel " + quoted(s.kernel);
  if (!s.config.empty()) out += " --config " + quoted(s.config);
  for (const plugin::PluginSpec& spec : s.plugins.use)
    out += " --plugin " + quoted(spec_text(spec));
  for (const std::string& name : s.plugins.without) out += " --without-plugin " + quoted(name);
  return out;
}

ExitCode shrunk(const Arguments& arguments, sweep::Sweep& sweep) {
  const std::string file = *arguments.get("--shrink");
  std::optional<SweepProgress> progress(std::in_place, false);
  const auto first = sweep.shrink_first(*progress);
  progress.reset();
  if (!first) return bad_input(first.errors());
  if (!*first) {
    note("no combination fails: there is nothing to make smaller");
    return ExitCode::good;
  }
  const sweep::Shrunk& s = **first;
  const auto scenario = report::convert(s.machine, "yaml");
  if (!scenario) return bad_input(scenario.errors());
  const Status wrote = write_output({file, arguments.has("--force")}, scenario->bytes);
  if (!wrote) return bad_input(wrote.errors());
  std::string text;
  if (!s.row.error.empty()) text += fmt::format("# {}\n", s.row.error);
  if (s.row.panic) text += fmt::format("# {}\n", *s.row.panic);
  for (const sweep::Failure& f : s.row.failures)
    text += fmt::format("# {}: {}\n", f.rule, f.actual);
  text += command_of(s, file) + "\n";
  if (const Status printed = write_output({}, text); !printed) return bad_input(printed.errors());
  say(fmt::format(
      "sweep: {} of {} parameters and {} of {} entries of the map are left, after {} boots",
      s.parameters, s.parameters_before, s.entries, s.entries_before, s.boots));
  return ExitCode::difference;
}

}  // namespace

ExitCode run_sweep(const Arguments& arguments) {
  if (arguments.has("--merge")) return merged(arguments);
  if (arguments.all("MATRIX").size() > 1)
    return bad_usage("one matrix is swept at a time; --merge takes several files of rows");
  const auto output = output_of(arguments);
  if (!output) return bad_input(output.errors());
  if (arguments.has("--shrink")) {
    Errors idle;
    session::add_no_effect(
        arguments, {"--output", "--db", "--format", "--resume", "--only-failures", "--threads"},
        "--shrink", "one combination is looked for", idle);
    if (!idle.empty()) return bad_input(idle);
  }
  const Status apart = refuse_own_input(*output, {*arguments.get("MATRIX")});
  if (!apart) return bad_input(apart.errors());
  const auto threads = threads_of(arguments);
  if (!threads) return bad_input(threads.errors());
  const auto wanted = asked(arguments);
  if (!wanted) return bad_input(wanted.errors());
  const auto shard = shard_of(arguments);
  if (!shard) return bad_input(shard.errors());
  sweep::Wanted what = answer::sweep_wanted(arguments);
  what.shard = *shard;
  what.threads = *threads;
  const auto sweep = sweep::Sweep::open(what, wanted->places);
  if (!sweep) return bad_input(sweep.errors());
  for (const std::string& text : (*sweep)->notes()) note(text);
  for (const std::string& kernel : (*sweep)->head().not_verified)
    note(report::not_verified_note(kernel));
  if (arguments.has("--shrink")) return shrunk(arguments, **sweep);
  std::optional<SweepProgress> progress(std::in_place,
                                        output->path == "-" && ::isatty(STDOUT_FILENO) == 1);
  const auto summary = (*sweep)->run(*output, *progress);
  progress.reset();
  return summary ? told(*summary) : bad_input(summary.errors());
}

}  // namespace memmap::cli
