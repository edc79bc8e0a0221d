// What a kernel booted with memblock=debug logs, line by line, as values.
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

// `memblock_reserve: [0x...-0x...] setup_arch+0xb83/0xcc0`, or a request for memory.
struct LoggedCall {
  memblock::CallKind kind = memblock::CallKind::add;
  std::string operation{};  // the function that logs
  std::string caller{};     // without offset and size
  PhysRange range{};        // all but alloc
  std::uint32_t flags = 0;  // memblock_add_node only
  int nid = memblock::kAnyNode;
  // alloc only, as memblock::Call has them:
  std::uint64_t size = 0;
  std::uint64_t align = 0;
  PhysAddr from{};
  PhysAddr max_addr{};
};

enum class List { memory, reserved };

// `memblock: reserved is doubled to 256 at [0x...-0x...]`
struct LoggedGrowth {
  List list = List::reserved;
  std::uint64_t max = 0;  // entries
  PhysRange array{};
};

// `MEMBLOCK configuration:` and what follows. Regions without a node have kAnyNode.
struct LoggedDump {
  std::uint64_t memory_size = 0;
  std::uint64_t reserved_size = 0;
  memblock::Regions memory{};
  memblock::Regions reserved{};
};

struct Entry {
  std::size_t line = 0;  // in the file, from 1; of a dump its first
  std::string text{};    // the kernel's message; of a dump its first line
  std::variant<LoggedCall, LoggedGrowth, LoggedDump> what{};
};

// One boot. There is a dump among the entries.
struct Log {
  std::string name{};  // for messages
  std::optional<std::string> release{};
  std::optional<std::string> command_line{};
  std::vector<Entry> entries{};
  // memblock_free_late() and memblock_physmem_add(): neither list is touched.
  std::size_t lines_of_no_list = 0;
  std::vector<std::string> notes{};
};

}  // namespace memmap::replay
