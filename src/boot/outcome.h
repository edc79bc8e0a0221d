// What a simulated boot came to: the state at the hand-over to the buddy allocator and the story.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/event.h"
#include "base/range.h"
#include "base/result.h"
#include "buddy/free_area.h"
#include "machine/e820_entry.h"
#include "memblock/call.h"
#include "memblock/region.h"
#include "numa/nodes.h"
#include "paging/mapping.h"
#include "zones/zones.h"

namespace memmap::boot {

// The kernel's three tables: as the firmware gave it (sanitised), for kexec, and the one it works
// with. kernel: e820_table_firmware, e820_table_kexec, e820_table, arch/x86/kernel/e820.c
struct E820State {
  E820Entries firmware{};
  E820Entries kexec{};
  E820Entries table{};
};

// A piece of memory that somebody asked for; pieces are disjoint and ascending. What was reserved
// twice belongs to the first who asked.
struct Owned {
  PhysRange range{};
  std::string owner{};     // what it is for: `kernel image`
  std::string function{};  // the kernel function that asked
};

// The lists at a moment, as memblock_dump_all() prints them.
struct MemblockDump {
  std::uint64_t memory_size = 0;  // as the kernel counts
  std::uint64_t reserved_size = 0;
  memblock::Regions memory{};
  memblock::Regions reserved{};
};

// What memblock=debug would have logged: a call or a dump.
struct MemblockLine {
  memblock::Call call{};
  std::optional<MemblockDump> dump{};  // then `call` says nothing
};

struct MemblockState {
  int max_numnodes = 64;  // the node of regions that have none
  // Owners' names that are no literals, for the callers in `log`.
  std::shared_ptr<const std::deque<std::string>> names{};
  std::vector<MemblockLine> log{};  // from parse_early_param() on
  bool bottom_up = false;
  PhysAddr current_limit{};
  memblock::Regions memory{};
  memblock::Regions reserved{};
  std::vector<Owned> owners{};  // of every reserved byte
};

// A zone's pages as the page allocator has them at the hand-over.
struct ZoneState {
  zones::Zone zone{};
  std::uint64_t managed_pages = 0;
  buddy::FreeArea free{};
};

struct NodeState {
  int nid = 0;
  Pfn start_pfn{};
  std::uint64_t spanned_pages = 0;
  std::uint64_t present_pages = 0;
  std::vector<ZoneState> zones{};  // all types, the empty ones too
};

struct Totals {
  std::uint64_t firmware_ram = 0;   // bytes of type RAM in the firmware's table
  std::uint64_t memory = 0;         // bytes of memblock.memory
  std::uint64_t reserved = 0;       // bytes of memblock.reserved that lie in memory
  std::uint64_t managed_pages = 0;  // pages handed to the buddy allocator
  std::uint64_t free_pages = 0;     // of its free blocks; equals managed_pages at the hand-over
  std::optional<std::uint64_t>
      mem_total_kib{};  // MemTotal of /proc/meminfo in user space; empty: not known
};

// What was simulated, for the head of a report.
struct Subject {
  std::string source{};  // as the user named it
  std::string format{};  // id of the format it was read as
  std::vector<std::string> notes{};
  std::string kernel{};         // name of the profile
  std::string kernel_origin{};  // where the profile's values come from
  bool kernel_verified = true;  // false: no real boot was compared with what this profile makes
  std::string command_line{};
  std::string policy{};  // allocation policy in force: `alloc_topdown`
};

// What a check found; whoever ran the checks fills it in.
struct Finding {
  std::string rule{};  // that is broken: `freed_twice`
  std::string text{};
  std::string step{};  // the kernel function at work; empty: at the end
  std::optional<PhysRange> range{};
};

// A check that looked on, with all that it found.
struct CheckReport {
  std::string name{};  // of the plugin
  std::string version{};
  std::vector<Finding> findings{};
};

struct Outcome {
  Subject subject{};
  E820State e820{};
  std::uint64_t max_pfn = 0;
  std::uint64_t max_low_pfn = 0;
  MemblockState memblock{};
  numa::Nodes nodes{};
  std::vector<NodeState> node_states{};  // ascending by nid
  paging::PageTables page_tables{};
  Totals totals{};
  bool panicked = false;  // the kernel stopped at the last event; later stages are empty
  bool deferred = false;  // the kernel hands over the end of each node later
  // What a trim or a source of nodes did wrong; where there is any, the rest tells nothing.
  Errors faults{};
  Events events{};  // in order
  std::vector<CheckReport> checks{};
};

}  // namespace memmap::boot
