#include "suggest/prove.h"

#include <fmt/format.h>

#include <algorithm>

#include "boot/run.h"
#include "kernel/command_line.h"

namespace memmap::suggest {
namespace {

std::vector<std::string> complaints_of(const boot::Outcome& outcome) {
  std::vector<std::string> out;
  for (const Event& event : outcome.events) {
    if (event.severity == Severity::warning) out.push_back(event.rule.function);
  }
  return out;
}

// The first warning of a kernel function that is not among `known`.
const Event* new_complaint(const boot::Outcome& outcome, const std::vector<std::string>& known) {
  for (const Event& event : outcome.events) {
    if (event.severity != Severity::warning) continue;
    if (std::ranges::find(known, event.rule.function) == known.end()) return &event;
  }
  return nullptr;
}

}  // namespace

std::string end_of(const boot::Outcome& outcome) {
  if (!outcome.panicked) return {};
  return fmt::format("the kernel stops: {}", outcome.events.back().text);
}

std::uint64_t mem_total_of(const boot::Outcome& outcome) {
  if (const auto kib = outcome.totals.mem_total_kib) return *kib * kKiB;
  return outcome.totals.managed_pages << kPageShift;
}

std::string Prover::line_with(std::string_view parameter) const {
  return kernel::appended(subject_.line, parameter);
}

kaslr::PossiblePlaces Prover::places_with(std::string_view parameter) const {
  return kaslr::possible_places(subject_.machine, subject_.profile, line_with(parameter));
}

Result<boot::Outcome> Prover::boot(std::string_view parameter, PhysAddr place) {
  machine_.kernel_phys_base = place;
  boot::Options options = subject_.boot;
  options.command_line = line_with(parameter);
  options.append.clear();
  options.record_memblock = false;
  options.keep_user_space = false;
  options.follow_pages = false;
  boot::Outcome outcome = boot::run(machine_, subject_.profile, options);
  if (!outcome.faults.empty()) return outcome.faults;
  return outcome;
}

Result<const boot::Outcome*> Prover::base() {
  if (!base_) {
    auto booted = boot("", PhysAddr{places_with("").place(0)});
    if (!booted) return booted.errors();
    base_ = *std::move(booted);
  }
  return &*base_;
}

Result<const Prover::Without*> Prover::without(PhysAddr place) {
  const auto known = without_.find(raw(place));
  if (known != without_.end()) return &known->second;
  const auto outcome = boot("", place);
  if (!outcome) return outcome.errors();
  return &without_.emplace(raw(place), Without{mem_total_of(*outcome), complaints_of(*outcome)})
              .first->second;
}

Result<Proof> Prover::prove(std::string_view parameter, const Judge& judge) {
  const kaslr::PossiblePlaces places = places_with(parameter);
  Proof out{.line = line_with(parameter), .places = places.count(), .why_one = places.why_one};
  out.assumed = places.assumed;
  for (const std::uint64_t n : kaslr::spread_over(places, kaslr::kMostPlacesTried)) {
    const PhysAddr place{places.place(n)};
    const auto outcome = boot(parameter, place);
    if (!outcome) return outcome.errors();
    ++out.boots;
    Judgement judged{.fault = end_of(*outcome)};
    if (judged.fault.empty()) judged = judge(*outcome);
    const Without* without_it = nullptr;
    if (judged.fault.empty()) {
      const auto booted = without(place);
      if (!booted) return booted.errors();
      without_it = *booted;
      if (const Event* said = new_complaint(*outcome, without_it->complaints))
        judged.fault = fmt::format("the kernel warns: {}", said->text);
    }
    if (!judged.fault.empty()) {
      if (out.fault.empty()) out.fault_at = place;
      if (out.fault.empty()) out.fault = judged.fault;
      continue;
    }
    if (judged.at) ++out.at[raw(*judged.at)];
    const auto cost = static_cast<std::int64_t>(without_it->mem_total - mem_total_of(*outcome));
    out.cost_least = out.good == 0 ? cost : std::min(out.cost_least, cost);
    out.cost_most = out.good == 0 ? cost : std::max(out.cost_most, cost);
    ++out.good;
  }
  return out;
}

}  // namespace memmap::suggest
