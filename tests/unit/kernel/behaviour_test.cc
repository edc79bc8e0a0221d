// Where stable series differ from the version they began as.
#include "kernel/behaviour.h"

#include <gtest/gtest.h>

namespace memmap::kernel {
namespace {

TEST(Behaviour, FollowsStableSeries) {
  struct Row {
    Version version;
    bool between_ram;   // e820_nosave_between_ram
    bool acpi;          // acpi_reserves_tables
    bool above_kernel;  // memblock_bottom_up_above_kernel
    bool map_early;     // efi_map_reserved_early
    bool map_words;     // percpu_counts_map_words
  };
  for (const Row& row : {Row{{5, 4, 30}, false, false, true, false, true},
                         Row{{5, 4, 67}, false, false, true, false, false},
                         Row{{5, 4, 97}, false, false, false, false, false},
                         Row{{5, 4, 293}, true, true, false, false, false},
                         Row{{5, 10, 14}, false, false, true, false, false},
                         Row{{5, 10, 223}, false, true, false, false, false},
                         Row{{5, 10, 262}, true, true, false, false, false},
                         Row{{5, 11, 0}, false, false, false, false, false},
                         Row{{5, 15, 11}, false, true, false, true, false},
                         Row{{5, 15, 12}, false, true, false, false, false},
                         Row{{6, 1, 192}, true, true, false, false, false},
                         Row{{6, 14, 2}, false, true, false, false, false},
                         Row{{6, 15, 0}, true, true, false, false, false}}) {
    const Behaviour b = behaviour_of(row.version, 10);
    EXPECT_EQ(b.e820_nosave_between_ram, row.between_ram) << to_string(row.version);
    EXPECT_EQ(b.acpi_reserves_tables, row.acpi) << to_string(row.version);
    EXPECT_EQ(b.memblock_bottom_up_above_kernel, row.above_kernel) << to_string(row.version);
    EXPECT_EQ(b.efi_map_reserved_early, row.map_early) << to_string(row.version);
    EXPECT_EQ(b.percpu_counts_map_words, row.map_words) << to_string(row.version);
  }
}

}  // namespace
}  // namespace memmap::kernel
