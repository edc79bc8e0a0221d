// The address of a PCI device, as people and the kernel write it.
#pragma once

#include <cstdint>
#include <string>

namespace memmap {

// `00:02.0` of PciDevice::address.
std::string pci_address_text(std::uint32_t address);

}  // namespace memmap
