// MTRRs of a made-up machine: memory is cached, devices below 4 GiB are not.
#pragma once

#include "ioremap/mtrr_map.h"

namespace memmap::ioremap {

inline MtrrMap mtrrs() {
  Machine machine;
  machine.mtrr_default = MtrrType::write_back;
  machine.mtrrs = {{PhysRange::make(0x80000000, 0x100000000), MtrrType::uncachable}};
  return {machine, machine.mtrrs, {}};
}

}  // namespace memmap::ioremap
