// A short boot for the tests: cut from a real one, 256 MiB without NUMA hints, Debian's 6.12.
#pragma once

#include <string>
#include <string_view>

#include "input/log/memblock_log.h"

namespace memmap::replay {

inline constexpr std::string_view kBoot =
    "Linux version 6.12.117+deb12-amd64 (builder@host) #1 SMP\n"
    "Command line: memblock=debug\n"
    "memblock_reserve: [0x00000000000f5ba0-0x00000000000f5baf] smp_scan_config+0xc5/0x140\n"
    "memblock_reserve: [0x0000000001e00000-0x0000000001e08fff] setup_arch+0xb83/0xcc0\n"
    "memblock_add: [0x0000000000001000-0x000000000009fbff] e820__memblock_setup+0x6e/0xb0\n"
    "memblock_add: [0x0000000000100000-0x000000007ffdffff] e820__memblock_setup+0x6e/0xb0\n"
    "MEMBLOCK configuration:\n"
    " memory size = 0x000000007ff7ec00 reserved size = 0x0000000000f76000\n"
    " memory.cnt  = 0x2\n"
    " memory[0x0]\t[0x0000000000001000-0x000000000009efff], 0x000000000009e000 bytes flags: 0x0\n"
    " memory[0x1]\t[0x0000000000100000-0x000000007ffdffff], 0x000000007fee0000 bytes flags: 0x0\n"
    " reserved.cnt  = 0x4\n"
    " reserved[0x0]\t[0x0000000000000000-0x000000000000ffff], 0x0000000000010000 bytes flags: 0x0\n"
    " reserved[0x1]\t[0x000000000009f000-0x00000000000fffff], 0x0000000000061000 bytes flags: 0x0\n"
    " reserved[0x2]\t[0x0000000001000000-0x0000000001e08fff], 0x0000000000e09000 bytes flags: 0x0\n"
    " reserved[0x3]\t[0x000000007fee4000-0x000000007ffdffff], 0x00000000000fc000 bytes flags: 0x0\n"
    "memblock_phys_alloc_range: 24576 bytes align=0x1000 from=0x0000000000000000 "
    "max_addr=0x0000000000100000 reserve_real_mode+0x4a/0x80\n"
    "memblock_reserve: [0x0000000000099000-0x000000000009efff] "
    "memblock_alloc_range_nid+0xb5/0x160\n"
    "memblock_reserve: [0x0000000000000000-0x00000000000fffff] setup_arch+0x741/0xcc0\n"
    "memblock_phys_alloc_range: 2097152 bytes align=0x200000 from=0x0000000000100000 "
    "max_addr=0x000000007ffe0000 init_mem_mapping+0x190/0x370\n"
    "memblock_reserve: [0x000000007fc00000-0x000000007fdfffff] "
    "memblock_alloc_range_nid+0xb5/0x160\n"
    "memblock_phys_free: [0x000000007fc00000-0x000000007fdfffff] init_mem_mapping+0x1b0/0x370\n"
    "memblock_reserve: [0x000000007ffe0000-0x000000007ffe1ad7] "
    "acpi_reserve_initial_tables+0x45/0x60\n"
    "memblock_reserve: [0x000000007fee22c0-0x000000007fee3fff] "
    "memblock_alloc_range_nid+0xb5/0x160\n"
    "MEMBLOCK configuration:\n"
    " memory size = 0x000000007ff7ec00 reserved size = 0x0000000001008818\n"
    " memory.cnt  = 0x2\n"
    " memory[0x0]\t[0x0000000000001000-0x000000000009efff], 0x000000000009e000 bytes on node 0 "
    "flags: "
    "0x0\n"
    " memory[0x1]\t[0x0000000000100000-0x000000007ffdffff], 0x000000007fee0000 bytes on node 0 "
    "flags: "
    "0x0\n"
    " reserved.cnt  = 0x6\n"
    " reserved[0x0]\t[0x0000000000000000-0x0000000000000fff], 0x0000000000001000 bytes flags: 0x0\n"
    " reserved[0x1]\t[0x0000000000001000-0x00000000000fffff], 0x00000000000ff000 bytes on node 0 "
    "flags: 0x0\n"
    " reserved[0x2]\t[0x0000000001000000-0x0000000001e08fff], 0x0000000000e09000 bytes on node 0 "
    "flags: 0x0\n"
    " reserved[0x3]\t[0x000000007fee22c0-0x000000007fee3fff], 0x0000000000001d40 bytes flags: 0x0\n"
    " reserved[0x4]\t[0x000000007fee4000-0x000000007ffdffff], 0x00000000000fc000 bytes on node 0 "
    "flags: 0x0\n"
    " reserved[0x5]\t[0x000000007ffe0000-0x000000007ffe1ad7], 0x0000000000001ad8 bytes flags: 0x0\n"
    "memblock_alloc_try_nid: 16384 bytes align=0x40 nid=-1 from=0x0000000000000000 "
    "max_addr=0x0000000000000000 sparse_init+0x3eb/0x420\n"
    "memblock_reserve: [0x000000007fede2c0-0x000000007fee22bf] "
    "memblock_alloc_range_nid+0xb5/0x160\n"
    "memblock_alloc_exact_nid_raw: 33554432 bytes align=0x200000 nid=0 from=0x0000000001000000 "
    "max_addr=0x0000000000000000 sparse_init_nid+0x97/0x410\n"
    "memblock_reserve: [0x000000007de00000-0x000000007fdfffff] "
    "memblock_alloc_range_nid+0xb5/0x160\n"
    "memblock_free_late: [0x0000000000098000-0x000000000009afff] efi_free_boot_services+0x1/0x2\n";

// `text` with the first `from` after `after` replaced by `to`; `from` must be there.
inline std::string edited(std::string_view from, std::string_view to, std::string_view after = {}) {
  std::string text(kBoot);
  const std::size_t start = text.find(after);
  return text.replace(text.find(from, start), from.size(), to);
}

inline Result<Log> read(std::string text, const input::ReadOptions& options = {}) {
  input::Source source;
  source.name = "boot.log";
  source.bytes = std::move(text);
  return input::read_memblock_log(source, options);
}

}  // namespace memmap::replay
