// What describes a whole machine: gathered files (--machine), packed or not, or its file system
// (--sysroot).
#pragma once

#include <string>

#include "input/format.h"
#include "input/open/file_tree.h"

namespace memmap::input {

// A folder of dmesg.txt, cmdline, boot_params, firmware/memmap, firmware/setup_data, firmware/acpi,
// firmware/dmi, firmware/page0, firmware/bios_9fc00, firmware/bios_f0000, firmware/ebda,
// firmware/bgrt_image, iomem, cpuinfo, cpus_possible, cpus_present, mtrr, machine.json; or a tar of it, compressed or not. Each
// file may be missing, but one of boot_params, dmesg.txt, firmware/memmap must be there and hold
// the map. See read_facts().
Result<Machine> read_machine_folder(const std::string& path, const ReadOptions& options = {});

// The same files in a tree; `name`: for reports.
Result<Machine> read_machine_tree(const std::string& name, const FileTree& tree,
                                  const ReadOptions& options = {});

// /proc and /sys below `path`, of another machine or (`/`) of this one.
Result<Machine> read_sysroot(const std::string& path, const ReadOptions& options = {});

// The row of formats(): such a folder or tar named as any other input.
Recognition recognise_machine_folder(const Source& source);
Result<Machine> read_machine_source(const Source& source, const ReadOptions& options);

}  // namespace memmap::input
