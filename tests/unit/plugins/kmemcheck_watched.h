// kmemcheck's engine with a shorthand for what is done to it and what it says.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "check_kmemcheck/checker.h"

namespace kmemcheck {

inline constexpr std::uint64_t kPage = 0xffff88003e4a2000;
inline constexpr std::uint64_t kStack = 0xffff88007a000000;  // of nobody's tracked pages

// A checker and the instruction that it is at.
struct Watched {
  Checker checker;
  std::uint64_t ip = 0;
  std::set<std::uint64_t> slabs{};

  explicit Watched(Options options = {.mode = 1}) : checker(options) {}

  void pages(std::uint64_t base, unsigned order = 0, Gfp gfp = {}) {
    checker.alloc_pages(base, order, gfp);
  }
  void object(std::uint64_t at, std::uint64_t size, Gfp gfp = {}, Slab slab = {}) {
    checker.slab_alloc(at, size, gfp, in_slab(at, slab));
  }
  void free(std::uint64_t at, std::uint64_t size, Slab slab = {}) {
    checker.slab_free(at, size, in_slab(at, slab));
  }
  Slab in_slab(std::uint64_t at, Slab slab) {
    if (slabs.insert(page_of(at)).second) slab.base = page_of(at), slab.pages = 1;
    return slab;
  }
  void read(std::uint64_t at, std::uint64_t size) { checker.read(++ip, at, size); }
  void write(std::uint64_t at, std::uint64_t size) { checker.write(++ip, at, size, {}); }
  void copy(std::uint64_t from, std::uint64_t to, std::uint64_t size, unsigned unit = 8) {
    checker.copy(++ip, from, to, size, unit);
  }

  // `uuuuiiii`; `.` is not tracked.
  std::string shadow(std::uint64_t at, std::uint64_t size) const {
    std::string out;
    for (std::uint64_t i = 0; i < size; ++i) {
      const auto state = checker.shadow().at(at + i);
      out += state ? letter_of(*state) : '.';
    }
    return out;
  }
  // `32 u 24`: bits, state and offset in the page, of each report that waits.
  std::vector<std::string> reports() {
    std::vector<std::string> out;
    for (const Report& r : checker.drain().reports) {
      out.push_back(std::to_string(8 * r.size) + ' ' + letter_of(r.state) + ' ' +
                    std::to_string(r.address % kPageSize));
    }
    return out;
  }
};

using Reports = std::vector<std::string>;

}  // namespace kmemcheck
