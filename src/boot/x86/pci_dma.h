// What is allocated for devices that cannot reach all memory.
#pragma once

#include "boot/boot.h"

namespace memmap::boot {

// The bounce buffer, and the aperture of AMD's old northbridges.
void pci_iommu_alloc(Boot& boot);

}  // namespace memmap::boot
