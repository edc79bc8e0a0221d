// Two results held against each other, stage by stage.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/range.h"
#include "diff/resume.h"
#include "diff/view.h"

namespace memmap::diff {

enum class Kind {
  turned,    // the same place is something else (from, to; one of them empty: nothing there)
  moved,     // the same size at another place
  grew,      // or shrank, and perhaps moved
  appeared,  // in the new one alone
  vanished,  // in the old one alone
};

struct Change {
  Kind kind{};
  std::string what{};  // what moved, grew, came or went; empty of `turned`
  std::string by{};    // the kernel function that did it; empty: not known
  std::optional<PhysRange> old_range{};
  std::optional<PhysRange> new_range{};  // of `turned` the same as the old one
  std::string from{};                    // of `turned`
  std::string to{};
};

struct StageChanges {
  std::string_view key{};
  std::string_view title{};
  std::vector<Change> changes{};  // ascending by the place that it has, the old one's first
};

struct FigureChange {
  std::string name{};
  Unit unit{};
  std::optional<std::uint64_t> old_value{};  // nullopt: it has no such figure
  std::optional<std::uint64_t> new_value{};
};

// What of two results is not looked at.
struct Tolerance {
  // Names of owners, stages or figures; `*` stands for any text.
  std::vector<std::string> ignore{};
  // Bytes that a thing may have moved or grown, a figure in bytes, pages or KiB have changed, or a place
  // that turned may be large.
  std::uint64_t bytes = 0;
};

struct Diff {
  std::vector<StageChanges> stages{};  // that differ, in the order of the boot
  std::vector<FigureChange> figures{};
  std::vector<Told> only_old{};  // complaints that one of them has alone
  std::vector<Told> only_new{};
  std::uint64_t tolerated = 0;      // changes that Tolerance left out
  std::vector<std::string> idle{};  // of Tolerance::ignore, what matched nothing in either

  ResumeSums old_sums{};
  ResumeSums new_sums{};
  bool same_usable = true;
  bool panicked = false;  // one of them
  std::uint64_t old_physpages = 0;
  std::uint64_t new_physpages = 0;

  // What the kernel says instead of resuming one of them on the other, or that it does not boot; empty: it
  // resumes.
  // kernel: check_header(), kernel/power/snapshot.c, v6.12: arch_hibernation_header_restore() first, then
  // the number of pages
  std::string_view refusal() const;
  // Whether anything differs that is not tolerated.
  bool differs() const {
    return !stages.empty() || !figures.empty() || !only_old.empty() || !only_new.empty();
  }
};

Diff diff(const View& older, const View& newer, const Tolerance& tolerance);

}  // namespace memmap::diff
