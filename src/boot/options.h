// What the user asks of a boot besides the machine and the kernel.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "boot/node_source.h"
#include "boot/observer.h"
#include "boot/trim.h"
#include "memblock/policy.h"

namespace memmap::boot {

// All that is plugged in must outlive the boot; without any of the kernel's own rules
// (plugin::Chain has them) the outcome is no kernel's.
struct Options {
  std::optional<std::string> command_line{};  // instead of the machine's own
  std::string append{};                       // added to it, as a boot loader would
  // MemblockLog is kept; without it a boot of a large machine takes less time and memory.
  bool record_memblock = true;
  // The page tables of user space are in the outcome too, beside those of the hand-over.
  bool keep_user_space = false;
  // What the kernel takes of the page allocator until mm_core_init() is done: State::core_init.
  bool follow_pages = false;
  bool entry_limit = true;  // false: the e820 tables have no last place
  memblock::AllocationPolicy* top_down = nullptr;
  memblock::AllocationPolicy* bottom_up = nullptr;
  std::vector<Trim*> trims{};               // in the order in which they are asked at a hook
  std::vector<NodeSource*> node_sources{};  // asked in turn, the last as the last resort
  // Those that transform: each is given what the one before it left.
  std::vector<NodeSource*> node_transforms{};
  Observer* observer = nullptr;  // looks on; nullptr: nobody
};

}  // namespace memmap::boot
