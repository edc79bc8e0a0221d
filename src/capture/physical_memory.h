// Physical memory through /dev/mem.
#pragma once

#include <cstddef>
#include <string>

#include "base/address.h"
#include "base/result.h"

namespace memmap::capture {

// `size` bytes at `base` of the device (or of a file like it). Error: why not, in few words.
Result<std::string> read_physical(const std::string& device, PhysAddr base, std::size_t size);

}  // namespace memmap::capture
