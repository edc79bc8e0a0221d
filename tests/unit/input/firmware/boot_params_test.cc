#include "input/firmware/boot_params.h"

#include "input/formats.h"
#include "unit/input/input_files.h"

namespace memmap::input {
namespace {

Result<Machine> read_bytes(std::string bytes) {
  return read_boot_params({.name = "zero page", .bytes = std::move(bytes)}, {});
}

TEST(BootParams, ReadsWhatQemuPassed) {
  const auto machine = read_machine(data_path("boot_params-4g"), {});
  ASSERT_TRUE(machine.ok()) << all_messages(machine);
  EXPECT_EQ(machine->format, "boot-params");
  EXPECT_EQ(show(machine->firmware_map), kMap4G);
  EXPECT_EQ(machine->firmware, Firmware::bios);
  EXPECT_EQ(machine->initrd, PhysRange::make(0xbfee4000, 0xbfee4000 + 1028861));
  EXPECT_FALSE(machine->efi_memmap.has_value());
  EXPECT_FALSE(setup_data_head(data_bytes("boot_params-4g")).has_value());
}

// The kernel's EFI stub makes a zero page of its own, without HdrS.
TEST(BootParams, ReadsWhatTheEfiStubPassed) {
  const auto machine = read_machine(data_path("boot_params-efi-4g"), {});
  ASSERT_TRUE(machine.ok()) << all_messages(machine);
  EXPECT_EQ(machine->format, "boot-params");
  EXPECT_EQ(machine->firmware_map.size(), 18u);
  EXPECT_EQ(machine->firmware, Firmware::efi);
  EXPECT_EQ(machine->efi_memmap, PhysRange::make(0x7f772040, 0x7f772040 + 0x1aa0));
}

TEST(BootParams, TellsWhereSetupDataStarts) {
  EXPECT_EQ(setup_data_head(data_bytes("boot_params-setup-data-3g")), PhysAddr{0xc817c0});
}

TEST(BootParams, CutShortTellsWhere) {
  for (const std::size_t size : {1u, 0x1e8u, 4095u}) {
    const auto machine = read_bytes(data_bytes("boot_params-4g").substr(0, size));
    ASSERT_FALSE(machine.ok());
    EXPECT_EQ(machine.errors()[0].origin.offset, size);
  }
  EXPECT_FALSE(read_bytes(data_bytes("boot_params-4g") + "x").ok());
}

TEST(BootParams, TellsAllThatIsWrong) {
  std::string bytes = data_bytes("boot_params-4g");
  bytes[0x1e8] = static_cast<char>(129);
  bytes.replace(0xc0, 4, "\xff\xff\xff\xff");
  bytes.replace(0xc4, 4, "\xff\xff\xff\xff");
  const auto machine = read_bytes(bytes);
  ASSERT_FALSE(machine.ok());
  ASSERT_EQ(machine.errors().size(), 2u) << all_messages(machine);
  EXPECT_EQ(machine.errors()[0].origin.offset, 0x1e8u);
}

TEST(BootParams, WithoutATableTheKernelTakesTheOlderCalls) {
  std::string bytes = data_bytes("boot_params-4g");
  bytes[0x1e8] = 1;
  auto machine = read_bytes(bytes);
  ASSERT_TRUE(machine.ok());
  EXPECT_EQ(show(machine->firmware_map), "0-9f000 1\n100000-bffe0000 1\n");
  EXPECT_NE(machine->notes.at(0).find("e801"), std::string::npos);
  bytes.replace(0x1e0, 4, std::string(4, '\0'));
  machine = read_bytes(bytes);
  ASSERT_TRUE(machine.ok());
  EXPECT_EQ(show(machine->firmware_map), "0-9f000 1\n100000-4000000 1\n");
  EXPECT_NE(machine->notes.at(0).find("88"), std::string::npos);
}

TEST(BootParams, TrustedBootsPage) {
  std::string bytes = data_bytes("boot_params-4g");
  EXPECT_FALSE(read_bytes(bytes)->tboot);
  bytes[0x5b] = '\x7a';
  EXPECT_EQ(read_bytes(bytes)->tboot, PhysAddr{0x7a000000});
}

TEST(BootParams, AKernelImageIsNoZeroPage) {
  const std::string image = data_bytes("boot_params-4g") + std::string(8192, 'x');
  const Recognition r = recognise_boot_params({.name = "vmlinuz", .bytes = image});
  EXPECT_LT(r.score, 20);
  EXPECT_NE(r.reason.find("kernel image"), std::string::npos);
}

}  // namespace
}  // namespace memmap::input
