// All places that the kernel's image may be given on a machine: who chooses, among which, and what
// keeps others out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kaslr/slots.h"
#include "kernel/profile.h"
#include "machine/machine.h"

namespace memmap::kaslr {

// Whoever gives the image its place. `nobody`: it stays where it is put.
enum class Chooser { nobody, decompressor, efi_stub };

// Memory that holds no image, and why: `initrd`.
struct KeptAway {
  MemVector range{};
  std::string why{};
};

struct PossiblePlaces {
  Chooser chooser = Chooser::nobody;
  std::string why_one{};         // a sentence, where there is one place alone; else empty
  std::uint64_t image_size = 0;  // bytes that a place must have room for
  std::uint64_t align = 0;
  std::uint64_t minimum = 0;           // no place below it
  std::uint64_t stays = 0;             // where the image lies if no place is chosen
  Slots slots{};                       // empty: no place is chosen
  std::vector<MemVector> memory{};     // that may be used, as the chooser sees it
  std::vector<KeptAway> kept_away{};   // in no order; they may overlap
  std::uint64_t virtual_slots = 1;     // places in the kernel's own addresses
  std::vector<std::string> assumed{};  // a sentence each: what is not known, and what is taken

  // All places: that of each slot, or where the image stays. n < count().
  std::uint64_t count() const;
  std::uint64_t place(std::uint64_t n) const;
};

// `line`: what the boot loader passes (what is built into the kernel may stand before it). `levels`
// of page tables. Where machine and profile do not tell what the choice needs, it is `assumed`.
PossiblePlaces possible_places(const Machine& machine, const kernel::Profile& profile,
                               std::string_view line, unsigned levels);
// The same with as many levels as the kernel uses on that machine.
PossiblePlaces possible_places(const Machine& machine, const kernel::Profile& profile,
                               std::string_view line);

// The numbers of at most `most` places, ascending: all of them, or of more the ends of each area and as
// many between that are evenly spread. `most` is not 0.
std::vector<std::uint64_t> spread_over(const PossiblePlaces& places, std::uint64_t most);
// Whoever boots at places tries as many.
inline constexpr std::uint64_t kMostPlacesTried = 4096;

// A stretch between the places' images.
struct Gap {
  MemVector range{};
  std::string why{};  // what lies there, with commas: `initrd, setup_data`
};

// From 0 up to the end of memory, what no image can lie in, in ascending order.
//
//   places   |.|.|.|             |.|.|
//   images   [------------]      [---------]
//   gaps                   |----|           |-- to the end of memory
//
std::vector<Gap> gaps_of(const PossiblePlaces& places);

}  // namespace memmap::kaslr
