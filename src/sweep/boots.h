// The boots of a sweep: sessions are opened once for each machine, kernel, .config and plugins, and boot every command
// line and place of the image.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "boot/outcome.h"
#include "session/image_places.h"
#include "session/places.h"
#include "session/session.h"
#include "sweep/plan.h"

namespace memmap::sweep {

// What is at hand while a boot is looked at.
struct Booted {
  const boot::Inputs& inputs;
  const boot::Outcome& outcome;
  std::optional<PhysAddr> slot{};  // where the image was put, of a slot
  // Boots at each place that the image may have (of very many, at some), until `look` says false. Error: a plugin's.
  using Look = session::LookAtPlace;
  std::function<Status(const Look& look)> every_slot{};
};

// What Booted::every_slot does: `machine` is booted as the session boots its own.
Status boot_everywhere(const session::Session& session, session::Rules& rules,
                       const Machine& machine, boot::Options& options, const std::string& line,
                       const Booted::Look& look);

// Several threads may call it at once.
class Boots {
 public:
  // Both must outlive it.
  Boots(const Plan& plan, const session::Places& places);
  ~Boots();
  Boots(const Boots&) = delete;
  Boots& operator=(const Boots&) = delete;

  // Boots it and shows what came of it. Errors: the machine cannot be booted so, or a plugin did something wrong.
  Status boot(const Combination& combination, const std::function<void(const Booted&)>& show);

  // How many of the slots that are asked for there are; 1 where the session cannot be opened, for the row that says so.
  std::uint64_t count_slots(const Combination& combination);

 private:
  struct Station;
  class Lease;
  std::shared_ptr<Station> station(const Combination& combination);

  struct State;
  const Plan& plan_;
  const session::Places& places_;
  std::unique_ptr<State> state_;
};

}  // namespace memmap::sweep
