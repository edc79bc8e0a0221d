// A vmlinuz (bzImage): its boot header and where the compressed vmlinux lies in it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "kernel/profile.h"

namespace memmap::kernel {

// How the payload is packed. kernel: KERNEL_GZIP and its like, init/Kconfig, v6.12
enum class Packing { none, gzip, xz, zstd, lz4, lzma, bzip2, lzo };

struct BootHeader {
  unsigned protocol = 0;  // 0x20f
  std::string release{};  // `6.12.117+deb12-amd64 (...) #1 SMP ...`; empty: not told
  Packing packing = Packing::none;
  std::uint64_t payload_offset = 0;  // in the file, for messages
  std::string_view payload{};        // packed, without the size that the build appends
  std::uint64_t unpacked_bytes = 0;  // as that size says; 0: it cannot be
  // nullopt: the header is too old to tell, or the code is of no form known.
  std::optional<Decompressor> decompressor{};
};

// Has the marks of a boot header where they have to be.
bool is_vmlinuz(std::string_view file);

// Errors, with the byte: a protocol before 2.08 (2.6.26), a payload that does not lie in the file,
// or is packed in no way known.
// kernel: Documentation/arch/x86/boot.rst, v6.12
Result<BootHeader> read_boot_header(const std::string& source, std::string_view file);

std::string_view name_of(Packing packing);

}  // namespace memmap::kernel
