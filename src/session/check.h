// A policy's boots, made and judged.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "diff/view.h"
#include "input/format.h"
#include "policy/policy.h"
#include "session/session.h"

namespace memmap::session {

// One boot that a policy asks for.
struct CheckCase {
  std::string name{};  // machine, then kernel and what is appended where there are several
  Request request{};
  // What of the request the policy named: `text` as the request has it.
  std::vector<input::Named> named{};
};

// Every machine under every kernel with everything that is appended. What `given` says (a command line
// of memmap's) stands in place of the policy's; paths of the policy are relative to its file. Errors
// (all): no machine, a pattern that fits nothing, plugins in no such form, more than Limit::cases.
// `reading` is how the policy's machines are read.
Result<std::vector<CheckCase>> cases_of(const policy::Policy& policy, const Request& given,
                                        const input::ReadOptions& reading);

// A baseline's path for a case: `{machine}` in it is the name of the machine's file without its ending.
std::string baseline_path(const std::string& policy_file, const std::string& path,
                          const CheckCase& what);

struct Judged {
  boot::Outcome outcome{};
  std::unique_ptr<const policy::Rules> rules{};  // with their baselines
  std::vector<policy::Verdict> verdicts{};       // of these
};

// What judging asks for that is not the session's.
struct Helpers {
  // A baseline for a case, once `outcome` is there.
  std::function<Result<diff::View>(const policy::Baseline&, const CheckCase&,
                                   const boot::Outcome& outcome)>
      baseline{};
  // What a kept result of the outcome would be.
  std::function<Result<diff::View>(const boot::Outcome&)> as_result{};
};

// Boots the case and judges it, with remedies. Errors: those of opening the session, which have the
// policy's line where that names what cannot be opened, of booting, and of the baselines.
Result<Judged> judge(const CheckCase& what, const Places& places, policy::Rules rules,
                     const Helpers& helpers);

}  // namespace memmap::session
