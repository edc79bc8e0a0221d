// Physical memory through /dev/mem.
#pragma once

#include <cstddef>
#include <string>

#include "base/address.h"
#include "base/result.h"

namespace memmap::capture {

// The `size` bytes at `base` of `device`, which is /dev/mem or a file like it. Error: why they
// cannot be read, in few words.
Result<std::string> read_physical(const std::string& device, PhysAddr base, std::size_t size);

}  // namespace memmap::capture
