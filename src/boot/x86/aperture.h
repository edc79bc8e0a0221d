// The aperture of AMD's old northbridges.
#pragma once

#include "boot/boot.h"

namespace memmap::boot {

// Takes memory for an aperture where firmware left none that is of use.
void gart_iommu_hole_init(Boot& boot);

}  // namespace memmap::boot
