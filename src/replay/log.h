// The log of a kernel that was booted with memblock=debug, as values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/range.h"
#include "memblock/call.h"
#include "memblock/region.h"

namespace memmap::replay {

// `memblock_reserve: [0x...-0x...] setup_arch+0xb83/0xcc0`, or a request for memory. All is as in
// memblock::Call.
struct LoggedCall {
  memblock::CallKind kind = memblock::CallKind::add;
  std::string operation{};  // the function that logs
  std::string caller{};     // the function that calls, without offset and size
  PhysRange range{};        // of all kinds but alloc
  std::uint32_t flags = 0;  // of memblock_add_node() and __memblock_reserve()
  int nid = memblock::kAnyNode;
  // Of alloc only:
  std::uint64_t size = 0;
  std::uint64_t align = 0;
  PhysAddr from{};
  PhysAddr max_addr{};
  bool exact_nid = false;  // of memblock_alloc_hugetlb() only
};

enum class List { memory, reserved };

// `memblock: reserved is doubled to 256 at [0x...-0x...]`
struct LoggedGrowth {
  List list = List::reserved;
  std::uint64_t max = 0;  // entries that the new array has room for
  PhysRange array{};      // where it lies
};

// `MEMBLOCK configuration:` and the lists below it. Regions without a node have kAnyNode.
struct LoggedDump {
  std::uint64_t memory_size = 0;    // bytes, as the kernel counts them
  std::uint64_t reserved_size = 0;  // bytes
  memblock::Regions memory{};
  memblock::Regions reserved{};
};

struct Entry {
  std::size_t line = 0;  // of the file, from 1; a dump's first
  std::string text{};    // the kernel's message; a dump's first line
  std::variant<LoggedCall, LoggedGrowth, LoggedDump> what{};
};

// One boot. At least one of the entries is a dump.
struct Log {
  std::string name{};  // the file's, for messages
  std::optional<std::string> release{};
  std::optional<std::string> command_line{};
  bool slit = false;  // firmware has one, and the kernel does not refuse it
  std::vector<Entry> entries{};
  // Lines of memblock_free_late() and memblock_physmem_add(), which change neither list.
  std::size_t lines_of_no_list = 0;
  std::vector<std::string> notes{};  // sentences about the file
};

}  // namespace memmap::replay
