// One boot with the kernel's image at each of several places: which answers depend on the place.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "boot/outcome.h"
#include "facts/facts.h"

namespace memmap::compare {

// How one figure of a boot spreads over the places.
struct Spread {
  std::string_view key{};   // `crash_kernel`
  std::string_view what{};  // in words
  facts::Unit unit{};
  std::uint64_t boots = 0;  // that have it at all: a crash kernel that does not fit is none
  std::uint64_t least = 0;
  std::uint64_t most = 0;
  PhysAddr least_at{};  // the first places with these
  PhysAddr most_at{};
};

// What the kernel complains of, a warning or its last words, in some of the boots.
struct Complaint {
  std::string text{};
  Severity severity{};
  std::uint64_t boots = 0;
  PhysAddr first_at{};
};

// What one boot says to these, which is all that is kept of it.
struct Answers {
  std::vector<std::optional<std::uint64_t>> figures{};         // in the order of ByPlace's
  std::vector<std::pair<std::string, Severity>> complaints{};  // no text twice
};
Answers answers_of(const boot::Outcome& outcome);

class ByPlace {
 public:
  ByPlace();
  void add(PhysAddr place, const Answers& answers);

  std::uint64_t boots() const { return boots_; }
  // Of figures that any boot has; in one order for all machines.
  std::vector<Spread> spreads() const;
  bool depends(const Spread& spread) const {
    return spread.boots != boots_ || spread.least != spread.most;
  }
  // Those that not all boots have, in the order of the first; kMostComplaints at most.
  std::vector<Complaint> complaints() const;
  static constexpr std::size_t kMostComplaints = 20;

 private:
  std::uint64_t boots_ = 0;
  std::vector<Spread> spreads_{};  // one for each figure
  std::vector<Complaint> complaints_{};
};

}  // namespace memmap::compare
