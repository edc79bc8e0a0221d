// The page tables as QEMU's monitor prints them.
#pragma once

#include <string>

#include "paging/address_space.h"

namespace memmap::report {

// What `info mem` prints of them: a line for each range of addresses that are mapped with the
// same rights, `start-end size urw`; where they lie in memory, whether they can be executed and how they
// are cached it does not tell.
// QEMU: mem_info_la48(), mem_info_la57(), target/i386/monitor.c, 7.2
std::string to_qemu_mem(const paging::AddressSpace& tables);

}  // namespace memmap::report
