// What is known of the kernel that boots: its version, its sizes, the options that change the boot.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "kernel/version.h"

namespace memmap::kernel {

// Symbol addresses of the image, relative to _text; bytes.
struct ImageLayout {
  std::uint64_t etext = 0;  // end of the code
  std::uint64_t start_rodata = 0;
  std::uint64_t end_rodata = 0;
  std::uint64_t sdata = 0;
  std::uint64_t edata = 0;
  std::uint64_t bss_start = 0;
  std::uint64_t bss_stop = 0;
  std::uint64_t end_of_kernel_reserve = 0;  // what early_reserve_memory() reserves from _text on
  std::uint64_t brk_base = 0;
  std::uint64_t end = 0;  // _end: after the brk area
};

// Read from share/kernels/NAME.yaml by input/kernel_profile. Whoever adds a value says here what it
// is used for, adds the key there, and gives it to every profile shipped.
struct Profile {
  std::string name{};    // `6.12.117+deb12-amd64`
  Version version{};     // 6.12.117
  std::string origin{};  // where the values come from, for the report
  ImageLayout image{};
  std::uint64_t default_phys_base =
      0x1000000;                           // CONFIG_PHYSICAL_START: where it lies without KASLR
  unsigned nodes_shift = 6;                // CONFIG_NODES_SHIFT: MAX_NUMNODES = 1 << it
  bool x86_5level = true;                  // CONFIG_X86_5LEVEL
  bool randomize_memory = true;            // CONFIG_RANDOMIZE_MEMORY
  bool zone_dma = true;                    // CONFIG_ZONE_DMA
  std::uint64_t real_mode_size = 0x7000;   // real_mode_blob, whole pages; bytes
  bool deferred_struct_page_init = false;  // CONFIG_DEFERRED_STRUCT_PAGE_INIT
  bool memory_hotplug = true;              // CONFIG_MEMORY_HOTPLUG
  bool numa = true;                        // CONFIG_NUMA
  std::uint64_t reserve_low = 64 * 1024;   // CONFIG_X86_RESERVE_LOW, kernels before 5.13
  unsigned pageblock_order = 9;            // HUGETLB_PAGE_ORDER
  unsigned max_page_order = 10;            // MAX_PAGE_ORDER (MAX_ORDER - 1 before 6.4)
  std::map<std::string, std::uint64_t> struct_sizes{};  // bytes: page, pglist_data, zone, ...
};

}  // namespace memmap::kernel
