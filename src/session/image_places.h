// The places that the kernel's image may have on a session's machine, and the boot at each of them.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "base/result.h"
#include "boot/outcome.h"
#include "compare/by_place.h"
#include "kaslr/possible_places.h"
#include "parallel/pool.h"
#include "session/session.h"

namespace memmap::session {

kaslr::PossiblePlaces image_places(const Session& session);
// The same of another machine and with another line from the boot loader.
kaslr::PossiblePlaces image_places(const Session& session, const Machine& machine,
                                   std::string_view line);

// Boots `machine` at `most` of the places, as the session boots its own. Calls `look` with each boot until it says
// false. Errors: those of Session::boot().
using LookAtPlace = std::function<bool(PhysAddr place, const boot::Outcome& outcome)>;
Status each_place(const Session& session, Rules& rules, Machine machine, boot::Options& options,
                  const kaslr::PossiblePlaces& places, std::uint64_t most, const LookAtPlace& look);

struct BootsByPlace {
  compare::ByPlace answers{};
  boot::Subject subject{};  // of the first
};

// The same of the session's machine under its rules_without_checks(), whose errors it has too: on so many threads at most,
// where there are many places and no plugin is a file. `look` is called by this thread, in the same order.
Status each_place(Session& session, const kaslr::PossiblePlaces& places, std::uint64_t most,
                  const LookAtPlace& look, std::size_t threads = parallel::cores());

// The figures of the boots at each_place(); the same whatever the number of threads.
Result<BootsByPlace> boot_by_place(Session& session, const kaslr::PossiblePlaces& places,
                                   std::uint64_t most = kaslr::kMostPlacesTried,
                                   std::size_t threads = parallel::cores());

// For the notes of a report that assumes a place: what depends on it, as far as boots at a few places
// show, the ends of areas first. `outcome`: the report's. Empty: nothing, or the place is known, or plugins decide, or
// the machine is so large that to find out would take long.
Result<std::string> place_note(Session& session, const boot::Outcome& outcome);

}  // namespace memmap::session
