#include "suggest/prove.h"

#include <fmt/format.h>

#include <algorithm>

#include "boot/run.h"
#include "kernel/command_line.h"
#include "parallel/in_order.h"

namespace memmap::suggest {
namespace {

std::vector<std::string> complaints_of(const boot::Outcome& outcome) {
  std::vector<std::string> out;
  for (const Event& event : outcome.events) {
    if (event.severity == Severity::warning) out.emplace_back(event.rule.function);
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

// Counts it in; trials come in the order of their places.
void add(PhysAddr place, const Judgement& judged, std::int64_t cost, Proof& proof) {
  ++proof.boots;
  if (!judged.fault.empty()) {
    if (proof.fault.empty()) proof.fault_at = place;
    if (proof.fault.empty()) proof.fault = judged.fault;
    return;
  }
  if (judged.at) ++proof.at[raw(*judged.at)];
  proof.cost_least = proof.good == 0 ? cost : std::min(proof.cost_least, cost);
  proof.cost_most = proof.good == 0 ? cost : std::max(proof.cost_most, cost);
  ++proof.good;
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

Prover::Prover(const Subject& subject) : subject_(subject) {
  const auto add = [&](boot::Options options) {
    options.append.clear();
    options.record_memblock = false;
    options.keep_user_space = false;
    options.follow_pages = false;
    benches_.push_back({std::move(options)});
  };
  add(subject.boot);
  for (const boot::Options& other : subject.others) add(other);
}

std::string Prover::line_with(std::string_view parameter) const {
  return kernel::appended(subject_.line, parameter);
}

kaslr::PossiblePlaces Prover::places_with(std::string_view parameter) const {
  return kaslr::possible_places(subject_.machine, subject_.profile, line_with(parameter));
}

Result<boot::Outcome> Prover::boot(std::string_view parameter, PhysAddr place) {
  return boot_on(benches_.front(), parameter, place);
}

Result<boot::Outcome> Prover::boot_on(Bench& bench, std::string_view parameter,
                                      PhysAddr place) const {
  if (!bench.machine) bench.machine = subject_.machine;
  bench.machine->kernel_phys_base = place;
  bench.options.command_line = line_with(parameter);
  boot::Outcome outcome = boot::run(*bench.machine, subject_.profile, bench.options);
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

Result<Prover::Trial> Prover::try_place(Bench& bench, std::string_view parameter, PhysAddr place,
                                        const Judge& judge) const {
  const auto outcome = boot_on(bench, parameter, place);
  if (!outcome) return outcome.errors();
  Trial out{.place = place, .judged = {.fault = end_of(*outcome)}};
  if (out.judged.fault.empty()) out.judged = judge(*outcome);
  if (!out.judged.fault.empty()) return out;
  const auto known = without_.find(raw(place));
  if (known == without_.end()) {
    const auto alone = boot_on(bench, "", place);
    if (!alone) return alone.errors();
    out.without = Without{mem_total_of(*alone), complaints_of(*alone)};
  }
  const Without& without = out.without ? *out.without : known->second;
  if (const Event* said = new_complaint(*outcome, without.complaints))
    out.judged.fault = fmt::format("the kernel warns: {}", said->text);
  out.cost = static_cast<std::int64_t>(without.mem_total - mem_total_of(*outcome));
  return out;
}

Result<Proof> Prover::prove(std::string_view parameter, const Judge& judge) {
  const kaslr::PossiblePlaces places = places_with(parameter);
  Proof out{.line = line_with(parameter), .places = places.count(), .why_one = places.why_one};
  out.assumed = places.assumed;
  const std::vector<std::uint64_t> tried = kaslr::spread_over(places, kaslr::kMostPlacesTried);
  const auto make = [&](std::uint64_t n, std::size_t worker) {
    return try_place(benches_[worker], parameter, PhysAddr{places.place(n)}, judge);
  };
  Errors errors;
  std::map<std::uint64_t, Without> booted;  // not yet in without_, which is being read
  const auto take = [&](Result<Trial> trial) {
    if (!trial) {
      errors = trial.errors();
      return false;
    }
    add(trial->place, trial->judged, trial->cost, out);
    if (trial->without) booted.emplace(raw(trial->place), *std::move(trial->without));
    return true;
  };
  parallel::in_order(parallel::worth(tried.size(), benches_.size()), parallel::jobs_of(tried), make,
                     take);
  without_.merge(booted);
  if (!errors.empty()) return errors;
  return out;
}

}  // namespace memmap::suggest
