#include "answer/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "answer/diff.h"
#include "input/open/source.h"

namespace memmap::answer {
namespace {

constexpr std::array<std::string_view, 7> kFormats{"text", "json",   "tap",  "junit",
                                                   "ktap", "github", "sarif"};

}  // namespace

std::span<const std::string_view> verdict_formats() { return kFormats; }

std::string write_verdicts(std::span<const report::CheckedCase> cases, std::string_view format,
                           const report::TextStyle& style) {
  if (format == "json") return report::check_to_json(cases);
  if (format == "tap") return report::verdicts_to_tap(cases);
  if (format == "junit") return report::verdicts_to_junit(cases);
  if (format == "ktap") return report::verdicts_to_ktap(cases);
  if (format == "github") return report::verdicts_to_github(cases);
  if (format == "sarif") return report::verdicts_to_sarif(cases);
  return report::check_to_text(cases, style);
}

Result<diff::View> kept_baseline(const std::string& path) {
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

bool Checked::fails() const {
  return std::ranges::any_of(cases, [](const report::CheckedCase& one) {
    return std::ranges::any_of(one.verdicts, &policy::Verdict::fails);
  });
}

Errors Checked::idle_names() const {
  struct Count {
    std::size_t held = 0;
    std::map<std::string, std::size_t> idle{};
  };
  std::map<std::tuple<std::string, std::size_t, std::size_t>, Count> rules;  // by their place
  for (const report::CheckedCase& one : cases) {
    for (const policy::Verdict& verdict : one.verdicts) {
      if (verdict.answer == policy::Answer::skipped) continue;
      const Origin& at = verdict.rule->origin;
      Count& count = rules[{at.file, at.line, at.column}];
      ++count.held;
      for (const std::string& name : verdict.idle) ++count.idle[name];
    }
  }
  Errors out;
  for (const auto& [at, count] : rules) {
    for (const auto& [name, times] : count.idle) {
      if (times != count.held) continue;
      out.push_back({fmt::format("`except \"{}\"` names nothing that is there", name),
                     {std::get<0>(at), std::get<1>(at), std::get<2>(at)}});
    }
  }
  return out;
}

void check(const policy::Policy& policy, const session::Request& request,
           const session::Places& places, const input::ReadOptions& reading,
           const BaselineOf& baseline, Checked& out) {
  const auto cases = session::cases_of(policy, request, reading);
  if (!cases) return append(out.errors, cases.errors());
  const session::Helpers helpers{
      .baseline = [&](const policy::Baseline& wanted, const session::CheckCase& one,
                      const boot::Outcome& outcome) -> Result<diff::View> {
        return baseline(session::baseline_path(policy.file, wanted.path, one), outcome);
      },
      .as_result = [](const boot::Outcome& outcome) { return view_of("this boot", outcome); }};
  for (const session::CheckCase& one : *cases) {
    auto judged = session::judge(one, places, policy.rules, helpers);
    if (!judged) {
      append(out.errors, judged.errors());
      continue;
    }
    const boot::Subject& of = judged->outcome.subject;
    out.cases.push_back({one.name, judged->verdicts, of.kernel, of.kernel_verified, of.notes});
    out.judged.push_back(*std::move(judged));
  }
}

}  // namespace memmap::answer
