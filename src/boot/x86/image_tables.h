// The page tables that the kernel's image brings, and where the areas lie that KASLR moves.
#pragma once

#include "boot/inputs.h"
#include "paging/address_space.h"

namespace memmap::boot {

// Nothing is mapped in them yet: above them all other tables hang. Five levels need one more for the
// image, whose table the CPU entry areas share. Their places are as far known as the symbols are.
// kernel: arch/x86/kernel/head_64.S, v6.12; early_ioremap_init(), arch/x86/mm/ioremap.c (bm_pte)
paging::AddressSpace image_tables(const Inputs& in);

// The page of the image that `symbol` names, or the one `number` pages behind it.
paging::TablePage image_page(const Inputs& in, const kernel::Symbol& symbol, unsigned number = 0);

// Adds the tables that head_64 links below each root's last entry: those of the image and the fixmap.
void add_head_tables(const Inputs& in, paging::AddressSpace& tables);

// Whether the bases that the machine tells can be of this kernel's page tables: in order, with room
// for all memory. Where they cannot, the fixed ones are taken.
bool told_bases_fit(const Inputs& in);

}  // namespace memmap::boot
