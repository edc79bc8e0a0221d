// What a hibernated system holds against the memory map of the boot that is to resume it.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "base/range.h"
#include "machine/e820_entry.h"

namespace memmap::diff {

// The sums of e820_table_firmware that go into the image's header, over the number of entries and the
// entries as they lie in memory (packed: addr, size, type). Where they differ the kernel says
// `Hibernate inconsistent memory map detected!` and boots afresh.
struct ResumeSums {
  // kernel: compute_e820_crc32(), arch/x86/power/hibernate.c, v6.1 to 7.3
  std::uint32_t crc32 = 0;
  // The same bytes in MD5, by which kernels from 4.10 to 5.12 go.
  // kernel: get_e820_md5(), arch/x86/power/hibernate.c, v5.10
  std::array<std::uint8_t, 16> md5{};

  friend bool operator==(const ResumeSums&, const ResumeSums&) = default;
};

// `firmware`: e820_table_firmware, sanitised, in its order.
ResumeSums resume_sums(const E820Entries& firmware);
std::string md5_text(const ResumeSums& sums);  // 32 digits

// Whether both have the same bytes of type RAM: what `hibernate=relaxed_memmap`, which was proposed and
// no released kernel has, would ask for.
bool same_usable(const E820Entries& first, const E820Entries& second);

}  // namespace memmap::diff
