// What kmemcheck knows of memory: which pages it tracks, the shadow of each of their bytes, and,
// as far as anybody told, what is in them.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>

namespace kmemcheck {

constexpr std::uint64_t kPageSize = 4096;
constexpr std::uint64_t page_of(std::uint64_t address) { return address & ~(kPageSize - 1); }

// kernel: enum kmemcheck_shadow, arch/x86/mm/kmemcheck/shadow.h, v4.14
enum class Shadow : std::uint8_t { unallocated, uninitialized, initialized, freed };

// As reports have it: `a`, `u`, `i`, `f`.
char letter_of(Shadow state);
// `unallocated`, ...
const char* word_of(Shadow state);

// Pages by virtual address. A page that is tracked is hidden, so that an access faults, until it is
// shown; one that is not is always there. A run of pages costs nothing until a byte of it differs.
class ShadowMap {
 public:
  using Byte = std::optional<std::uint8_t>;  // nullopt: nobody said what it is

  // `pages` pages from `base`, a page's first byte, become tracked and hidden, each byte `state`
  // and with that content.
  void track(std::uint64_t base, std::uint64_t pages, Shadow state, Byte content = std::nullopt);
  // Forgets them, contents too: whoever has them next is not watched.
  void untrack(std::uint64_t base, std::uint64_t pages);

  bool tracked(std::uint64_t address) const;
  // How far the first tracked byte from `address` on is; UINT64_MAX: there is none.
  std::uint64_t until_tracked(std::uint64_t address) const;
  // Whether an access there would fault.
  bool hidden(std::uint64_t address) const;
  // False, and nothing is done, where the page is not tracked.
  bool show(std::uint64_t address);
  bool hide(std::uint64_t address);

  // nullopt: not tracked.
  std::optional<Shadow> at(std::uint64_t address) const;
  // Every byte of [address, address + size) that is tracked becomes `state`.
  void mark(std::uint64_t address, std::uint64_t size, Shadow state);

  Byte content(std::uint64_t address) const;
  // Kept for tracked pages alone.
  void set_content(std::uint64_t address, Byte value);

 private:
  struct Page {
    std::array<Shadow, kPageSize> shadow{};
    std::array<Byte, kPageSize> bytes{};
    bool present = false;
  };
  struct Run {
    std::uint64_t end = 0;
    Shadow state = Shadow::unallocated;
    Byte content{};
  };
  using Runs = std::map<std::uint64_t, Run>;

  Runs::const_iterator run_of(std::uint64_t address) const;
  const Page* find(std::uint64_t address) const;
  // nullptr: not tracked.
  Page* page(std::uint64_t address);

  Runs runs_{};                            // disjoint, by first byte
  std::map<std::uint64_t, Page> pages_{};  // those in which something differs from their run
};

}  // namespace kmemcheck
