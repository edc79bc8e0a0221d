#include "input/bios_area.h"

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

TEST(Page0, ReadsTheBiosDataArea) {
  Machine m;
  ASSERT_TRUE(add_page0("page0", data_bytes("page0"), m).ok());
  EXPECT_EQ(m.ebda, PhysAddr{0x9fc00});
  EXPECT_EQ(m.base_memory, 639 * kKiB);
  EXPECT_FALSE(m.mp_floating.has_value());
  EXPECT_FALSE(add_page0("page0", "short", m).ok());
}

TEST(BiosRom, FindsTheMpTables) {
  Machine m;
  ASSERT_TRUE(add_bios_rom("f0000", bios_rom(), m).ok());
  EXPECT_EQ(m.mp_floating, PhysRange::make(0xf5ba0, 0xf5bb0));
  EXPECT_EQ(m.mp_configuration, PhysRange::make(0xf5bb0, 0xf5c78));
}

TEST(BiosRom, AWrongChecksumOrPlaceIsNoTable) {
  std::string rom = bios_rom();
  rom[0x5baa] = 0;
  Machine m;
  ASSERT_TRUE(add_bios_rom("f0000", rom, m).ok());
  EXPECT_FALSE(m.mp_floating.has_value());
  ASSERT_TRUE(add_bios_rom("f0000", " " + bios_rom(), m).ok());
  EXPECT_FALSE(m.mp_floating.has_value());
  EXPECT_FALSE(add_bios_rom("f0000", bios_rom().substr(1), m).ok());
}

TEST(Srat, ReadsQemus) {
  Machine m;
  ASSERT_TRUE(add_srat("SRAT", data_bytes("SRAT-numa2"), m).ok());
  ASSERT_EQ(m.node_memory.size(), 3u);
  EXPECT_EQ(m.node_memory[1].range, PhysRange::make(0x100000, 0x40000000));
  EXPECT_EQ(m.node_memory[1].nid, 0);
  EXPECT_EQ(m.node_memory[2].range, PhysRange::make(0x40000000, 0xc0000000));
  EXPECT_EQ(m.node_memory[2].nid, 1);
  EXPECT_EQ(m.cpu_nodes, (std::vector<int>{0, 1}));
}

// Processors' domains get the first numbers; what is known already stays.
TEST(Srat, DomainsBecomeNodesAsTheKernelMeetsThem) {
  std::string table = data_bytes("SRAT-numa2");
  for (std::size_t at = 48; at < table.size(); at += static_cast<unsigned char>(table[at + 1])) {
    if (table[at] == 0) table[at + 2] = table[at + 2] == 0 ? 5 : 3;
    if (table[at] == 1) table[at + 2] = table[at + 2] == 0 ? 3 : 5;
  }
  Machine m;
  ASSERT_TRUE(add_srat("SRAT", table, m).ok());
  EXPECT_EQ(m.cpu_nodes, (std::vector<int>{0, 1}));
  ASSERT_EQ(m.node_memory.size(), 3u);
  EXPECT_EQ(m.node_memory[1].nid, 1);
  EXPECT_EQ(m.node_memory[2].nid, 0);

  Machine known;
  known.node_memory = {{.range = PhysRange::make(0, 4096), .nid = 0}};
  ASSERT_TRUE(add_srat("SRAT", table, known).ok());
  EXPECT_EQ(known.node_memory.size(), 1u);
  EXPECT_EQ(known.cpu_nodes.size(), 2u);
}

TEST(Srat, CutShortAtAnyByteIsAnError) {
  const std::string table = data_bytes("SRAT-numa2");
  for (std::size_t size = 0; size < table.size(); ++size) {
    Machine m;
    EXPECT_FALSE(add_srat("SRAT", table.substr(0, size), m).ok()) << size;
  }
}

}  // namespace
}  // namespace memmap::input
