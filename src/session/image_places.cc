#include "session/image_places.h"

#include <fmt/format.h>

#include <algorithm>
#include <type_traits>
#include <utility>
#include <vector>

#include "parallel/in_order.h"

namespace memmap::session {
namespace {

// Not what differs nearly everywhere: some pages of page tables, what is handed over at first.
bool is_worth_a_note(const compare::Spread& spread) {
  if (spread.key == "mem_total") return spread.most - spread.least >= kMiB;
  return spread.key != "handed_over" && spread.key != "swiotlb_at";
}

// Whether the boot set memory apart that must lie somewhere in one piece (a crash kernel, CMA, gigantic pages, an initrd that
// is moved), or failed to, or had any other trouble. Any other boot asks for nothing that one place of the image leaves room
// for and another does not, where the first and the last of an area agree.
bool is_particular(const boot::Outcome& outcome) {
  const auto complains = [](const Event& event) { return event.severity >= Severity::warning; };
  if (std::ranges::any_of(outcome.events, complains)) return true;
  compare::ByPlace answers;
  answers.add(PhysAddr{}, compare::answers_of(outcome));
  return std::ranges::any_of(answers.spreads(), [](const compare::Spread& spread) {
    return spread.key != "mem_total" && spread.key != "swiotlb" && is_worth_a_note(spread);
  });
}

}  // namespace

kaslr::PossiblePlaces image_places(const Session& session) {
  return image_places(session, *session.machine(), session.command_line());
}

kaslr::PossiblePlaces image_places(const Session& session, const Machine& machine,
                                   std::string_view line) {
  return kaslr::possible_places(machine, session.profile(), line);
}

namespace {

// What one thread boots with.
struct Bench {
  Rules& rules;
  boot::Options& options;
  Machine machine;  // with the image where it is booted next
};

Result<boot::Outcome> boot_at(PhysAddr place, const Session& session, Bench& bench) {
  bench.machine.kernel_phys_base = place;
  const boot::Inputs inputs(bench.machine, session.profile(), bench.options);
  return session.boot(bench.rules, bench.options, inputs);
}

}  // namespace

Status each_place(const Session& session, Rules& rules, Machine machine, boot::Options& options,
                  const kaslr::PossiblePlaces& places, std::uint64_t most,
                  const LookAtPlace& look) {
  Bench bench{rules, options, std::move(machine)};
  for (const std::uint64_t n : kaslr::spread_over(places, most)) {
    const PhysAddr place{places.place(n)};
    const auto outcome = boot_at(place, session, bench);
    if (!outcome) return outcome.errors();
    if (!look(place, *outcome)) break;
  }
  return Done{};
}

namespace {

// Boots the session's machine on all benches. `keep` makes on the thread that booted what `take` then takes on this one,
// until it says that it is enough; `ahead` as parallel::in_order() has it.
template <class Keep, class Take>
Status boot_on_threads(Session& session, const kaslr::PossiblePlaces& places, std::uint64_t most,
                       std::size_t threads, std::size_t ahead, Keep keep, Take take) {
  using Kept = std::invoke_result_t<Keep&, boot::Outcome>;
  struct Booted {
    PhysAddr place{};
    Kept kept{};
  };
  const std::vector<std::uint64_t> tried = kaslr::spread_over(places, most);
  auto rules = session.rules_for_boots(tried.size(), threads);
  if (!rules) return rules.errors();
  std::vector<boot::Options> options;
  for (const Rules& own : *rules) {
    boot::Options& its = options.emplace_back(session.options(own));
    its.record_memblock = false;
    its.keep_user_space = false;
  }
  std::vector<Bench> benches;
  for (std::size_t i = 0; i < rules->size(); ++i)
    benches.push_back({(*rules)[i], options[i], *session.machine()});

  const auto make = [&](std::uint64_t n, std::size_t worker) -> Result<Booted> {
    const PhysAddr place{places.place(n)};
    auto outcome = boot_at(place, session, benches[worker]);
    if (!outcome) return outcome.errors();
    return Booted{place, keep(*std::move(outcome))};
  };
  Errors errors;
  const auto take_booted = [&](const Result<Booted>& booted) {
    if (booted) return take(booted->place, booted->kept);
    errors = booted.errors();
    return false;
  };
  parallel::in_order(benches.size(), parallel::jobs_of(tried), make, take_booted, ahead);
  if (!errors.empty()) return errors;
  return Done{};
}

}  // namespace

Status each_place(Session& session, const kaslr::PossiblePlaces& places, std::uint64_t most,
                  const LookAtPlace& look, std::size_t threads) {
  return boot_on_threads(
      session, places, most, threads, parallel::kOfLargeOnes,
      [](boot::Outcome outcome) { return outcome; }, look);
}

Result<BootsByPlace> boot_by_place(Session& session, const kaslr::PossiblePlaces& places,
                                   std::uint64_t most, std::size_t threads) {
  using Kept = std::pair<boot::Subject, compare::Answers>;
  BootsByPlace out;
  const Status done = boot_on_threads(
      session, places, most, threads, parallel::kAhead,
      [](const boot::Outcome& outcome) {
        return Kept{outcome.subject, compare::answers_of(outcome)};
      },
      [&](PhysAddr place, const Kept& kept) {
        if (out.answers.boots() == 0) out.subject = kept.first;
        out.answers.add(place, kept.second);
        return true;
      });
  if (!done) return done.errors();
  return out;
}

Result<std::string> place_note(Session& session, const boot::Outcome& outcome) {
  constexpr std::uint64_t kMost = 8;
  constexpr std::uint64_t kFew = 4;
  constexpr std::uint64_t kMostRam = 256 * kGiB;  // such boots take far less than the rest of a run
  const Machine& machine = *session.machine();
  if (!session.named().deciding.empty() || !machine.plugins.empty()) return std::string();
  std::uint64_t ram = 0;
  for (const E820Entry& e : machine.firmware_map) ram += e.type == E820Type::ram ? e.size : 0;
  if (machine.kernel_phys_base || ram > kMostRam) return std::string();
  const kaslr::PossiblePlaces places = image_places(session);
  if (places.count() == 1) return std::string();
  const auto boots = boot_by_place(session, places, is_particular(outcome) ? kMost : kFew);
  if (!boots) return boots.errors();
  std::string what;
  for (const compare::Spread& spread : boots->answers.spreads()) {
    if (boots->answers.depends(spread) && is_worth_a_note(spread))
      what += (what.empty() ? "" : ", ") + std::string(spread.what);
  }
  if (what.empty()) return what;
  return fmt::format(
      "KASLR: where the image is put is not known, and depends on it: {}; `memmap kaslr` "
      "tells how",
      what);
}

}  // namespace memmap::session
