// The zero page: struct boot_params, as /sys/kernel/boot_params/data shows it.
#pragma once

#include <optional>

#include "input/format.h"

namespace memmap::input {

inline constexpr std::size_t kZeroPageBytes = 4096;

// The map as the loader passed it, the initrd's place, EFI's memory map's place. The command line
// and the contents of setup_data lie elsewhere in memory and are not known from here. kernel:
// struct boot_params, arch/x86/include/uapi/asm/bootparam.h, v6.12
Recognition recognise_boot_params(const Source& source);
Result<Machine> read_boot_params(const Source& source, const ReadOptions& options);

// Where the loader's list of setup_data starts; nullopt: there is none. `zero_page` is whole.
std::optional<PhysAddr> setup_data_head(std::string_view zero_page);

}  // namespace memmap::input
