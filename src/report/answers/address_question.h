// An address that a user asks about.
#pragma once

#include <cstdint>

namespace memmap::report {

struct AddressQuestion {
  std::uint64_t address = 0;
  bool is_physical = false;  // else virtual
};

}  // namespace memmap::report
