#include <algorithm>

#include "input/firmware/acpi_table.h"
#include "input/machine/acpi_folder.h"
#include "unit/input/firmware/bytes.h"
#include "unit/input/input_files.h"

namespace memmap::input {
namespace {

std::string u16(std::uint64_t v) {
  return {static_cast<char>(v & 0xff), static_cast<char>(v >> 8 & 0xff)};
}
std::string u32(std::uint64_t v) { return u16(v) + u16(v >> 16); }
std::string u64(std::uint64_t v) { return u32(v) + u32(v >> 32); }
// A table with a right length and checksum.
std::string table(std::string_view signature, const std::string& body, int revision = 3) {
  std::string out = std::string(signature) + u32(36 + body.size()) + bytes({revision, 0}) +
                    std::string(26, ' ') + body;
  unsigned sum = 0;
  for (const char c : out) sum += static_cast<unsigned char>(c);
  out[9] = static_cast<char>(-sum);
  return out;
}

std::string srat(const std::string& entries, int revision = 3) {
  return table("SRAT", std::string(12, '\0') + entries, revision);
}
std::string cpu(int domain, int apic, int flags = 1) {
  return bytes({0, 16, domain, apic}) + u32(static_cast<unsigned>(flags)) + std::string(8, '\0');
}
std::string x2apic_cpu(unsigned domain, unsigned apic, unsigned flags = 1) {
  return bytes({2, 24, 0, 0}) + u32(domain) + u32(apic) + u32(flags) + std::string(8, '\0');
}
std::string memory(unsigned domain, std::uint64_t base, std::uint64_t size, unsigned flags = 1) {
  return bytes({1, 40}) + u32(domain) + u16(0) + u64(base) + u64(size) + u32(0) + u32(flags) +
         std::string(8, '\0');
}
std::string initiator(unsigned domain, unsigned flags = 1) {
  return bytes({5, 32, 0, 1}) + u32(domain) + std::string(16, '\0') + u32(flags) + u32(0);
}

std::string madt(const std::string& entries) {
  return table("APIC", u32(0xfee00000) + u32(1) + entries);
}
std::string lapic(int id, int flags = 1) {
  return bytes({0, 8, id, id}) + u32(static_cast<unsigned>(flags));
}
std::string x2apic(unsigned id, unsigned flags = 1) {
  return bytes({9, 16, 0, 0}) + u32(id) + u32(flags) + u32(id);
}
std::string io_apic(int id, unsigned address) {
  return bytes({1, 12, id, 0}) + u32(address) + u32(0);
}

struct AcpiRead {
  Machine machine{};
  Status status = Done{};
};

// Reads the tables as files of a folder, and the boot screen's picture.
AcpiRead read(const std::vector<std::string>& tables, Machine start = {},
              const std::string& picture = "") {
  MemoryTree tree("acpi");
  if (!picture.empty()) tree.add("picture", picture);
  for (const std::string& t : tables) tree.add("t/" + t.substr(0, 4), t);
  AcpiRead out{.machine = std::move(start)};
  out.status = add_acpi_folder(tree, "t", "picture", out.machine);
  return out;
}

bool says(const Machine& m, std::string_view text) {
  return std::ranges::any_of(m.firmware_events, [&](const FirmwareEvent& e) {
    return e.event.text.find(text) != e.event.text.npos;
  });
}

TEST(AcpiTable, DamagedOnesAreToldWithTheByte) {
  const std::string good = table("HPET", std::string(20, '\0'));
  std::string longer = good, shorter = good, small = good;
  longer[4] = 57;
  shorter[4] = 55;
  small[4] = 35;
  struct {
    const char* name;
    std::string bytes;
    std::uint64_t offset;
  } const cases[] = {
      {"no_header", good.substr(0, 35), 35}, {"cut", good.substr(0, 55), 55},
      {"longer_than_the_file", longer, 56},  {"shorter_than_the_file", shorter, 4},
      {"shorter_than_a_header", small, 4},   {"no_signature", "\1\2\3\4" + good.substr(4), 0},
  };
  for (const auto& c : cases) {
    const auto opened = open_acpi_table("T", c.bytes);
    ASSERT_FALSE(opened.ok()) << c.name;
    EXPECT_EQ(opened.errors()[0].origin.offset, c.offset) << c.name;
    EXPECT_EQ(opened.errors()[0].origin.file, "T");
  }
  EXPECT_TRUE(open_acpi_table("T", good).ok());
  EXPECT_TRUE(open_acpi_table("FACS", "FACS" + u32(64) + std::string(56, 'x')).ok());
}

TEST(AcpiTable, AWrongChecksumIsNotedWithTheRightOne) {
  std::string bad = table("HPET", std::string(20, '\0'));
  const auto right = static_cast<std::uint8_t>(bad[9]);
  bad[9] = static_cast<char>(right + 3);
  const auto opened = open_acpi_table("HPET", bad);
  ASSERT_TRUE(opened.ok());
  ASSERT_TRUE(opened->wrong_checksum.has_value());
  EXPECT_EQ(opened->wrong_checksum->right, right);
  EXPECT_EQ(opened->wrong_checksum->found, static_cast<std::uint8_t>(right + 3));
  const AcpiRead r = read({bad});
  ASSERT_TRUE(r.status.ok());
  ASSERT_EQ(r.machine.acpi_tables.size(), 1u);
  EXPECT_TRUE(r.machine.acpi_tables[0].wrong_checksum.has_value());
  EXPECT_TRUE(r.machine.acpi_tables[0].range.empty());
}

TEST(AcpiTable, AFileOfAnotherNameIsAMistake) {
  MemoryTree tree("acpi");
  tree.add("t/SRAT", table("HPET", std::string(20, '\0')));
  Machine m;
  EXPECT_FALSE(add_acpi_folder(tree, "t", "", m).ok());
}

TEST(Cedt, HasWindowsAmongOtherStructures) {
  const auto number = [](std::uint64_t value, std::size_t bytes) {
    std::string out;
    for (std::size_t i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
    return out;
  };
  const auto structure = [&](unsigned kind, const std::string& body) {
    return number(kind, 1) + number(0, 1) + number(body.size() + 4, 2) + body;
  };
  const auto window = [&](std::uint64_t base, std::uint64_t size) {
    return structure(1, number(0, 4) + number(base, 8) + number(size, 8) + std::string(16, '\0'));
  };
  const std::string bridge = structure(0, std::string(28, '\0'));
  const AcpiRead good =
      read({table("CEDT", bridge + window(kGiB, kGiB) +
                              std::string(300, '\1').replace(0, 4, number(5, 2) + number(300, 2)) +
                              window(8 * kGiB, 4 * kGiB) + std::string(8, '\0') + window(0, 1))});
  ASSERT_TRUE(good.status.ok());
  EXPECT_EQ(good.machine.cxl_windows,
            (std::vector<PhysRange>{PhysRange::make(kGiB, 2 * kGiB),
                                    PhysRange::make(8 * kGiB, 12 * kGiB)}));
  EXPECT_FALSE(read({table("CEDT", window(kGiB, 0))}).status.ok());
  EXPECT_FALSE(read({table("CEDT", window(~std::uint64_t{0} - 4095, 8192))}).status.ok());
  EXPECT_FALSE(read({table("CEDT", structure(1, std::string(8, '\0')))}).status.ok());
  EXPECT_FALSE(read({table("CEDT", window(kGiB, kGiB).substr(0, 30))}).status.ok());
}

TEST(Srat, ReadsQemus) {
  const AcpiRead r = read({data_bytes("SRAT-numa2")});
  ASSERT_TRUE(r.status.ok());
  const Machine& m = r.machine;
  ASSERT_EQ(m.node_memory.size(), 3u);
  EXPECT_EQ(m.node_memory[1].range, PhysRange::make(0x100000, 0x40000000));
  EXPECT_EQ(m.node_memory[1].nid, 0);
  EXPECT_EQ(m.node_memory[2].range, PhysRange::make(0x40000000, 0xc0000000));
  EXPECT_EQ(m.node_memory[2].nid, 1);
  EXPECT_EQ(m.cpu_nodes, (std::vector<int>{0, 1}));
  EXPECT_TRUE(m.node_domains.empty());  // they are the nodes' numbers
}

// Domains get numbers as they are met, those of processors first; disabled ones are not there.
TEST(Srat, DomainsBecomeNodesAsTheKernelMeetsThem) {
  const AcpiRead r = read({srat(cpu(9, 7, 0) + cpu(5, 0) + x2apic_cpu(0x10003, 1) +
                                memory(7, 0, 0x1000, 0) + memory(0x10003, 0, 0x1000) +
                                memory(5, 0x1000, 0x1000, 3) + memory(8, 0x2000, 0x1000))});
  ASSERT_TRUE(r.status.ok());
  const Machine& m = r.machine;
  EXPECT_EQ(m.cpu_nodes, (std::vector<int>{0, 1}));
  ASSERT_EQ(m.node_memory.size(), 3u);
  EXPECT_EQ(m.node_memory[0].nid, 1);
  EXPECT_EQ(m.node_memory[1].nid, 0);
  EXPECT_TRUE(m.node_memory[1].hotpluggable);
  EXPECT_EQ(m.node_memory[2].nid, 2);
  EXPECT_EQ(m.node_domains, (std::vector<std::uint32_t>{5, 0x10003, 8}));
}

TEST(Srat, OldRevisionsHaveDomainsOfOneByte) {
  const AcpiRead r = read({srat(cpu(1, 0) + memory(0xffffff01, 0, 0x1000), 1)});
  ASSERT_EQ(r.machine.node_memory.size(), 1u);
  EXPECT_EQ(r.machine.node_memory[0].nid, 0);
}

TEST(Srat, MakesNodesOfInitiatorsAndOfMemoryOfNoSize) {
  const AcpiRead r = read({srat(cpu(0, 0) + initiator(4) + memory(0, 0, 0x1000) + memory(6, 0, 0) +
                                memory(7, ~0ull - 10, 0x1000))});
  ASSERT_TRUE(r.status.ok());
  EXPECT_EQ(r.machine.other_nodes, (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(r.machine.node_memory.size(), 1u);
  EXPECT_TRUE(says(r.machine, "invalid memblk node 3"));
}

// One that is not enabled ends the reading of processors. kernel: acpi_parse_gi_affinity()
TEST(Srat, ADisabledInitiatorEndsTheProcessors) {
  const AcpiRead r = read({srat(cpu(0, 0) + initiator(4, 0) + cpu(1, 1) + memory(0, 0, 0x1000))});
  EXPECT_EQ(r.machine.cpu_nodes, (std::vector<int>{0}));
}

TEST(Srat, IsNotUsedWhereTheKernelRefusesIt) {
  struct {
    const char* name;
    std::string entries;
    const char* text;
  } const cases[] = {
      {"processor_of_17_bytes", bytes({0, 17, 0, 0}) + u32(1) + std::string(9, '\0'),
       "SRAT not used"},
      {"memory_of_39_bytes", bytes({1, 39}) + std::string(37, '\0'),
       "Unexpected header length: 39"},
      {"no_length", bytes({1, 0, 0, 0}), "Invalid zero length"},
      {"negative_domain", memory(0x80000000, 0, 0x1000), "Too many proximity domains"},
  };
  for (const auto& c : cases) {
    const AcpiRead r = read({srat(memory(0, 0, 0x1000) + c.entries + memory(1, 0x1000, 0x1000))});
    ASSERT_TRUE(r.status.ok()) << c.name;
    EXPECT_TRUE(r.machine.node_memory.empty()) << c.name;
    EXPECT_TRUE(says(r.machine, c.text)) << c.name;
  }
}

TEST(Srat, WinsOverTheLog) {
  Machine log;
  log.node_memory = {{.range = PhysRange::make(0, 4096), .nid = 0}};
  const AcpiRead r = read({data_bytes("SRAT-numa2")}, log);
  EXPECT_EQ(r.machine.node_memory.size(), 3u);
  ASSERT_EQ(r.machine.notes.size(), 1u);
  EXPECT_NE(r.machine.notes[0].find("differs"), std::string::npos);
}

TEST(Srat, CutShortAtAnyByteIsAnError) {
  const std::string whole = data_bytes("SRAT-numa2");
  for (std::size_t size = 4; size < whole.size(); ++size) {
    EXPECT_FALSE(read({whole.substr(0, size)}).status.ok()) << size;
  }
}

TEST(Madt, CountsProcessorsAndIoApics) {
  struct {
    const char* name;
    std::string entries;
    unsigned enabled, online_capable, disabled, io_apics;
  } const cases[] = {
      {"two", lapic(0) + lapic(1) + io_apic(0, 0xfec00000), 2, 0, 0, 1},
      {"kinds", lapic(0) + lapic(1, 2) + lapic(2, 0) + lapic(0xff, 0), 1, 1, 1, 0},
      // The same processor twice: its x2APIC beside its local APIC.
      {"both", lapic(0) + lapic(1) + x2apic(0) + x2apic(1) + x2apic(0x100), 3, 0, 0, 0},
      {"x2apic_only", x2apic(0) + x2apic(1) + x2apic(~0u), 2, 0, 0, 0},
      {"no_usable_local_apic", lapic(0, 0) + x2apic(3), 1, 0, 1, 0},
      {"io_apics", lapic(0) + io_apic(0, 0) + io_apic(1, 5) + io_apic(2, 5) + io_apic(3, 6), 1, 0,
       0, 2},
  };
  for (const auto& c : cases) {
    const AcpiRead r = read({madt(c.entries)});
    ASSERT_TRUE(r.status.ok()) << c.name;
    ASSERT_TRUE(r.machine.listed_cpus.has_value()) << c.name;
    EXPECT_EQ(r.machine.listed_cpus->enabled, c.enabled) << c.name;
    EXPECT_EQ(r.machine.listed_cpus->online_capable, c.online_capable) << c.name;
    EXPECT_EQ(r.machine.listed_cpus->disabled, c.disabled) << c.name;
    EXPECT_EQ(r.machine.ioapics, c.io_apics) << c.name;
  }
}

TEST(Madt, PutsTheSratsProcessorsInItsOrder) {
  const AcpiRead r = read({srat(cpu(0, 2) + cpu(1, 1) + cpu(2, 0) + memory(0, 0, 0x1000)),
                           madt(lapic(0) + lapic(1) + lapic(2) + lapic(9) + lapic(3, 0))});
  EXPECT_EQ(r.machine.cpu_nodes, (std::vector<int>{2, 1, 0, -1}));
}

// The SRAT's node is there, though no processor of it is: one may be plugged in, or the MADT does not know it.
TEST(Madt, LeavesTheNodesOfProcessorsThatAreNotThere) {
  const AcpiRead r = read({srat(cpu(0, 0) + cpu(1, 1) + cpu(1, 2) + cpu(2, 3) + cpu(0, 4) +
                                x2apic_cpu(3, 32768) + memory(0, 0, 0x1000)),
                           madt(lapic(0) + lapic(1, 0) + lapic(4, 0))});
  EXPECT_EQ(r.machine.cpu_nodes, (std::vector<int>{0}));
  EXPECT_EQ(r.machine.other_nodes, (std::vector<int>{1, 2}));
}

TEST(Madt, ADamagedOneIsAnEvent) {
  for (const std::string& entries :
       {lapic(0) + bytes({0, 0, 0}), bytes({0, 7, 0, 0, 1, 0, 0}) + lapic(0)}) {
    const AcpiRead r = read({madt(entries)});
    ASSERT_TRUE(r.status.ok());
    EXPECT_FALSE(r.machine.listed_cpus.has_value());
    EXPECT_TRUE(says(r.machine, "Invalid BIOS MADT"));
  }
  EXPECT_FALSE(read({madt(lapic(0) + bytes({0, 8, 0}))}).status.ok());
}

TEST(Fadt, TellsWhetherTheHotPlugFlagCounts) {
  const auto fadt = [](int revision, int minor) {
    std::string body(132 - 36, '\0');
    body[131 - 36] = static_cast<char>(minor);
    return table("FACP", body, revision);
  };
  struct {
    int revision, minor;
    bool has;
  } const cases[] = {{3, 0, false}, {6, 2, false}, {6, 3, true}, {6, 0x13, true}, {7, 0, true}};
  for (const auto& c : cases) {
    const AcpiRead r = read({madt(lapic(0)), fadt(c.revision, c.minor)});
    ASSERT_TRUE(r.machine.listed_cpus.has_value());
    EXPECT_EQ(r.machine.listed_cpus->has_online_capable, c.has) << c.revision << '.' << c.minor;
  }
  EXPECT_FALSE(read({fadt(6, 3)}).machine.listed_cpus.has_value());
}

TEST(Slit, HasARowForEachLocality) {
  const std::string rows = bytes({10, 20, 20, 10});
  const AcpiRead r = read({table("SLIT", u64(2) + rows)});
  ASSERT_TRUE(r.status.ok());
  EXPECT_EQ(r.machine.distances, (std::vector<std::uint8_t>{10, 20, 20, 10}));
  EXPECT_FALSE(read({table("SLIT", u64(3) + rows)}).status.ok());
  EXPECT_FALSE(read({table("SLIT", u64(~0ull) + rows)}).status.ok());
  EXPECT_FALSE(read({table("SLIT", u32(2))}).status.ok());
}

TEST(Hpet, TellsItsPlace) {
  const AcpiRead r = read({table(
      "HPET", u32(0x8086a201) + bytes({0, 64, 0, 0}) + u64(0xfed00000) + bytes({0, 0, 0, 0}))});
  ASSERT_TRUE(r.machine.hpet.has_value());
  EXPECT_EQ(r.machine.hpet->address, 0xfed00000u);
  EXPECT_EQ(r.machine.hpet->space_id, 0);
  EXPECT_FALSE(read({table("HPET", std::string(19, '\0'))}).status.ok());
}

std::string bgrt(int version, int type, std::uint64_t address) {
  return table("BGRT", bytes({version, 0, 1, type}) + u64(address) + u32(40) + u32(60));
}

TEST(Bgrt, TellsWhereThePictureLies) {
  const std::string picture = "BM" + u32(0x2a36) + "more of it";
  const AcpiRead r = read({bgrt(1, 0, 0x3e001010)}, {}, picture);
  EXPECT_TRUE(r.status.ok());
  EXPECT_EQ(r.machine.efi_picture, PhysRange::make(0x3e001010, 0x3e003a46));
  EXPECT_EQ(read({bgrt(0, 0, 0x3e001010)}, {}, picture.substr(0, 6)).machine.efi_picture,
            r.machine.efi_picture);
  EXPECT_EQ(read({bgrt(1, 0, 0x3e001010)}).machine.efi_picture, std::nullopt);
  EXPECT_EQ(read({bgrt(1, 0, ~0ull)}, {}, picture).machine.efi_picture, std::nullopt);
}

TEST(Bgrt, WhatTheKernelRefusesIsNotKept) {
  const std::string picture = "BM" + u32(0x2a36);
  struct {
    std::string table;
    std::string picture;
    const char* why;
  } const cases[] = {
      {table("BGRT", std::string(19, '\1')), picture, "invalid length 55 (expected 56)"},
      {bgrt(2, 0, 0x3e001010), picture, "invalid version 2 (expected 1)"},
      {bgrt(1, 1, 0x3e001010), picture, "invalid image type 1 (expected 0)"},
      {bgrt(1, 0, 0), picture, "null image address"},
      {bgrt(1, 0, 0x3e001010), "PNG of old", "Incorrect BMP magic number 0x4e50 (expected 0x4d42)"},
      {bgrt(2, 0, 0x3e001010), "", "invalid version 2 (expected 1)"},
  };
  for (const auto& c : cases) {
    const AcpiRead r = read({c.table}, {}, c.picture);
    EXPECT_TRUE(r.status.ok()) << c.why;
    EXPECT_EQ(r.machine.efi_picture, std::nullopt) << c.why;
    EXPECT_TRUE(says(r.machine, std::string("Ignoring BGRT: ") + c.why)) << c.why;
  }
}

TEST(Bgrt, ALogsPagesAreRefinedOrContradicted) {
  const std::string picture = "BM" + u32(0x2a36);
  Machine logged;
  logged.efi_picture = PhysRange::make(0x3e001000, 0x3e004000);
  const AcpiRead same = read({bgrt(1, 0, 0x3e001010)}, logged, picture);
  EXPECT_EQ(same.machine.efi_picture, PhysRange::make(0x3e001010, 0x3e003a46));
  EXPECT_TRUE(same.machine.notes.empty());
  const AcpiRead other = read({bgrt(1, 0, 0x3d001010)}, logged, picture);
  EXPECT_EQ(other.machine.efi_picture, PhysRange::make(0x3d001010, 0x3d003a46));
  ASSERT_EQ(other.machine.notes.size(), 1u);
  EXPECT_NE(other.machine.notes[0].find("0x3e001000-0x3e004000 in the log"), std::string::npos);
  EXPECT_EQ(read({bgrt(1, 0, 0x3d001010)}, logged).machine.efi_picture, logged.efi_picture);
}

TEST(Mcfg, ListsWindows) {
  const std::string window = u64(0xb0000000) + u16(0) + bytes({1, 2}) + u32(0);
  const AcpiRead r = read({table("MCFG", u64(0) + window)});
  ASSERT_TRUE(r.status.ok());
  ASSERT_EQ(r.machine.pci_windows.size(), 1u);
  EXPECT_EQ(r.machine.pci_windows[0], PhysRange::make(0xb0100000, 0xb0300000));
  EXPECT_FALSE(read({table("MCFG", u64(0) + window.substr(0, 15))}).status.ok());
  EXPECT_FALSE(
      read({table("MCFG", u64(0) + u64(0) + u16(0) + bytes({2, 1}) + u32(0))}).status.ok());
}

}  // namespace
}  // namespace memmap::input
