// Memblock's calls as memblock=debug logs them: who called, and what for.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "base/range.h"

namespace memmap::memblock {

// Who calls. The strings must outlive the memblock; as a rule they are literals.
struct Caller {
  std::string_view function{};  // the kernel function that calls: `setup_arch`
  std::string_view owner{};     // what the memory is for, as reports name it: `initrd`
  // For the reservation by which memblock ends an allocation: the function that asked for that
  // allocation. `function` is memblock's own then.
  std::string_view asker{};
};

enum class CallKind { add, remove, reserve, free, alloc };

// One call, before its effect on the lists. An allocation is two calls, as in the kernel's log:
// `alloc` with the request, then `reserve` with the block that was found.
struct Call {
  CallKind kind = CallKind::add;
  std::string_view operation{};  // the function that logs: `memblock_add_node`, `memblock_reserve`
  PhysRange range{};             // of all kinds but alloc; its end is cut to 2^64 - 1
  std::uint32_t flags = 0;       // RegionFlags, of memblock_add_node() only
  int nid = -1;                  // as asked for, of memblock_add_node() and alloc
  // Of alloc only, as asked for: `align` may be 0, and `max_addr` one of the special ends.
  std::uint64_t size = 0;   // bytes
  std::uint64_t align = 0;  // bytes
  PhysAddr from{};
  PhysAddr max_addr{};
  Caller caller{};
};

// Called during the operation, which it must not change.
using CallObserver = std::function<void(const Call&)>;

}  // namespace memmap::memblock
