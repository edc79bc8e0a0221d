#include "capture/strip_binary.h"

#include <gtest/gtest.h>

#include "input/firmware/smbios.h"

namespace memmap::capture {
namespace {

std::string structure(int type, const std::string& fields,
                      const std::vector<std::string>& strings) {
  std::string out;
  out += static_cast<char>(type);
  out += static_cast<char>(fields.size() + 4);
  out += std::string("\0\1", 2) + fields;
  for (const std::string& s : strings) out += s + '\0';
  if (strings.empty()) out += '\0';
  return out + '\0';
}

std::string number(char n) { return std::string(1, n); }

TEST(StripSmbios, HidesNumbersAndKeepsSizes) {
  const std::string uuid = "0123456789abcdef";
  std::string table =
      structure(1, number(1) + number(2) + number(0) + number(3) + uuid,
                {"Maker", "Model", "SER 42"}) +
      structure(2, number(1) + number(0) + number(0) + number(2) + number(3), {"M", "BS1", "tag"}) +
      structure(11, number(2), {"Tag: 42", " "}) + structure(200, "\x52\x54\x99", {"secret"}) +
      structure(127, "", {});
  const std::string before = table;
  strip_smbios(table, 0);
  EXPECT_EQ(table.size(), before.size());
  EXPECT_EQ(input::smbios_copies(table, 0), input::smbios_copies(before, 0));
  for (const char* hidden : {"SER", "42", "BS1", "tag", "Tag", "secret", "\x52\x54\x99"}) {
    EXPECT_EQ(table.find(hidden), table.npos) << hidden;
  }
  EXPECT_EQ(table.find(uuid), table.npos);
  for (const char* kept : {"Maker", "Model", "xxx xx"}) {
    EXPECT_NE(table.find(kept), table.npos) << kept;
  }
  const std::string once = table;
  strip_smbios(table, 0);
  EXPECT_EQ(table, once);
}

// A device of type `other` is kept only if nothing of its name was before. Found by the fuzzer.
TEST(StripSmbios, KeepsApartWhatWasApartAndEqualWhatWasEqual) {
  const std::string other = number('\x80') + number(1);
  for (const char* device : {"LAN", "xxx"}) {
    for (const char* oem : {"LAN", "abc"}) {
      std::string table = structure(11, number(1), {oem}) + structure(10, other, {device});
      const SmbiosCopies before = input::smbios_copies(table, 0);
      strip_smbios(table, 0);
      EXPECT_EQ(input::smbios_copies(table, 0), before) << oem << ' ' << device;
      EXPECT_EQ(table.find("abc"), table.npos);
    }
  }
}

// An unset UUID costs nothing; it must not come to cost something.
TEST(StripSmbios, AnUnsetUuidStays) {
  for (const char fill : {'\0', '\xff'}) {
    std::string table = structure(1, std::string(4, '\0') + std::string(16, fill), {});
    const std::string before = table;
    strip_smbios(table, 0);
    EXPECT_EQ(table, before);
  }
}

TEST(StripBootParams, HidesTheMonitorAndTheDisks) {
  std::string page(4096, 's');
  strip_boot_params(page);
  EXPECT_EQ(page.size(), 4096u);
  EXPECT_EQ(page.find_first_not_of('s'), 0x140u);
  EXPECT_EQ(page[0x1c0], 's');  // efi_info
  EXPECT_EQ(page[0x2d0], 's');  // e820_table
  EXPECT_EQ(page[0x290], '\0');
  EXPECT_EQ(page[0xd00], '\0');
}

TEST(StripSetupData, KeepsTheMap) {
  std::string map = "entry", seed = "seed!";
  strip_setup_data(map, 1);
  strip_setup_data(seed, 9);
  EXPECT_EQ(map, "entry");
  EXPECT_EQ(seed, std::string(5, '\0'));
}

TEST(StripLowMemory, KeepsWhatTheBootReads) {
  Machine found;
  found.mp_floating = PhysRange::make(0xf0010, 0xf0020);
  found.mp_configuration = PhysRange::make(0xf0030, 0xf0040);
  std::string rom(0x100, 'r');
  strip_low_memory(rom, PhysAddr{0xf0000}, found);
  std::string want(0x100, '\0');
  want.replace(0x10, 16, 16, 'r').replace(0x30, 16, 16, 'r');
  EXPECT_EQ(rom, want);
  std::string page(4096, 'p');
  strip_low_memory(page, PhysAddr{0}, found);
  EXPECT_EQ(page.substr(0x40d, 9), std::string("\0pp\0\0\0pp\0", 9).substr(0, 9));
}

}  // namespace
}  // namespace memmap::capture
