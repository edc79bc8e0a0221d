// What a PC's BIOS left in low memory: the BIOS data area and the MP tables.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "machine/machine.h"

namespace memmap::input {

// Bytes of the first MiB that are at hand.
struct LowArea {
  PhysAddr base{};
  std::string_view bytes{};
};

// Where the kernel looks for the MP floating pointer besides page 0 and the EBDA.
inline constexpr std::uint64_t kBaseMemoryEnd = 639 * kKiB;  // 1 KiB from there on
inline constexpr std::uint64_t kBiosRom = 0xf0000;           // 64 KiB
inline constexpr std::size_t kBiosRomBytes = 64 * 1024;
inline constexpr std::size_t kMpScanBytes = 1024;

// `page`: the first 4096 bytes of physical memory. Fills ebda and base_memory. Error: cut short.
// kernel: reserve_bios_regions(), arch/x86/kernel/ebda.c, v6.12
Status add_page0(const std::string& name, std::string_view page, Machine& machine);

// Looks for the MP floating pointer as the kernel does, in the first KiB, the last of 640, the BIOS
// and the EBDA; of these, what `areas` hold. Fills mp_floating (which a log may have told: a place
// that no area covers stays) and mp_configuration, where that table's head is in an area.
// kernel: mpparse_find_mptable(), smp_scan_config(), arch/x86/kernel/mpparse.c, v6.12
void add_mp_tables(std::span<const LowArea> areas, Machine& machine);

}  // namespace memmap::input
