// An allocator of a kernel's rules that keeps what it tells.
#pragma once

#include <utility>
#include <vector>

#include "kernel/behaviour.h"
#include "memblock/memblock.h"

namespace memmap::memblock {

inline constexpr kernel::Version k612{6, 12, 0};
inline constexpr kernel::Version k61{6, 1, 0};

struct Fixture {
  explicit Fixture(kernel::Version v = k612, const Options& options = {})
      : mb(kernel::behaviour_of(v, 6), options) {
    mb.set_event_sink([this](Event e) { events.push_back(std::move(e)); });
    mb.set_observer([this](const Call& c) { calls.push_back(c); });
  }
  Memblock mb;
  Events events;
  std::vector<Call> calls;
};

}  // namespace memmap::memblock
