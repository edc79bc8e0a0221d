#include "input/firmware/bios_area.h"

#include <array>

#include "unit/input/input_files.h"

namespace memmap::input {
namespace {

// The head of SeaBIOS's tables at 0xf5ba0: the floating pointer, then the configuration table.
std::string bios_rom() {
  std::string rom(64 * 1024, '\0');
  rom.replace(0x5ba0, 16, std::string("_MP_\xb0\x5b\x0f\x00\x01\x04\x86\x00\x00\x00\x00\x00", 16));
  rom.replace(0x5bb0, 8, std::string("PCMP\xc8\x00\x04\x56", 8));
  return rom;
}

constexpr PhysAddr kRom{kBiosRom};

TEST(Page0, ReadsTheBiosDataArea) {
  Machine m;
  ASSERT_TRUE(add_page0("page0", data_bytes("page0"), m).ok());
  EXPECT_EQ(m.ebda, PhysAddr{0x9fc00});
  EXPECT_EQ(m.base_memory, 639 * kKiB);
  EXPECT_FALSE(add_page0("page0", "short", m).ok());
}

TEST(MpTables, AreFoundInTheRom) {
  Machine m;
  const std::string rom = bios_rom();
  add_mp_tables(std::array{LowArea{kRom, rom}}, m);
  EXPECT_EQ(m.mp_floating, PhysRange::make(0xf5ba0, 0xf5bb0));
  EXPECT_EQ(m.mp_configuration, PhysRange::make(0xf5bb0, 0xf5c78));
}

TEST(MpTables, AWrongChecksumOrPlaceIsNoTable) {
  std::string rom = bios_rom();
  rom[0x5baa] = 0;
  Machine m;
  add_mp_tables(std::array{LowArea{kRom, rom}}, m);
  EXPECT_FALSE(m.mp_floating.has_value());
  const std::string shifted = " " + bios_rom();
  add_mp_tables(std::array{LowArea{kRom, shifted}}, m);
  EXPECT_FALSE(m.mp_floating.has_value());
}

// 0, 639K, the ROM, the EBDA: the first that has one counts, wherever its configuration lies.
TEST(MpTables, AreLookedForInTheKernelsOrder) {
  const std::string rom = bios_rom();
  const std::string pointer = rom.substr(0x5ba0, 16);
  std::string empty_rom = rom;
  empty_rom.replace(0x5ba0, 16, 16, '\0');
  const std::string low = std::string(0x40, '\0') + pointer + std::string(4096 - 0x50, '\0');
  struct {
    const char* name;
    std::vector<LowArea> areas;
    PhysRange floating;
  } const cases[] = {
      {"first_kib", {{PhysAddr{0}, low}, {kRom, rom}}, PhysRange::make(0x40, 0x50)},
      {"base_memory", {{PhysAddr{0x9fc00}, low}, {kRom, rom}}, PhysRange::make(0x9fc40, 0x9fc50)},
      {"rom", {{PhysAddr{0x80000}, low}, {kRom, rom}}, PhysRange::make(0xf5ba0, 0xf5bb0)},
      {"ebda", {{PhysAddr{0x80000}, low}, {kRom, empty_rom}}, PhysRange::make(0x80040, 0x80050)},
  };
  for (const auto& c : cases) {
    Machine m;
    m.ebda = PhysAddr{0x80000};
    add_mp_tables(c.areas, m);
    EXPECT_EQ(m.mp_floating, c.floating) << c.name;
    EXPECT_EQ(m.mp_configuration, PhysRange::make(0xf5bb0, 0xf5c78)) << c.name;
  }
}

TEST(MpTables, ALogsPlaceStaysWhereNoAreaCoversIt) {
  const std::string rom = bios_rom();
  Machine m;
  m.mp_floating = PhysRange::make(0x9f800, 0x9f810);
  add_mp_tables(std::array{LowArea{kRom, rom}}, m);
  EXPECT_EQ(m.mp_floating, PhysRange::make(0x9f800, 0x9f810));
  m.mp_floating = PhysRange::make(0xf5ba0, 0xf5bb0);
  add_mp_tables(std::array{LowArea{kRom, rom}}, m);
  EXPECT_EQ(m.mp_configuration, PhysRange::make(0xf5bb0, 0xf5c78));
}

// With alloc_mptable a kernel writes a pointer into the first KiB, after it has booted.
TEST(MpTables, ALogsPlaceGoesBeforeOneThatWasWrittenLater) {
  const std::string rom = bios_rom();
  std::string page(0x1000, '\0');
  page.replace(0x3f0, 16, rom.substr(0x5ba0, 16));
  const std::array areas{LowArea{PhysAddr{0}, page}, LowArea{kRom, rom}};
  Machine without_log;
  add_mp_tables(areas, without_log);
  EXPECT_EQ(without_log.mp_floating, PhysRange::make(0x3f0, 0x400));
  Machine m;
  m.mp_floating = PhysRange::make(0xf5ba0, 0xf5bb0);
  add_mp_tables(areas, m);
  EXPECT_EQ(m.mp_floating, PhysRange::make(0xf5ba0, 0xf5bb0));
}

}  // namespace
}  // namespace memmap::input
