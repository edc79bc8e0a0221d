// What the kernel does to its page tables between the hand-over and the first process: steps of a
// boot that goes on (Options::until).
#pragma once

#include "boot/boot.h"

namespace memmap::boot {

// Tables for every address that vmalloc may give, so that all processes share them.
void preallocate_vmalloc_pages(Boot& boot);
// The tables of the stacks that espfix maps at random addresses.
void init_espfix_bsp(Boot& boot);
// The IDT becomes read-only, and is mapped with the CPU entry areas.
void idt_setup_apic_and_irq_gates(Boot& boot);
void free_smp_locks(Boot& boot);
void set_real_mode_permissions(Boot& boot);
void kfence_init(Boot& boot);
void free_initmem(Boot& boot);
void mark_rodata_ro(Boot& boot);

}  // namespace memmap::boot
