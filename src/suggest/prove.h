// Boots a command line with the kernel's image at every place that it may have.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "boot/options.h"
#include "boot/outcome.h"
#include "kaslr/possible_places.h"
#include "kernel/profile.h"
#include "machine/machine.h"
#include "suggest/suggestion.h"

namespace memmap::suggest {

// For which machine and kernel something is looked for.
struct Subject {
  const Machine& machine;
  const kernel::Profile& profile;
  boot::Options boot{};  // what is plugged in: the kernel's own rules at least
  std::string line{};    // the command line without what is looked for
  // The same plugged in once more, for threads beside the one that asks; each is used by one at a time.
  std::vector<boot::Options> others{};
};

// What one boot came to: empty `fault` if it did what was asked.
struct Judgement {
  std::string fault{};           // a sentence
  std::optional<PhysAddr> at{};  // where what was asked for begins
};
// Several threads may call it at once.
using Judge = std::function<Judgement(const boot::Outcome&)>;

// One thread at a time, which has others work for it (Subject::others). All that it is made of must outlive it.
class Prover {
 public:
  explicit Prover(const Subject& subject);

  const Subject& subject() const { return subject_; }
  // The line with `parameter` behind it, as a boot loader adds it.
  std::string line_with(std::string_view parameter) const;
  kaslr::PossiblePlaces places_with(std::string_view parameter) const;
  // The boot of the line with `parameter`, the image at `place`.
  Result<boot::Outcome> boot(std::string_view parameter, PhysAddr place);
  // Of the line alone, the image at its first place. Errors: what is plugged in did wrong.
  Result<const boot::Outcome*> base();

  // Boots the line with `parameter` on all its threads at all places, or at kaslr::kMostPlacesTried of them. A boot that
  // stops, or complains of what the line alone does not complain of, is none that did what was asked.
  Result<Proof> prove(std::string_view parameter, const Judge& judge);

 private:
  struct Without {
    std::uint64_t mem_total = 0;
    std::vector<std::string> complaints{};  // the kernel functions that warn
  };
  // What one thread boots with.
  struct Bench {
    boot::Options options;
    std::optional<Machine>
        machine{};  // the subject's, with the image where it is booted next; from its first boot on
  };
  // How one place was judged.
  struct Trial {
    PhysAddr place{};
    Judgement judged{};
    std::int64_t cost = 0;             // of MemTotal, in bytes; where there is no fault
    std::optional<Without> without{};  // the line alone there, if it had to be booted
  };
  Result<boot::Outcome> boot_on(Bench& bench, std::string_view parameter, PhysAddr place) const;
  Result<Trial> try_place(Bench& bench, std::string_view parameter, PhysAddr place,
                          const Judge& judge) const;

  const Subject& subject_;
  std::vector<Bench> benches_{};  // the first for the thread that asks
  std::optional<boot::Outcome> base_{};
  std::map<std::uint64_t, Without> without_{};  // by place; the threads read it
};

// The last words of a boot that stopped; empty: it did not.
std::string end_of(const boot::Outcome& outcome);
// MemTotal in bytes; what is handed over where that is not known.
std::uint64_t mem_total_of(const boot::Outcome& outcome);

}  // namespace memmap::suggest
