#include "compare/by_place.h"

#include <algorithm>
#include <set>

#include "base/check.h"

namespace memmap::compare {
namespace {

using boot::Outcome;

// A figure that may depend on the place, with the key under which reports have it.
struct Row {
  std::string_view key{};
  std::string_view fact{};
};

constexpr Row kRows[] = {
    {"mem_total", "mem_total"},
    {"handed_over", "handed_over"},
    {"crash_kernel", "crashkernel"},
    {"crash_kernel_at", "crashkernel_at"},
    {"crash_kernel_low", "crashkernel_low"},
    {"gigantic_pages", "gigantic_pages"},
    {"cma", "cma"},
    {"cma_at", "cma_at"},
    {"swiotlb", "swiotlb"},
    {"swiotlb_at", "swiotlb_at"},
    {"initrd_at", "initrd_at"},
};

}  // namespace

ByPlace::ByPlace() {
  for (const Row& row : kRows) {
    const facts::Fact* const fact = facts::fact_named(row.fact);
    MEMMAP_CHECK(fact != nullptr, "no figure has this name");
    facts_.push_back(fact);
    spreads_.push_back({.key = row.key, .what = fact->what, .unit = fact->unit});
  }
}

void ByPlace::add(PhysAddr place, const Outcome& outcome) {
  ++boots_;
  for (std::size_t i = 0; i < spreads_.size(); ++i) {
    const auto value = facts_[i]->of(outcome);
    if (!value) continue;
    Spread& spread = spreads_[i];
    if (spread.boots == 0 || *value < spread.least) {
      spread.least = *value;
      spread.least_at = place;
    }
    if (spread.boots == 0 || *value > spread.most) {
      spread.most = *value;
      spread.most_at = place;
    }
    ++spread.boots;
  }
  std::set<std::string_view> told;
  for (const Event& event : outcome.events) {
    if (event.severity < Severity::warning || !told.insert(event.text).second) continue;
    const auto known = std::ranges::find(complaints_, event.text, &Complaint::text);
    if (known != complaints_.end()) {
      ++known->boots;
    } else if (complaints_.size() < kMostComplaints) {
      complaints_.push_back({event.text, event.severity, 1, place});
    }
  }
}

std::vector<Spread> ByPlace::spreads() const {
  std::vector<Spread> out;
  std::ranges::copy_if(spreads_, std::back_inserter(out),
                       [](const Spread& spread) { return spread.boots != 0; });
  return out;
}

std::vector<Complaint> ByPlace::complaints() const {
  std::vector<Complaint> out;
  std::ranges::copy_if(complaints_, std::back_inserter(out),
                       [&](const Complaint& c) { return c.boots != boots_; });
  return out;
}

}  // namespace memmap::compare
