// What `memmap diff` tells: a result and one or more others beside it; for people and for programs.
#pragma once

#include <string>
#include <vector>

#include "diff/diff.h"
#include "diff/view.h"
#include "report/form/style.h"

namespace memmap::report {

inline constexpr const char* kDiffSchema = "memmap/diff/1";

struct DiffSide {
  diff::View view{};
  diff::Diff diff{};  // of the old one to this
};

struct DiffAnswer {
  diff::View older{};
  std::vector<DiffSide> newer{};  // one at least
};

// One other: the verdict, then every change by stage. Several: a row each.
std::string diff_to_text(const DiffAnswer& answer, const TextStyle& style);
// share/schema/diff.json
std::string diff_to_json(const DiffAnswer& answer);

}  // namespace memmap::report
