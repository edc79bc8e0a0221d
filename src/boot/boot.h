// A boot on its way: what the steps read and change.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/event.h"
#include "boot/outcome.h"
#include "boot/owners.h"
#include "e820/edit.h"
#include "e820/parameters.h"
#include "e820/table.h"
#include "kernel/behaviour.h"
#include "kernel/command_line.h"
#include "kernel/profile.h"
#include "machine/machine.h"
#include "memblock/memblock.h"
#include "memblock/policy.h"
#include "numa/nodes.h"
#include "paging/features.h"
#include "paging/mapping.h"
#include "zones/zones.h"

namespace memmap::boot {

// What the user asks for besides the machine and the kernel. Policies must outlive the boot.
struct Options {
  std::optional<std::string> command_line{};  // instead of the machine's own
  bool entry_limit = true;                    // false: the e820 tables have no last place
  memblock::AllocationPolicy* top_down = nullptr;
  memblock::AllocationPolicy* bottom_up = nullptr;
};

// Everything between e820 and the hand-over, filled in the order of the table of steps.
struct Boot {
  Boot(const Machine& machine, const kernel::Profile& profile, const Options& options);

  const Machine& machine;
  const kernel::Profile& profile;
  kernel::Behaviour behaviour;
  std::string command_line;
  std::vector<kernel::Parameter> parameters;
  PhysAddr kernel_base{};  // of _text

  Events events{};

  // kernel: e820_table_firmware, e820_table_kexec, e820_table
  e820::Table firmware;
  e820::Table kexec;
  e820::Table table;
  e820::UserMap user{};

  Pfn max_pfn{};
  Pfn max_low_pfn{};
  paging::Features features{};
  PhysRange brk{};  // what is used of it

  memblock::Memblock memblock;
  bool logs_memblock = false;  // memblock=debug would have been read
  std::vector<MemblockLine> memblock_log{};
  Owners owners{};

  PageTables page_tables{};
  numa::Nodes nodes{};
  std::vector<zones::Node> zone_nodes{};
  std::vector<NodeState> node_states{};

  bool has_parameter(std::string_view name) const;
  // The value of the last parameter of that name; nullopt: none, or none with a value.
  std::optional<std::string> parameter(std::string_view name) const;

  PhysRange kernel_image() const;  // [_text, _end)

  void reserve(PhysRange range, const memblock::Caller& caller) {
    memblock.reserve(range.base(), range.size(), caller);
  }

  void dump_memblock();  // kernel: memblock_dump_all()

  // An event of the step that runs. `rule`: function and file.
  void tell(Severity severity, std::string rule, std::string text,
            std::optional<PhysRange> range = {});
  bool panicked() const;

  std::string_view step{};  // the kernel function at work
};

}  // namespace memmap::boot
