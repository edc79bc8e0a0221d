#include "report/table/map_rows.h"

#include <array>

namespace memmap::report {

std::vector<E820Row> map_rows(const boot::E820Tables& tables) {
  std::array<const E820Entries*, kMostTables> all{};
  all[kFirmwareTable] = &tables.firmware.entries();
  all[kKexecTable] = &tables.kexec.entries();
  all[kKernelTable] = &tables.table.entries();
  return e820_rows(all);
}

}  // namespace memmap::report
