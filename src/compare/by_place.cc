#include "compare/by_place.h"

#include <algorithm>
#include <initializer_list>
#include <set>

#include "boot/owner.h"

namespace memmap::compare {
namespace {

using boot::Outcome;
namespace owner = boot::owner;
using Value = std::optional<std::uint64_t>;

// The pieces that one of these has.
struct Had {
  std::uint64_t bytes = 0;
  PhysRange largest{};
};

Had had_by(const Outcome& outcome, std::initializer_list<const memblock::Owner*> owners) {
  Had out;
  for (const boot::Owned& piece : outcome.owners) {
    if (std::ranges::find(owners, piece.owner) == owners.end()) continue;
    out.bytes += piece.range.size();
    if (piece.range.size() > out.largest.size()) out.largest = piece.range;
  }
  return out;
}

Value bytes_of(const Had& had) { return had.bytes == 0 ? std::nullopt : Value(had.bytes); }
Value place_of(const Had& had) {
  return had.bytes == 0 ? std::nullopt : Value(raw(had.largest.base()));
}

Had crash_kernel(const Outcome& o) { return had_by(o, {&owner::kCrashKernel}); }
Had cma(const Outcome& o) { return had_by(o, {&owner::kCMADMABuffers, &owner::kCMAHugePages}); }
Had swiotlb(const Outcome& o) { return had_by(o, {&owner::kSoftwareIOTLB}); }

Value unless_0(std::uint64_t value) { return value == 0 ? std::nullopt : Value(value); }

struct Row {
  std::string_view key{};
  std::string_view what{};
  Measure measure{};
  Value (*of)(const Outcome&) = nullptr;
};

// clang-format off
constexpr Row kRows[] = {
    {"mem_total",       "MemTotal",                     Measure::bytes,   [](const Outcome& o) { return o.totals.mem_total_kib ? Value(*o.totals.mem_total_kib * kKiB) : std::nullopt; }},
    {"handed_over",     "handed over to the page allocator", Measure::bytes, [](const Outcome& o) { return unless_0(o.totals.managed_pages << kPageShift); }},
    {"crash_kernel",    "crash kernel",                 Measure::bytes,   [](const Outcome& o) { return bytes_of(crash_kernel(o)); }},
    {"crash_kernel_at", "crash kernel's place",         Measure::address, [](const Outcome& o) { return place_of(crash_kernel(o)); }},
    {"gigantic_pages",  "huge pages of 1 GiB",          Measure::count,   [](const Outcome& o) { return unless_0(o.state.gigantic_pages.size()); }},
    {"cma",             "CMA",                          Measure::bytes,   [](const Outcome& o) { return bytes_of(cma(o)); }},
    {"cma_at",          "CMA's place",                  Measure::address, [](const Outcome& o) { return place_of(cma(o)); }},
    {"swiotlb",         "software IO TLB",              Measure::bytes,   [](const Outcome& o) { return bytes_of(swiotlb(o)); }},
    {"swiotlb_at",      "software IO TLB's place",      Measure::address, [](const Outcome& o) { return place_of(swiotlb(o)); }},
    {"initrd_at",       "initrd's place",               Measure::address, [](const Outcome& o) { return o.state.initrd ? Value(raw(o.state.initrd->base())) : std::nullopt; }},
};
// clang-format on

}  // namespace

ByPlace::ByPlace() {
  for (const Row& row : kRows)
    spreads_.push_back({.key = row.key, .what = row.what, .measure = row.measure});
}

void ByPlace::add(PhysAddr place, const Outcome& outcome) {
  ++boots_;
  for (std::size_t i = 0; i < spreads_.size(); ++i) {
    const Value value = kRows[i].of(outcome);
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
