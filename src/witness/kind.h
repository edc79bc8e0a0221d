// What a kind of statement is: a sentence by which a kernel's log tells what the kernel made of its
// memory, and what the simulated boot says in its place.
#pragma once

#include <array>
#include <compare>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "boot/inputs.h"
#include "boot/outcome.h"

namespace memmap::witness {

// What is said: of which thing (`node 0, zone DMA`; empty where there is only one), and what of it.
// Both without what differs from version to version in the kernel's words.
struct Said {
  std::string key{};
  std::string value{};
  friend auto operator<=>(const Said&, const Said&) = default;
};

// What a line takes from those before it.
struct Reading {
  int nid = 0;  // of the last `On node N`
  // Ranges were printed in page frames, as before 3.5: zones' pages then leave out struct pages.
  bool in_page_frames = false;
  unsigned last_pfns =
      0;  // lines `last_pfn`: between the first and the second the MTRRs are looked at
};

// The boot that a log is compared with.
struct Simulated {
  const boot::Inputs& in;
  const boot::Outcome& out;
  // The profile is of the very kernel that wrote the log, and not of the nearest known.
  bool same_build = false;
};

enum class Standing {
  compared,
  fact,     // the boot was made with it: that they agree says nothing
  unknown,  // its truth follows from what the log does not tell
};
struct Judged {
  Standing standing = Standing::compared;
  std::string_view why{};  // of unknown: a sentence without full stop
};

// What a difference may come of beside the kernel's version; reasons.cc has the words.
enum class Cause { rule, place, sizes, crash_kernel };

// One row a kind. Whoever adds one: a row in the file of its group, a line in tests/unit/witness,
// a row in share/doc/verify.md.
struct Kind {
  std::string_view id;     // `node_ranges`
  std::string_view words;  // for people
  // Which lines may be of the kind: those that begin with one of these. Empty ones are none.
  std::array<std::string_view, 8> fronts;
  // What such a line says; nullopt: it is something else.
  std::optional<Said> (*read)(std::string_view line, Reading& reading);
  // All that the boot says of the kind. nullptr: its events have it in the kernel's own words, which
  // read() understands.
  std::vector<Said> (*simulated)(const Simulated& boot) = nullptr;
  // Where the boot has no list but answers for a key: the value that it has there; nullopt: none.
  std::optional<std::string> (*at)(const Simulated& boot, const Said& said) = nullptr;
  // nullptr: always compared. Decided by rule, before anything is compared.
  Judged (*judge)(const Simulated& boot, const Said& said) = nullptr;
  Cause cause = Cause::rule;
};

}  // namespace memmap::witness
