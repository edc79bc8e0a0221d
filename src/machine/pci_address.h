// Addresses of PCI devices, as people and the kernel write them.
#pragma once

#include <cstdint>
#include <string>

namespace memmap {

// Bus, device and function of a PciDevice::address: `00:02.0`.
std::string pci_address_text(std::uint32_t address);

}  // namespace memmap
