// What the command line says of the software IO TLB.
#pragma once

#include <cstdint>
#include <vector>

#include "boot/boot.h"
#include "kernel/command_line.h"

namespace memmap::boot {

// A confidential guest's devices reach no other memory: the buffer grows with it.
bool grows_swiotlb(const Boot& boot);
void mem_encrypt_setup_arch(Boot& boot);

void swiotlb_init_remap(Boot& boot);

// Behind the hand-over: an IOMMU made the buffer needless.
bool gives_back_swiotlb(const Boot& boot);
void swiotlb_exit(Boot& boot);

}  // namespace memmap::boot

namespace memmap::boot::swiotlb {

struct Settings {
  std::uint64_t slabs = std::uint64_t{64} << (20 - 11);  // of 2 KiB; IO_TLB_DEFAULT_SIZE
  std::uint64_t areas = 0;                               // 0: as many as processors
  bool force = false;
  bool off = false;
  std::uint64_t bytes() const { return slabs << 11; }
};

// Whether the kernel's buffer has areas: since 6.0.
enum class Areas { none, counted };

// swiotlb=SLABS[,AREAS][,force|noforce], each that is given.
Settings settings(const std::vector<kernel::Parameter>& parameters, Areas areas = Areas::counted);
// The same for this boot's kernel, with what mem_encrypt_setup_arch() made of it.
Settings settings(const Boot& boot);

}  // namespace memmap::boot::swiotlb
