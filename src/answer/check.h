// What `memmap check` answers: the verdicts over a policy's boots, written in a format.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "diff/view.h"
#include "input/format.h"
#include "policy/policy.h"
#include "report/answers/check.h"
#include "report/form/style.h"
#include "session/check.h"

namespace memmap::answer {

// The usual one first.
std::span<const std::string_view> verdict_formats();
// `format` is one of these.
std::string write_verdicts(std::span<const report::CheckedCase> cases, std::string_view format,
                           const report::TextStyle& style);

// A baseline as it is; where it is not there or of another version, the error tells what makes it.
Result<diff::View> kept_baseline(const std::string& path);

// Where a rule is `unchanged since` a baseline, how that is come by.
using BaselineOf =
    std::function<Result<diff::View>(const std::string& path, const boot::Outcome& outcome)>;

struct Checked {
  std::vector<session::Judged> judged{};
  std::vector<report::CheckedCase> cases{};  // of `judged`
  Errors errors{};                           // of cases that could not be judged

  bool fails() const;  // a rule does
  // Names behind `except` which nothing has in any boot that the rule was held against.
  Errors idle_names() const;
};

// Boots all that `policy` and `request` ask for and judges it; adds to `out`.
void check(const policy::Policy& policy, const session::Request& request,
           const session::Places& places, const input::ReadOptions& reading,
           const BaselineOf& baseline, Checked& out);

}  // namespace memmap::answer
