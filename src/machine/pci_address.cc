#include "machine/pci_address.h"

#include <fmt/format.h>

namespace memmap {

std::string pci_address_text(std::uint32_t address) {
  return fmt::format("{:02x}:{:02x}.{:x}", address >> 8, address >> 3 & 31, address & 7);
}

}  // namespace memmap
