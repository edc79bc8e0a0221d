// Kernel logs: dmesg, journalctl -k, /var/log/kern.log, serial consoles, what people post.
#pragma once

#include "base/result.h"
#include "input/format.h"

namespace memmap::input {

// 100: an entry of a memory map stands in it, or it is the JSON of dmesg or journalctl; less: only
// the kernel's first line or its time stamps do.
Recognition recognise_dmesg(const Source& source);

// The firmware's map and all other facts of the machine that one boot of the log tells. Of several
// boots the one that `options.boot` names, else the last with a map; a note says which. Where the
// log has no e820 table but EFI's map, the table is what the EFI stub makes of that (noted); where
// it has only the hypervisor's (Xen), that (noted). Errors: no map, no such boot, and every line of
// the map that cannot be read.
Result<Machine> read_dmesg(const Source& source, const ReadOptions& options);

}  // namespace memmap::input
