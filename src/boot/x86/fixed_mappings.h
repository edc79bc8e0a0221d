// What permanent slots of the fixmap hold at the hand-over.
#pragma once

#include "boot/boot.h"

namespace memmap::boot {

// The I/O APIC of that number, in the kernel's order. The kernel has slots for 128 and leaves others.
// kernel: mp_register_ioapic(), arch/x86/kernel/apic/io_apic.c, v6.12
void map_io_apic(Boot& boot, unsigned index);
// Where it is; nullopt: not known. Of a machine that tells of none, the first is where most have it.
std::optional<PhysAddr> io_apic_address(const Inputs& in, unsigned index);

// A step. kernel: register_lapic_address(), arch/x86/kernel/apic/apic.c, v6.1 and v6.12
void register_lapic_address(Boot& boot);

// A step. Trusted Boot's page stays mapped, whatever it holds.
// kernel: tboot_probe(), arch/x86/kernel/tboot.c, v6.1 and v6.12
void tboot_probe(Boot& boot);

// A step. The page of old system calls is mapped where they are emulated in full alone; where the
// kernel does not tell its place, it is left out.
// kernel: map_vsyscall(), arch/x86/entry/vsyscall/vsyscall_64.c, v6.12
void map_vsyscall(Boot& boot);

}  // namespace memmap::boot
