// The text of /proc/iomem, read as root.
#pragma once

#include <optional>
#include <string_view>

#include "input/format.h"

namespace memmap::input {

Recognition recognise_iomem(const Source& source);
Result<Machine> read_iomem(const Source& source, const ReadOptions& options);

// The `Kernel code` line of `text` alone: where the kernel image was put. nullopt where there is
// none or addresses are hidden.
std::optional<PhysAddr> kernel_base_in_iomem(std::string_view text);

}  // namespace memmap::input
