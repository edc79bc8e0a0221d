// Where EFI's stub may put the kernel's image, for kernels that it unpacks itself (6.6 on).
#pragma once

#include <cstdint>
#include <vector>

#include "kaslr/slots.h"
#include "machine/machine.h"

namespace memmap::kaslr {

struct EfiChoice {
  std::uint64_t image_size = 0;  // bytes; as of Choice
  std::uint64_t align = 0;
  std::uint64_t minimum = 0;  // LOAD_PHYSICAL_ADDR
  bool soft_reserve = false;  // special-purpose memory is left alone
  std::vector<EfiMemory> map{};
};

// O(n) for n descriptors. Only mirrored memory, where any of it has a slot. The initrd, the command
// line and the like are no free memory in EFI's map, so that nothing else need be avoided.
// kernel: efi_random_alloc(), get_entry_num_slots(), drivers/firmware/efi/libstub/randomalloc.c,
// v6.12 and v7.2
Slots find_efi_slots(const EfiChoice& choice);

}  // namespace memmap::kaslr
