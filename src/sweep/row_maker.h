// A combination booted and made a row.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "policy/policy.h"
#include "sweep/boots.h"
#include "sweep/plan.h"
#include "sweep/row.h"

namespace memmap::sweep {

// What is told of a boot, and by which rules it is judged. Several threads may use one.
class Judge {
 public:
  // What `simulate --format json` writes of a boot, for rules that hold it against a baseline.
  using AsResult = std::function<std::string(const boot::Outcome&)>;

  // `rules` must outlive it.
  Judge(std::span<const policy::Rules> rules, AsResult as_result)
      : rules_(rules), as_result_(std::move(as_result)) {}
  // Of rows, those alone are selected for which all of these hold.
  void select(policy::Rule rule) { selects_.push_back(std::move(rule)); }

  // Fills in figures, complaints, the rules that it breaks. Error: a boot at another place, which a rule asked for.
  Status judge(const Booted& booted, Row& row) const;

 private:
  std::span<const policy::Rules> rules_;
  std::vector<policy::Rule> selects_{};
  AsResult as_result_;
};

// Messages alone, for where the files lie is not the same on every host.
std::string in_one_line(const Errors& errors);

// Several threads may call it at once.
Row make_row(const Plan& plan, Boots& boots, const Judge& judge, const Combination& combination);

}  // namespace memmap::sweep
