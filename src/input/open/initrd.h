// What an initrd holds, by its headers: one cpio archive or several in a row, the last of them packed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace memmap::input {

struct InitrdContents {
  std::uint64_t packed = 0;   // bytes of the file
  std::uint64_t pages = 0;    // 4 KiB pages of all files, each file's rounded up
  std::uint64_t entries = 0;  // files, folders, links and devices
  std::string packing{};      // `zstd`, ...; empty: it is not packed
};

// Larger ones are refused once unpacked.

// Reads what the kernel would unpack, without keeping it. Errors: not there, not readable, no initrd,
// damaged or cut short.
// kernel: unpack_to_rootfs(), init/initramfs.c, v6.12
Result<InitrdContents> read_initrd(const std::string& path);
Result<InitrdContents> initrd_contents(const std::string& name, std::string_view bytes);

}  // namespace memmap::input
