#include "session/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "choices.h"
#include "commands/commands.h"
#include "input/open/source.h"
#include "messages.h"
#include "output.h"
#include "report/answers/check.h"
#include "report/diff/answer.h"
#include "report/json/result.h"
#include "request.h"
#include "text_output.h"

namespace memmap::cli {
namespace {

std::string written(std::span<const report::CheckedCase> cases, std::string_view format,
                    const report::TextStyle& style) {
  if (format == "json") return report::check_to_json(cases);
  if (format == "tap") return report::verdicts_to_tap(cases);
  if (format == "junit") return report::verdicts_to_junit(cases);
  if (format == "ktap") return report::verdicts_to_ktap(cases);
  if (format == "github") return report::verdicts_to_github(cases);
  if (format == "sarif") return report::verdicts_to_sarif(cases);
  return report::check_to_text(cases, style);
}

// A baseline as it is; where it is not there or of another version, what makes it.
Result<diff::View> kept(const std::string& path) {
  const auto source = input::open_source(path);
  Errors errors;
  if (source) {
    auto view = diff::read_view(path, source->bytes);
    if (view) return view;
    errors = view.errors();
    if (diff::is_result(source->bytes))
      errors.back().message += ", or with `memmap check --update`";
    return errors;
  }
  errors = source.errors();
  for (Error& e : errors)
    if (e.code == ErrorCode::not_found) e.message += "; `memmap check --update` makes it";
  return errors;
}

// Shows what a boot changed of a baseline that is there.
Status show_changes(const std::string& path, const std::string& old, const diff::View& now) {
  if (!diff::is_result(old)) return Error{"no result of memmap's: it is not replaced", {path}};
  auto was = diff::read_view(path, old);
  if (!was) {
    note(fmt::format("{}: kept by another version of memmap", path));
    return Done{};
  }
  diff::Diff changes = diff::diff(*was, now, {});
  report::DiffAnswer answer{.older = *std::move(was)};
  answer.newer.push_back({now, std::move(changes)});
  note(report::diff_to_text(answer, {}));
  return Done{};
}

// Writes a boot in a baseline's place. Errors: those of reading and writing; the file is something else
// than a result.
Result<diff::View> renewed(const std::string& path, const boot::Outcome& outcome) {
  const std::string bytes = report::to_json(outcome);
  auto now = diff::read_view(path, bytes);
  if (!now) return now.errors();
  const bool there = std::filesystem::exists(path);
  if (there) {
    const auto old = input::open_source(path);
    if (!old) return old.errors();
    if (old->bytes == bytes) return now;
    if (const Status shown = show_changes(path, old->bytes, *now); !shown) return shown.errors();
  }
  const Status done = write_output({.path = path, .force = true}, bytes);
  if (!done) return done.errors();
  note(fmt::format("{}: {}", path, there ? "rewritten" : "made"));
  return now;
}

Result<diff::View> as_result(const boot::Outcome& outcome) {
  return diff::read_view("this boot", report::to_json(outcome));
}

struct Policies {
  std::vector<policy::Policy> read{};
  Errors errors{};
};

Policies policies_of(const Arguments& arguments) {
  Policies out;
  for (const std::string& name : arguments.all("FILE")) {
    const auto source = input::open_source(name);
    if (!source) {
      append(out.errors, source.errors());
    } else if (source->is_folder()) {
      out.errors.push_back({"a folder; a policy is a file", {name}});
    } else if (auto policy = policy::read_policy(name, source->bytes)) {
      out.read.push_back(*std::move(policy));
    } else {
      append(out.errors, policy.errors());
    }
  }
  return out;
}

struct Checked {
  std::vector<session::Judged> judged{};
  std::vector<report::CheckedCase> cases{};
  Errors errors{};
};

void check(const policy::Policy& policy, const Asked& asked, const input::ReadOptions& reading,
           bool update, Checked& out) {
  const auto cases = session::cases_of(policy, asked.request, reading);
  if (!cases) return append(out.errors, cases.errors());
  const session::Helpers helpers{
      .baseline = [&](const policy::Baseline& baseline, const session::CheckCase& one,
                      const boot::Outcome& outcome) -> Result<diff::View> {
        const std::string path = session::baseline_path(policy.file, baseline.path, one);
        return update ? renewed(path, outcome) : kept(path);
      },
      .as_result = as_result};
  for (const session::CheckCase& one : *cases) {
    auto judged = session::judge(one, asked.places, policy.rules, helpers);
    if (!judged) {
      append(out.errors, judged.errors());
      continue;
    }
    out.cases.push_back({one.name, judged->verdicts});
    out.judged.push_back(*std::move(judged));
  }
}

}  // namespace

ExitCode run_check(const Arguments& arguments) {
  const auto format = format_of(arguments, kCheckFormats);
  if (!format) return bad_input(format.errors());
  const auto asked = cli::asked(arguments);
  if (!asked) return bad_input(asked.errors());
  const auto reading = read_options(arguments);
  if (!reading) return bad_input(reading.errors());
  const Policies policies = policies_of(arguments);
  if (!policies.errors.empty()) return bad_input(policies.errors);
  const bool update = arguments.has("--update");
  if (update && std::ranges::none_of(
                    policies.read, [](const policy::Policy& p) { return p.rules.asks_for_view(); }))
    return bad_input(
        Errors{{"--update has no effect: no rule is `unchanged since` a baseline", {"memmap"}}});
  Checked checked;
  for (const policy::Policy& policy : policies.read)
    check(policy, *asked, *reading, update, checked);
  if (!checked.errors.empty()) return bad_input(checked.errors);
  const Destination destination = destination_of(arguments);
  const Status done =
      write_output(destination, written(checked.cases, *format, text_style(destination)));
  if (!done) return bad_input(done.errors());
  const bool fails = std::ranges::any_of(checked.cases, [](const report::CheckedCase& one) {
    return std::ranges::any_of(one.verdicts, &policy::Verdict::fails);
  });
  return fails ? ExitCode::difference : ExitCode::good;
}

}  // namespace memmap::cli
