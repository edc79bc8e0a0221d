// What a search for a parameter found: the parameter, its proof, what was left out and why.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/range.h"

namespace memmap::suggest {

// Memory that is not taken, and why: `initrd`.
struct Excluded {
  PhysRange range{};
  std::string why{};
};

// What boots with a parameter showed. All sizes in bytes.
struct Proof {
  std::string line{};        // the whole command line
  std::uint64_t places = 0;  // that the kernel's image may have with it
  std::uint64_t boots = 0;   // at as many of them; 0: nothing was booted
  std::uint64_t good = 0;    // did what was asked
  std::string fault{};       // of the first that did not: a sentence
  PhysAddr fault_at{};       // where the image lay
  std::string why_one{};     // where there is one place alone: why
  // Of the good ones: where what was asked for begins, and in how many boots. In bytes.
  std::map<std::uint64_t, std::uint64_t> at{};
  // MemTotal without the parameter less MemTotal with it, over the places that were compared.
  std::int64_t cost_least = 0;
  std::int64_t cost_most = 0;
  std::vector<std::string> assumed{};  // of the places: kaslr::PossiblePlaces

  bool proved() const { return boots != 0 && good == boots; }
  bool depends() const { return good != 0 && good != boots; }
  bool moves() const { return at.size() > 1; }
};

struct Tried {
  std::string parameter{};
  std::string why{};  // it was tried, or it is not the one that is suggested
  Proof proof{};
};

struct Suggestion {
  std::string what{};       // `crashkernel`
  std::string parameter{};  // or several, with blanks; empty: there is none, and `why` says why
  std::string why{};        // this one, and there
  std::uint64_t size = 0;   // that it takes; bytes
  std::optional<PhysRange> range{};
  Proof proof{};
  std::vector<Tried> others{};
  std::vector<Excluded> excluded{};  // ascending
  std::vector<std::string> needs{};  // what else must be so: other parameters, what nobody can know
};

}  // namespace memmap::suggest
