// The text of /proc/iomem, read as root.
#pragma once

#include <optional>
#include <string_view>

#include "input/format.h"

namespace memmap::input {

// What stands around the file's lines (a prompt, a fence, quote marks, line numbers) is left out; a last
// line that is cut is left out with a note. Errors: lines within it that are none of it; addresses that
// are all 0, as any user but root sees them; no range of the firmware's map.
Recognition recognise_iomem(const Source& source);
Result<Machine> read_iomem(const Source& source, const ReadOptions& options);

// The `Kernel code` line of `text` alone: where the kernel image was put. nullopt where there is
// none or addresses are hidden.
std::optional<PhysAddr> kernel_base_in_iomem(std::string_view text);

}  // namespace memmap::input
