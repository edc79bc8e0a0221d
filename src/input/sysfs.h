// The folder /sys/firmware/memmap: N/start, N/end, N/type.
#pragma once

#include "input/formats.h"

namespace memmap::input {

// The map is the kernel's e820_table_firmware: sanitised, but not edited by the kernel's
// parameters. kernel: firmware_map_add_early(), drivers/firmware/memmap.c, v6.12
Recognition recognise_sysfs(const Source& source);
Result<Machine> read_sysfs(const Source& source, const ReadOptions& options);

}  // namespace memmap::input
