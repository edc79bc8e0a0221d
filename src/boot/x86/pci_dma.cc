#include "boot/x86/pci_dma.h"

#include "boot/mm/swiotlb.h"
#include "boot/x86/aperture.h"

namespace memmap::boot {

// kernel: pci_iommu_alloc(), arch/x86/kernel/pci-dma.c, v6.1 to v7.2; before 5.18 in the order of
// its table of IOMMUs
void pci_iommu_alloc(Boot& boot) {
  const bool first = boot.in.behaviour.aperture_before_swiotlb;
  if (first) gart_iommu_hole_init(boot);
  if (boot.story.over()) return;
  swiotlb_init_remap(boot);
  if (!first) gart_iommu_hole_init(boot);
}

}  // namespace memmap::boot
