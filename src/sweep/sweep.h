// A sweep as a whole: a matrix read, its combinations booted, rows written to a file, a database or both.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "session/places.h"
#include "sweep/axes.h"
#include "sweep/boots.h"
#include "sweep/plan.h"
#include "sweep/row.h"
#include "sweep/rows_file.h"
#include "sweep/shrink.h"

namespace memmap::sweep {

struct Wanted {
  std::string matrix{};                // a file
  std::optional<std::string> bytes{};  // what it holds, where that is at hand
  std::vector<std::string>
      filters{};  // KEY=GLOB of combinations, or a policy's expression of what came of them
  bool only_failures = false;
  bool more_than_a_million = false;
  Shard shard{};
  unsigned threads = 0;  // 0: one for each core
  Judge::AsResult as_result{};
};

// Where rows go.
struct Output {
  std::string path = "-";  // empty: to a database alone
  Form form = Form::jsonl;
  std::optional<std::string> database{};
  IfThere there = IfThere::refuse;
  std::string* text = nullptr;  // to this in place of a file
};

// Whoever shows how far a sweep is; called by one thread at a time.
class Progress {
 public:
  virtual ~Progress() = default;
  // `done` of them were there already.
  virtual void begin(std::uint64_t done, std::uint64_t total) = 0;
  virtual void at(std::uint64_t done, const Summary& summary) = 0;
};

class Sweep {
 public:
  // Errors: those of matrix.h, axes.h and Plan::filter(); a share of
  // more than a million combinations that nobody asked for.
  static Result<std::unique_ptr<Sweep>> open(const Wanted& wanted, const session::Places& places);

  const Plan& plan() const { return *plan_; }
  const std::vector<std::string>& notes() const { return notes_; }
  const Head& head() const { return head_; }

  // Boots what is not there yet. Errors: those of RowsFile and Database. Plugins' faults are rows.
  Result<Summary> run(const Output& output, Progress& progress);

  // The first combination that fails, made small; nullopt: none does. Errors: those of sweep/shrink.h.
  Result<std::optional<Shrunk>> shrink_first(Progress& progress);

 private:
  explicit Sweep(const session::Places& places) : places_(places) {}
  Status read(const Wanted& wanted);

  session::Places places_;
  Axes axes_{};
  std::unique_ptr<Plan> plan_{};
  std::unique_ptr<Boots> boots_{};
  std::optional<Judge> judge_{};
  Head head_{};
  unsigned threads_ = 0;
  std::vector<std::string> notes_{};
};

}  // namespace memmap::sweep
