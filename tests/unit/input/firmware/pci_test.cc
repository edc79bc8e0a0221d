#include "input/firmware/pci.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "machine/pci_address.h"

namespace memmap::input {
namespace {

namespace fs = std::filesystem;

TEST(Pci, AddressesAreReadAndWritten) {
  EXPECT_EQ(pci_address_of("00:02.0"), 0x10u);
  EXPECT_EQ(pci_address_of("0000:00:02.0"), 0x10u);
  EXPECT_EQ(pci_address_of("ff:1f.7"), 0xffffu);
  for (const char* wrong :
       {"", "00:02", "00:20.0", "00:02.8", "0001:00:02.0", "0x:02.0", "00-02.0", "00:02.0 "}) {
    EXPECT_EQ(pci_address_of(wrong), std::nullopt) << wrong;
  }
  EXPECT_EQ(pci_address_text(0x10), "00:02.0");
  EXPECT_EQ(pci_address_text(0xffff), "ff:1f.7");
}

TEST(Pci, LinesOfTheLog) {
  const auto device = pci_of_log_line(
      "pci 0000:00:02.0: [8086:0116] type 00 class 0x030000 conventional PCI endpoint");
  ASSERT_TRUE(device);
  EXPECT_EQ(device->address, 0x10u);
  EXPECT_EQ(device->vendor, 0x8086);
  EXPECT_EQ(device->device, 0x116);
  for (const char* other :
       {"pci 0000:00:02.0: BAR 0 [mem 0xf0000000-0xf03fffff 64bit]", "pci_bus 0000:00: root bus",
        "pci 0001:00:02.0: [8086:0116] type 00", "pci 0000:00:02.0: [8086:01", "pci ",
        "pci 0000:00:02.0: [8086-0116] type 00"}) {
    EXPECT_FALSE(pci_of_log_line(other)) << other;
  }
}

TEST(Pci, Folder) {
  std::string name = (fs::temp_directory_path() / "memmap-pci-XXXXXX").string();
  ASSERT_NE(::mkdtemp(name.data()), nullptr);
  const fs::path folder = name;
  const auto write = [&](const char* device, const char* file, const char* text) {
    fs::create_directory(folder / device);
    std::ofstream(folder / device / file) << text << "\n";
  };
  write("0000:01:00.0", "vendor", "0x10de");
  write("0000:01:00.0", "device", "0x1234");
  write("0000:00:02.0", "vendor", "0x8086");
  write("0000:00:02.0", "device", "0x0116");
  write("0000:00:03.0", "vendor", "0x8086");  // no id
  write("0000:00:04.0", "vendor", "intel");
  write("0000:00:04.0", "device", "0x1");
  const DiskTree tree(folder.parent_path());
  const auto devices = read_pci_folder(tree, folder.filename().string());
  fs::remove_all(folder);
  ASSERT_EQ(devices.size(), 2u);
  EXPECT_EQ(devices[0].address, 0x10u);
  EXPECT_EQ(devices[1].vendor, 0x10de);
  EXPECT_TRUE(read_pci_folder(tree, folder.filename().string()).empty());
}

}  // namespace
}  // namespace memmap::input
