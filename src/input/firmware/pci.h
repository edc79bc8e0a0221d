// The devices on the PCI bus: what the kernel logs of them, what sysfs shows.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "input/open/file_tree.h"
#include "machine/machine.h"

namespace memmap::input {

// `00:02.0` or `0000:00:02.0`, as the address of a device; nullopt: not that, or of another segment
// than 0.
std::optional<std::uint32_t> pci_address_of(std::string_view text);

// A line of the log: `pci 0000:00:02.0: [8086:0116] type 00 class 0x030000`; nullopt: not that.
// kernel: pci_setup_device(), drivers/pci/probe.c, since v3.3
std::optional<PciDevice> pci_of_log_line(std::string_view line);

// The devices of a folder like /sys/bus/pci/devices, by address; what is no device there is left
// out.
std::vector<PciDevice> read_pci_folder(const FileTree& tree, const std::string& folder);

}  // namespace memmap::input
