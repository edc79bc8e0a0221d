#include "input/firmware/smbios.h"

#include "unit/input/firmware/bytes.h"
#include "unit/input/input_files.h"

namespace memmap::input {
namespace {

// A structure: its fields after the header, its strings.
std::string structure(int type, const std::string& fields,
                      const std::vector<std::string>& strings = {}) {
  std::string out = bytes({type, static_cast<int>(fields.size() + 4), 0, 1}) + fields;
  for (const std::string& s : strings) out += s + '\0';
  if (strings.empty()) out += '\0';
  return out + '\0';
}

std::string entry_point_64(std::uint32_t size) {
  std::string out = "_SM3_";
  out += bytes({0, 24, 3, 2, 0, 1, 0});
  for (int i = 0; i < 4; ++i) out += static_cast<char>(size >> 8 * i);
  out += std::string(8, '\0');
  unsigned sum = 0;
  for (const char c : out) sum += static_cast<unsigned char>(c);
  out[5] = static_cast<char>(-sum);
  return out;
}

TEST(SmbiosEntryPoint, KindsAndDamage) {
  const std::string real = data_bytes("smbios_entry_point");
  const auto opened = open_smbios_entry_point("e", real);
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(opened->structures, 9u);
  EXPECT_EQ(opened->max_size, 0x178u);
  EXPECT_EQ(opened->version, 0x208u);
  EXPECT_TRUE(open_smbios_entry_point("e", real.substr(16)).ok());  // _DMI_ alone
  const auto wide = open_smbios_entry_point("e", entry_point_64(500));
  ASSERT_TRUE(wide.ok());
  EXPECT_EQ(wide->structures, 0u);
  EXPECT_EQ(wide->max_size, 500u);
  for (std::size_t size = 0; size < real.size(); ++size) {
    EXPECT_FALSE(open_smbios_entry_point("e", real.substr(0, size)).ok()) << size;
  }
  std::string bad = real;
  bad[20] = static_cast<char>(bad[20] + 1);
  EXPECT_FALSE(open_smbios_entry_point("e", bad).ok());
}

TEST(SmbiosStructure, StringsByNumber) {
  const std::string table = structure(1, bytes({1, 2}), {"one", "   ", "three"});
  const auto fault = walk_smbios(table, 1, [](const SmbiosStructure& s) {
    EXPECT_EQ(s.string(0), "");
    EXPECT_EQ(s.string(1), "one");
    EXPECT_EQ(s.string(2), "");  // blanks only
    EXPECT_EQ(s.string(3), "three");
    EXPECT_EQ(s.string(4), "");
    EXPECT_EQ(s.string(255), "");
  });
  EXPECT_FALSE(fault.has_value());
}

// The bytes counted by hand, each string with its NUL rounded up to 4.
TEST(SmbiosCopies, EachKind) {
  struct {
    const char* name;
    std::string table;
    SmbiosCopies want;
  } const cases[] = {
      {"nothing", "", {}},
      {"strings", structure(1, bytes({1, 2, 0, 3}), {"abc", "abcd", " "}), {.text = 4 + 8}},
      {"first_wins",
       structure(1, bytes({0}), {"x"}) + structure(1, bytes({1, 1}), {"abc"}),
       {.text = 4}},  // the vendor is empty but set; the product's name is the second's
      {"uuid", structure(1, bytes({0, 0, 0, 0}) + std::string(15, '\0') + '\1'), {.text = 40}},
      {"no_uuid", structure(1, bytes({0, 0, 0, 0}) + std::string(16, '\xff')), {}},
      {"chassis", structure(3, bytes({0, 3})), {.text = 4}},
      {"releases", structure(0, std::string(16, '\0') + bytes({1, 2, 0xff, 0xff})), {.text = 8}},
      {"slot",
       structure(9, bytes({1}) + std::string(12, '\0'), {"PCI"}),
       {.text = 4, .onboard = 1}},
      {"slot_nowhere",
       structure(9, bytes({1}) + std::string(8, '\0') + bytes({255, 255, 255, 255}), {"PCI"}),
       {}},
      {"onboard",
       structure(10, bytes({0x83, 1, 0x03, 1, 0x83, 1}), {"VGA"}),
       {.text = 4, .devices = 1}},
      {"oem_strings", structure(11, bytes({3}), {"a", " ", "bcde"}), {.text = 12, .devices = 2}},
      {"memory",
       structure(17, std::string(12, '\0') + bytes({1, 2, 0}), {"DIMM 0", "B"}),
       {.text = 12, .memory_devices = 1}},
      {"short_memory", structure(17, bytes({0})), {.memory_devices = 1}},
      {"ipmi", structure(38, std::string(5, '\0')), {.text = 12, .devices = 1}},
      {"extended",
       structure(41, bytes({1, 0x85, 1, 0, 0, 0, 0}), {"LAN"}),
       {.text = 8, .devices = 1, .onboard = 1}},
  };
  for (const auto& c : cases) EXPECT_EQ(smbios_copies(c.table, 0), c.want) << c.name;
}

TEST(SmbiosCopies, QemusTable) {
  // BIOS 8+24+12+8, system 8+32+12, chassis 8+4+12, DIMM 8.
  const SmbiosCopies copies = smbios_copies(data_bytes("smbios_DMI"), 9);
  EXPECT_EQ(copies.memory_devices, 1u);
  EXPECT_EQ(copies.devices, 0u);
  EXPECT_EQ(copies.text, 8u + 24 + 12 + 8 + 8 + 32 + 12 + 8 + 4 + 12 + 8);
}

TEST(SmbiosWalk, EndsAsTheKernelDoes) {
  const std::string one = structure(3, bytes({0, 3}));
  const std::string end = structure(127, "");
  int seen = 0;
  const auto count = [&](const SmbiosStructure&) { ++seen; };
  EXPECT_FALSE(walk_smbios(one + end + one, 0, count));  // the marker ends it
  EXPECT_EQ(seen, 2);
  seen = 0;
  EXPECT_FALSE(walk_smbios(one + end + one, 3, count));  // a number of structures does
  EXPECT_EQ(seen, 3);
  const auto fault = walk_smbios(one + bytes({3, 3, 0, 0, 0, 0}), 0, count);
  ASSERT_TRUE(fault.has_value());
  EXPECT_EQ(fault->offset, one.size());
  EXPECT_EQ(fault->structures, 1u);
}

TEST(Smbios, DamageIsAnEventAndTooMuchIsAnError) {
  const std::string broken = bytes({1, 2, 0, 0, 0, 0});
  Machine m;
  ASSERT_TRUE(add_smbios("e", entry_point_64(64), "t", broken, m).ok());
  ASSERT_EQ(m.firmware_events.size(), 1u);
  EXPECT_NE(m.firmware_events[0].event.text.find("Corrupted DMI table, offset 0"),
            std::string::npos);
  EXPECT_FALSE(add_smbios("e", entry_point_64(5), "t", broken, m).ok());
}

}  // namespace
}  // namespace memmap::input
