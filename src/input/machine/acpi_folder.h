// A folder of ACPI's tables: /sys/firmware/acpi/tables, or a copy of it.
#pragma once

#include "base/result.h"
#include "input/open/file_tree.h"
#include "machine/machine.h"

namespace memmap::input {

// Reads the tables in `folder` that the boot learns from, and adds those to acpi_tables that are
// not in it yet (without a place: only a log tells where they lie). `picture` is the file of the boot
// screen's, or of its first bytes; empty: none. A file that may not be read becomes a note. Errors:
// tables that are damaged; see open_acpi_table().
Status add_acpi_folder(const FileTree& tree, const std::string& folder, const std::string& picture,
                       Machine& machine);

}  // namespace memmap::input
