// The page tables that the kernel runs on before it has its own root: early_top_pgt, at two moments.
#pragma once

#include "boot/inputs.h"
#include "paging/address_space.h"

namespace memmap::boot {

// Where x86_64_start_kernel() begins: startup_64 has left its identity mapping of the image. It also
// reaches the image at addresses 1 GiB, 512 GiB and, with five levels, 256 TiB further up, since it
// makes each entry above twice.
// kernel: __startup_64(), arch/x86/kernel/head64.c, v6.1 and v6.12; arch/x86/boot/startup/map_kernel.c,
// v7.2
paging::AddressSpace startup_tables(const Inputs& in);

// Where setup_arch() begins: the identity mapping is gone, and of the direct map there are the large
// pages that the kernel has read until then, each mapped by the page fault of its first read. What is
// not known to be read is left out (see early_reads_unknown()).
// kernel: x86_64_start_kernel(), early_make_pgtable(), arch/x86/kernel/head64.c, v6.12
paging::AddressSpace early_tables(const Inputs& in);

// What those tables lack, for people; empty: nothing.
std::string_view early_reads_unknown(const Inputs& in);

}  // namespace memmap::boot
