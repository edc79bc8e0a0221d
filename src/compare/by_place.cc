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

// Of each row.
const std::vector<const facts::Fact*>& facts_of_rows() {
  static const auto kAll = [] {
    std::vector<const facts::Fact*> out;
    for (const Row& row : kRows) {
      out.push_back(facts::fact_named(row.fact));
      MEMMAP_CHECK(out.back() != nullptr, "no figure has this name");
    }
    return out;
  }();
  return kAll;
}

}  // namespace

Answers answers_of(const Outcome& outcome) {
  Answers out;
  for (const facts::Fact* const fact : facts_of_rows()) out.figures.push_back(fact->of(outcome));
  std::set<std::string_view> told;
  for (const Event& event : outcome.events) {
    if (event.severity >= Severity::warning && told.insert(event.text).second)
      out.complaints.emplace_back(event.text, event.severity);
  }
  return out;
}

ByPlace::ByPlace() {
  for (std::size_t i = 0; i < std::size(kRows); ++i) {
    const facts::Fact& fact = *facts_of_rows()[i];
    spreads_.push_back({.key = kRows[i].key, .what = fact.what, .unit = fact.unit});
  }
}

void ByPlace::add(PhysAddr place, const Answers& answers) {
  ++boots_;
  for (std::size_t i = 0; i < spreads_.size(); ++i) {
    const auto& value = answers.figures[i];
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
  for (const auto& [text, severity] : answers.complaints) {
    const auto known = std::ranges::find(complaints_, text, &Complaint::text);
    if (known != complaints_.end()) {
      ++known->boots;
    } else if (complaints_.size() < kMostComplaints) {
      complaints_.push_back({text, severity, 1, place});
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
