// Who asks memblock for something, and the record of what was asked and answered.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "base/range.h"

namespace memmap::memblock {

// Both strings must outlive the memblock (literals, as a rule). `function`: the kernel function
// that calls, as memblock=debug prints it (`setup_arch`). `owner`: what the memory is for, as
// reports name it (`kernel image`, `initrd`, `page tables`).
struct Caller {
  std::string_view function{};
  std::string_view owner{};
  // Where memblock itself calls, to reserve what it allocates: the function that asked for that.
  std::string_view asker{};
};

enum class CallKind { add, remove, reserve, free, alloc };

// A call as memblock=debug logs it, before its effect on the lists. An allocation is recorded
// twice, as the kernel does: `alloc` with the request, then `reserve` of the address that was
// chosen.
struct Call {
  CallKind kind = CallKind::add;
  std::string_view
      operation{};          // the function that logs: `memblock_add_node`, `memblock_alloc_try_nid`
  PhysRange range{};        // add, remove, reserve, free; capped as memblock caps it
  std::uint32_t flags = 0;  // memblock_add_node only
  // alloc only:
  std::uint64_t size = 0;   // bytes
  std::uint64_t align = 0;  // bytes
  PhysAddr from{};
  PhysAddr max_addr{};
  int nid = -1;  // also of memblock_add_node
  Caller caller{};
};

using CallObserver = std::function<void(const Call&)>;

}  // namespace memmap::memblock
