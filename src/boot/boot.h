// A boot on its way: what the steps read (`in`), what they change (`state`), where they tell what
// happens (`story`), and what a file of steps keeps to itself (`scratch`).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

#include "boot/inputs.h"
#include "boot/losses.h"
#include "boot/scratch.h"
#include "boot/state.h"
#include "boot/story.h"

namespace memmap::boot {

struct Boot {
  explicit Boot(const Inputs& inputs);  // which must outlive it
  Boot(const Boot&) = delete;
  Boot& operator=(const Boot&) = delete;

  const Inputs& in;
  State state;
  Story story;
  Losses losses{};
  Scratch scratch{};

  // The caller that memblock=debug would name: of `functions`, innermost first, the first that the
  // compiler left as a function of its own; the last where it left none, which holds them all then;
  // the first where the profile does not tell what it left. `functions` is not empty.
  memblock::Caller caller(const memblock::Purpose& owner,
                          std::initializer_list<kernel::Function> functions) const;
  void reserve(PhysRange range, const memblock::Caller& caller) {
    state.memblock.reserve(range.base(), range.size(), caller);
  }
  void reserve_kern(PhysRange range, const memblock::Caller& caller) {
    state.memblock.reserve_kern(range.base(), range.size(), caller);
  }
  // memblock_alloc(); where there is no memory the kernel panics in its caller's words. `file` is
  // where the caller's function stands.
  std::optional<PhysAddr> alloc_or_panic(std::uint64_t size, std::uint64_t align,
                                         const memblock::Caller& caller, std::string_view file);
  // Memory within [from, to), taken the way this kernel's callers take it.
  std::optional<PhysAddr> take_within(kernel::Behaviour::Bounded how, std::uint64_t size,
                                      std::uint64_t align, PhysAddr from, PhysAddr to,
                                      const memblock::Caller& caller);
  // What the kernel says of a table of the firmware's when it reads it.
  void tell_of(FirmwareTable table);
  // An event of severity panic: `size` bytes for the rule's function could not be had.
  void panic_without_memory(const Rule& rule, std::uint64_t size);
};

}  // namespace memmap::boot
