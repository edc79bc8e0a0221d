// A log's statements beside what the simulated boot says in their place.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "machine/kernel_log.h"
#include "witness/kind.h"

namespace memmap::witness {

enum class Verdict { agrees, differs, unknown, fact };

struct Statement {
  std::size_t line = 0;  // of the file, from 1
  const Kind* kind = nullptr;
  std::string says{};  // the kernel's line
  Verdict verdict = Verdict::agrees;
  std::string memmap{};  // of one that differs: what the boot has in its place
  std::string reason{};  // of one that differs: what it may come of; of one unknown: why
};

struct Comparison {
  std::vector<Statement> statements{};  // in the log's order, facts too

  std::size_t count(Verdict verdict) const;
  // All that the log says and that is no fact that the boot was made with.
  std::size_t statements_of_log() const { return statements.size() - count(Verdict::fact); }
};

// Compares all statements of `log`, which is of the machine that was booted. Pure; takes O(n log n)
// for n lines and events.
Comparison compare(const KernelLog& log, const Simulated& boot);

// How a kind's statements stand.
struct Tally {
  std::string_view id{};
  std::string_view words{};
  std::size_t agree = 0;
  std::size_t differ = 0;
  std::size_t unknown = 0;
  std::size_t facts = 0;
};
// By kind, in the order of the table; those without a statement are left out.
std::vector<Tally> tallies(const Comparison& comparison);

// The same as a part of the outcome, for reports.
boot::LogComparison summary_of(const Comparison& comparison, std::string name);

}  // namespace memmap::witness
