// A tar of /sys/firmware/memmap, under whatever path, compressed or not.
#pragma once

#include "input/format.h"

namespace memmap::input {

Recognition recognise_sysfs_tar(const Source& source);
Result<Machine> read_sysfs_tar(const Source& source, const ReadOptions& options);

}  // namespace memmap::input
