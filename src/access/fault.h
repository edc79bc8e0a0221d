// Whether the processor lets an access through, and what the kernel says where it does not.
#pragma once

#include <optional>
#include <string>

#include "access/answer.h"
#include "access/script.h"
#include "base/event.h"

namespace memmap::access {

// Bits of a page fault's error code. kernel: enum x86_pf_error_code, arch/x86/include/asm/trap_pf.h
enum PageFault : std::uint32_t {
  kPfProt = 1u << 0,
  kPfWrite = 1u << 1,
  kPfUser = 1u << 2,
  kPfInstr = 1u << 4,
};

// The error code of the fault at the address that `walk` is the way of; nullopt: there is none.
std::optional<std::uint32_t> fault_of(const Walk& walk, Touch touch, bool user);

// The kernel's lines on it, the last of them the verdict. A user's fault ends the program, a kernel's
// is an oops; an address that is not canonical is no page fault.
// kernel: show_fault_oops(), show_signal_msg(), arch/x86/mm/fault.c; exc_general_protection(),
// arch/x86/kernel/traps.c, v6.12
Events fault_events(VirtAddr at, const Walk& walk, Touch touch, bool user);

}  // namespace memmap::access
