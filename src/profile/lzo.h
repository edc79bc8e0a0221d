// Unpacks what lzop packs: the one packing of kernels for which libarchive has no library.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace memmap::kernel {

// At most `limit` bytes; more is an error, as is anything damaged or cut short (with the byte,
// counted from `place`, where `packed` lies in the file). Checksums are not looked at.
// kernel: Documentation/staging/lzo.rst; unlzo(), lib/decompress_unlzo.c, v6.12
Result<std::string> unpack_lzop(const std::string& source, std::string_view packed,
                                std::uint64_t place, std::size_t limit);

}  // namespace memmap::kernel
