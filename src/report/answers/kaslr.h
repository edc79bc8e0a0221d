// What `memmap kaslr` tells: every place that the kernel's image may have, what keeps others out, and
// what of a boot depends on it; for people and for programs.
#pragma once

#include <string>

#include "boot/outcome.h"
#include "compare/by_place.h"
#include "kaslr/possible_places.h"
#include "report/form/style.h"

namespace memmap::report {

inline constexpr const char* kKaslrSchema = "memmap/kaslr/1";

struct KaslrAnswer {
  const boot::Subject& subject;
  const kaslr::PossiblePlaces& places;
  const compare::ByPlace& boots;
  bool list = false;  // every place too
};

// The first lines are the answer: how many places, and what depends on them.
std::string kaslr_to_text(const KaslrAnswer& answer, const TextStyle& style);
// share/schema/kaslr.json
std::string kaslr_to_json(const KaslrAnswer& answer);

}  // namespace memmap::report
