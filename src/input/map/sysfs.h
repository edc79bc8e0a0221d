// The folder /sys/firmware/memmap: N/start, N/end, N/type.
#pragma once

#include "input/format.h"
#include "input/map/sysfs_entries.h"
#include "input/open/file_tree.h"

namespace memmap::input {

// The map is the kernel's e820_table_firmware: sanitised, but not edited by the kernel's
// parameters. kernel: firmware_map_add_early(), drivers/firmware/memmap.c, v6.12
Recognition recognise_sysfs(const Source& source);
Result<Machine> read_sysfs(const Source& source, const ReadOptions& options);

// The same of a folder in a tree. Errors: see map_of_folders(), and files that cannot be read.
Result<SysfsMap> read_memmap_folder(const FileTree& tree, const std::string& folder);

}  // namespace memmap::input
