#include "answer/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <set>

#include "choices.h"
#include "commands/commands.h"
#include "input/open/source.h"
#include "messages.h"
#include "output.h"
#include "profile/kernel_choice.h"
#include "report/diff/answer.h"
#include "report/form/names.h"
#include "report/json/result.h"
#include "request.h"
#include "text_output.h"

namespace memmap::cli {
namespace {

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

// Baselines that are to have what was booted, which are written once all is judged.
class Renewed {
 public:
  // A boot in a baseline's place. Errors: those of reading; the file is something else than a result;
  // another boot has the same baseline.
  Result<diff::View> take(const std::string& path, const boot::Outcome& outcome);
  Status write() const;

 private:
  struct Kept {
    std::string bytes{};
    std::optional<std::string> old{};  // nullopt: there is no file
  };
  std::map<std::string, Kept> kept_{};  // by path
};

Result<diff::View> Renewed::take(const std::string& path, const boot::Outcome& outcome) {
  Kept kept{report::to_json(outcome)};
  auto now = diff::read_view(path, kept.bytes);
  if (!now) return now.errors();
  if (const auto same = kept_.find(path); same != kept_.end()) {
    if (same->second.bytes == kept.bytes) return now;
    return Error{"two boots that differ have this baseline: put {machine} into its name", {path}};
  }
  if (std::filesystem::exists(path)) {
    auto old = input::open_source(path);
    if (!old) return old.errors();
    kept.old = std::move(old->bytes);
    if (*kept.old != kept.bytes) {
      if (const Status shown = show_changes(path, *kept.old, *now); !shown) return shown.errors();
    }
  }
  kept_.emplace(path, std::move(kept));
  return now;
}

Status Renewed::write() const {
  for (const auto& [path, kept] : kept_) {
    if (kept.old == kept.bytes) continue;
    const Status done = write_output({.path = path, .force = true}, kept.bytes);
    if (!done) return done.errors();
    note(fmt::format("{}: {}", path, kept.old ? "rewritten" : "made"));
  }
  return Done{};
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

}  // namespace

ExitCode run_check(const Arguments& arguments) {
  const auto format = format_of(arguments, answer::verdict_formats());
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
  answer::Checked checked;
  Renewed renewed;
  const auto baseline = [&](const std::string& path, const boot::Outcome& outcome) {
    return update ? renewed.take(path, outcome) : answer::kept_baseline(path);
  };
  for (const policy::Policy& policy : policies.read)
    answer::check(policy, asked->request, asked->places, *reading, baseline, checked);
  if (!checked.errors.empty()) return bad_input(checked.errors);
  if (const Status done = renewed.write(); !done) return bad_input(done.errors());
  // What no verdict tells, and only JSON has.
  std::set<std::string> notes;
  for (const report::CheckedCase& one : checked.cases) {
    if (!one.kernel_verified) notes.insert(report::not_verified_note(one.kernel));
    for (const std::string& text : one.notes) {
      const bool guessed = text.starts_with("kernel: ") && !text.ends_with(kernel::kKernelThatRan);
      if (guessed || text.starts_with(kNotSimulated)) notes.insert(text);
    }
  }
  if (*format != "json")
    for (const std::string& text : notes) note(text);
  for (const Error& idle : checked.idle_names())
    note(fmt::format("{}:{}: {}", idle.origin.file, idle.origin.line, idle.message));
  const Destination destination = destination_of(arguments);
  const Status done = write_output(
      destination, answer::write_verdicts(checked.cases, *format, text_style(destination)));
  if (!done) return bad_input(done.errors());
  return checked.fails() ? ExitCode::difference : ExitCode::good;
}

}  // namespace memmap::cli
