// Devices that the kernel knows before PCI is there. Of those that parameters bring up, registers lie
// where PCI's configuration space says, which no source has: what they map is told not to be simulated.
#pragma once

#include "boot/boot.h"

namespace memmap::boot {

// Acts on earlyprintk=. kernel: setup_early_printk(), arch/x86/kernel/early_printk.c, v6.1 to v7.2
void setup_early_printk(Boot& boot, const kernel::Parameter& parameter);

// A step, where ohci1394_dma=early asks for it.
// kernel: init_ohci1394_dma_on_all_controllers(), drivers/firewire/init_ohci1394_dma.c, v7.2
void init_ohci1394_dma_on_all_controllers(Boot& boot);

// A step, where the log tells what Intel's graphics took: it is reserved from then on in the e820 table,
// and not in memblock, which is filled by then.
void early_quirks(Boot& boot);

}  // namespace memmap::boot
