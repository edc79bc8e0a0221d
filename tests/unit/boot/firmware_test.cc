// What firmware's tables, EFI's and SMBIOS's among them, make of a boot.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <ostream>
#include <string>

#include "made_up_boot.h"

namespace memmap::boot {
namespace {

TEST(Boot, CopiesTheTablesThatTheInitrdBrings) {
  Machine m = machine();
  m.firmware_map[2].size = 0x3f000000 - kMiB;
  m.firmware_map.push_back({PhysAddr{0x3f000000}, kMiB, E820Type::reserved});
  m.initrd = PhysRange::make(0x3e000000, 0x3e800000);
  m.acpi_upgrade = 5000;
  const Outcome outcome = boot("", {6, 12, 0}, m);
  EXPECT_EQ(asked(outcome, "ACPI tables of the initrd"), Sizes{5000});
  const auto nvs =
      std::ranges::find(outcome.state.e820.table.entries(), E820Type::nvs, &E820Entry::type);
  ASSERT_NE(nvs, outcome.state.e820.table.entries().end());
  EXPECT_EQ(nvs->size, 5000u);
  // A log may not have said so, but it lists them, in RAM and behind the others.
  m.acpi_upgrade = 0;
  m.acpi_tables.push_back({"SSDT", PhysRange::make(0x3d000000, 0x3d000024)});
  m.acpi_tables.push_back({"SSDT", PhysRange::make(0x3d000024, 0x3d001000)});
  const Outcome listed = boot("", {6, 12, 0}, m);
  EXPECT_EQ(asked(listed, "ACPI tables of the initrd"), Sizes{0x1000});
  for (const Owned& o : listed.owners) {
    EXPECT_FALSE(o.words == "ACPI tables" && raw(o.range.base()) == 0x3d000000);
  }
  EXPECT_EQ(asked(boot("lockdown=integrity", {6, 12, 0}, m), "ACPI tables of the initrd"), Sizes{});
  kernel::Profile without = profile({6, 12, 0});
  without.config["ACPI_TABLE_UPGRADE"] = "false";
  EXPECT_EQ(asked(boot("", without, m), "ACPI tables of the initrd"), Sizes{});
}

Machine efi_machine() {
  constexpr std::uint64_t kAttributes = 0xf;
  Machine m = machine();
  m.firmware = Firmware::efi;
  m.efi_map = {{PhysRange::make(0, 0x9f000), 7, kAttributes},
               {PhysRange::make(kMiB, 0x3f000000), 7, kAttributes},
               {PhysRange::make(0x3f000000, 0x40000000), 4, kAttributes}};
  m.efi_memmap = PhysRange::make(0x3e000000, 0x3e000000 + 3 * 48);
  m.efi_esrt = PhysRange::make(0x3f800018, 0x3f800050);
  return m;
}

TEST(Boot, CopiesEfisMapToKeepATable) {
  Machine m = efi_machine();
  EXPECT_EQ(asked(boot("", {6, 12, 0}, m), "EFI memory map"), Sizes{5 * 48});
  m.efi_esrt = PhysRange::make(0x3f000018, 0x3f000050);  // at the descriptor's beginning
  EXPECT_EQ(asked(boot("", {6, 12, 0}, m), "EFI memory map"), Sizes{4 * 48});
  m.efi_esrt = PhysRange::make(0x3d000018, 0x3d000050);  // not of the boot services
  EXPECT_EQ(asked(boot("", {6, 12, 0}, m), "EFI memory map"), Sizes{});
}

TEST(Boot, TakesWhatItKeepsOfEfiFromTheMapInNewerKernels) {
  const auto page_is_reserved = [](const Outcome& outcome) {
    return std::ranges::any_of(outcome.state.e820.table.entries(), [](const E820Entry& e) {
      return raw(e.addr) == 0x3f800000 && e.size == 4096 && e.type == E820Type::reserved;
    });
  };
  EXPECT_TRUE(page_is_reserved(boot("", {6, 12, 0}, efi_machine())));
  EXPECT_FALSE(page_is_reserved(boot("", {5, 3, 0}, efi_machine())));
}

TEST(Boot, SaysThatEfisMapIsNotKnown) {
  const auto tells = [](const Outcome& outcome) {
    return std::ranges::any_of(outcome.events, [](const Event& e) {
      return e.step == "efi_reserve_boot_services" && e.text.starts_with("EFI's memory map");
    });
  };
  Machine m = efi_machine();
  EXPECT_FALSE(tells(boot("", {6, 12, 0}, m)));
  m.efi_map.clear();
  EXPECT_TRUE(tells(boot("", {6, 12, 0}, m)));
}

// The pages that its bytes touch are no RAM to the kernel any more.
TEST(Boot, KeepsTheBootScreensPicture) {
  Machine m = efi_machine();
  m.efi_map.clear();
  m.acpi_tables.push_back({"BGRT", PhysRange::make(0x3f003000, 0x3f003038)});
  m.efi_picture = PhysRange::make(0x3e000010, 0x3e002010);
  const auto kept = [&](const char* line) {
    return e820::mapped_all(boot(line, {6, 12, 0}, m).state.e820.table,
                            PhysRange::make(0x3e000000, 0x3e003000), E820Type::reserved);
  };
  EXPECT_TRUE(kept(""));
  EXPECT_FALSE(kept("bgrt_disable"));
  EXPECT_FALSE(kept("efi=noruntime"));  // EFI's map is gone by then
}

TEST(Boot, SaysThatTheLogosPlaceIsNotKnown) {
  Machine m = efi_machine();
  m.acpi_tables.push_back({"BGRT", PhysRange::make(0x3f003000, 0x3f003038)});
  const auto tells = [](const Outcome& outcome) {
    return std::ranges::any_of(outcome.events,
                               [](const Event& e) { return e.step == "efi_bgrt_init"; });
  };
  EXPECT_TRUE(tells(boot("", {6, 12, 0}, m)));
  EXPECT_FALSE(tells(boot("bgrt_disable", {6, 12, 0}, m)));
  m.firmware_events.push_back({FirmwareTable::bgrt, {.text = "Ignoring BGRT: null image address"}});
  const Outcome refused = boot("", {6, 12, 0}, m);
  EXPECT_EQ(std::ranges::count(refused.events, "Ignoring BGRT: null image address", &Event::text),
            1);
  EXPECT_FALSE(std::ranges::any_of(refused.events, [](const Event& e) {
    return e.text.starts_with("where the BGRT's picture");
  }));
}

TEST(Boot, KeepsAwayFromPagesThatSandyBridgesGraphicsCannotReach) {
  Machine m = machine();
  m.snb_graphics = true;
  const Outcome outcome = boot("", {6, 12, 0}, m);
  std::uint64_t pages = 0;
  for (const Owned& o : outcome.owners) {
    if (o.words.starts_with("trim_snb: ")) pages += o.range.size() >> 12;
  }
  EXPECT_EQ(pages, 5u);
}

// In a hole of the map, and in RAM, which memblock keeps.
TEST(Boot, IntelsGraphicsMemoryIsReservedOnceMemblockIsFilled) {
  Machine m = machine();
  m.intel_graphics = PhysRange::make(0x7c000000, 0x80000000);
  const Outcome hole = boot("", {6, 12, 0}, m);
  const auto has = [](const E820Entries& entries, std::uint64_t base, std::uint64_t size) {
    return std::ranges::any_of(entries, [&](const E820Entry& e) {
      return e.addr == PhysAddr{base} && e.size == size && e.type == E820Type::reserved;
    });
  };
  const auto memory_of = [](const Outcome& outcome) {
    std::uint64_t bytes = 0;
    for (const memblock::Region& r : outcome.state.memblock.memory().regions())
      bytes += r.range.size();
    return bytes;
  };
  EXPECT_TRUE(has(hole.state.e820.table.entries(), 0x7c000000, 64 * kMiB));
  EXPECT_FALSE(has(hole.state.e820.kexec.entries(), 0x7c000000, 64 * kMiB));
  EXPECT_EQ(memory_of(hole), memory_of(boot("")));
  m.intel_graphics = PhysRange::make(0x3c000000, 0x3e000000);
  const Outcome ram = boot("", {6, 12, 0}, m);
  EXPECT_TRUE(has(ram.state.e820.table.entries(), 0x3c000000, 32 * kMiB));
  EXPECT_EQ(memory_of(ram), memory_of(boot("")));
  EXPECT_TRUE(std::ranges::any_of(ram.events, [](const Event& e) {
    return e.text == "Reserving Intel graphics memory at [mem 0x3c000000-0x3dffffff]";
  }));
  kernel::Profile without = profile({6, 12, 0});
  without.config["PCI"] = "false";
  EXPECT_FALSE(has(boot("", without, m).state.e820.table.entries(), 0x3c000000, 32 * kMiB));
}

TEST(Boot, KeepsKexecsKernelsAwayFromANewMpTable) {
  const Outcome outcome = boot("alloc_mptable");
  const E820Entries& kexec = outcome.state.e820.kexec.entries();
  EXPECT_TRUE(std::ranges::any_of(
      kexec, [](const E820Entry& e) { return e.type == E820Type::reserved && e.size == 4096; }));
}

// Whether EFI's boot services are kept and its MMIO leaves the map.
struct Runtime {
  const char* name;
  const char* option;  // EFI_DISABLE_RUNTIME
  const char* line;
  bool kept;
};
void PrintTo(const Runtime& c, std::ostream* out) { *out << c.name; }

class EfiRuntime : public testing::TestWithParam<Runtime> {};

TEST_P(EfiRuntime, DecidesOverItsMap) {
  const Runtime& c = GetParam();
  Machine m = machine();
  m.firmware = Firmware::efi;
  m.firmware_map.push_back({PhysAddr{0xe0000000}, 16 * kMiB, E820Type::reserved});
  constexpr std::uint32_t kBootServicesData = 4;
  constexpr std::uint32_t kMmio = 11;
  m.efi_map = {{PhysRange::make(0x8000000, 0x8100000), kBootServicesData, 0xf},
               {PhysRange::make(0xe0000000, 0xe1000000), kMmio, 1}};
  m.efi_memory_attributes = PhysRange::make(0x9000018, 0x9000448);
  kernel::Profile p = profile();
  p.config["EFI_DISABLE_RUNTIME"] = c.option;
  const Outcome outcome = boot(c.line, p, m);
  EXPECT_EQ(owned(outcome, "EFI memory attributes"), 0x430u);  // with and without
  const bool reserved = std::ranges::any_of(outcome.owners, [](const Owned& o) {
    return o.words == "EFI boot services" && o.range == PhysRange::make(0x8000000, 0x8100000);
  });
  EXPECT_EQ(reserved, c.kept);
  EXPECT_EQ(std::ranges::any_of(outcome.state.e820.table.entries(),
                                [](const E820Entry& e) { return raw(e.addr) == 0xe0000000; }),
            !c.kept);
}

const Runtime kRuntimes[] = {
    {"usual", "false", "", true},
    {"off", "false", "efi=debug,noruntime", false},
    {"noefi", "false", "noefi", false},
    {"of_rt", "true", "", false},
    {"on_again", "true", "efi=runtime", true},
    {"the_last_counts", "false", "efi=runtime noefi", false},
    {"whole_words", "false", "efi=noruntimes", true},
};
INSTANTIATE_TEST_SUITE_P(, EfiRuntime, testing::ValuesIn(kRuntimes),
                         [](const auto& test) { return test.param.name; });

// Each comes back once, and as what it is: a real 7.2 with both showed that they were one list.
TEST(Boot, BootServicesAndCmaAreasComeBackApart) {
  Machine m = machine();
  m.firmware = Firmware::efi;
  constexpr std::uint32_t kBootServicesData = 4;
  const PhysRange services = PhysRange::make(0x8000000, 0x8100000);
  m.efi_map = {{services, kBootServicesData, 0xf}};
  kernel::Profile p = profile();
  p.config["CMA"] = "true";
  p.config["DMA_CMA"] = "true";
  const auto back = [&](const char* line) {
    std::map<std::string, std::uint64_t> bytes;
    for (const GivenBack& g : boot(line, p, m).state.page_allocator.given_back) {
      bytes[std::string(g.step)] += g.range.size();
    }
    return bytes;
  };
  auto bytes = back("cma=16M");
  EXPECT_EQ(bytes["cma_init_reserved_areas"], 16 * kMiB);
  EXPECT_EQ(bytes["efi_free_boot_services"], services.size());
  bytes = back("cma=16M efi=debug");
  EXPECT_EQ(bytes["cma_init_reserved_areas"], 16 * kMiB);
  EXPECT_EQ(bytes["efi_free_boot_services"], 0u);
}

TEST(Boot, FirmwaresNodesNeedAcpi) {
  Machine m = machine();
  m.node_memory = {{PhysRange::make(0, 512 * kMiB), 0}, {PhysRange::make(512 * kMiB, kGiB), 1}};
  kernel::Profile p = profile();
  EXPECT_EQ(boot("", p, m).state.nodes.online.size(), 2u);
  EXPECT_EQ(boot("acpi=off", p, m).state.nodes.online.size(), 1u);
  p.config["ACPI_NUMA"] = "false";
  EXPECT_EQ(boot("", p, m).state.nodes.online.size(), 1u);
}

TEST(Boot, WithoutSmbiosNoStringsAreInTheBrkArea) {
  kernel::Profile p = profile();
  const std::uint64_t with = owned(boot("", p, machine()), "brk area");
  p.config["DMI"] = "false";
  EXPECT_EQ(owned(boot("", p, machine()), "brk area"), with - kPageSize);
}

// The brk area holds what is kept of SMBIOS, then, from a page on, the first page tables.
TEST(Boot, SmbiosCostsPagesOfTheBrkArea) {
  const auto brk = [](std::optional<SmbiosCopies> copies) {
    Machine m = machine();
    m.smbios = copies;
    std::uint64_t size = 0;
    for (const Owned& o : boot("", {6, 12, 0}, m).owners) {
      if (o.words == "brk area") size += o.range.size();
    }
    return size;
  };
  const std::uint64_t tables = brk(SmbiosCopies{});
  EXPECT_EQ(brk(std::nullopt), tables + 0x1000);
  EXPECT_EQ(brk(SmbiosCopies{.text = 4}), tables + 0x1000);
  EXPECT_EQ(brk(SmbiosCopies{.text = 4096}), tables + 0x1000);
  EXPECT_EQ(brk(SmbiosCopies{.text = 4096, .devices = 1}), tables + 0x2000);
  EXPECT_EQ(brk(SmbiosCopies{.onboard = 73}), tables + 0x1000);  // of 56 bytes
  EXPECT_EQ(brk(SmbiosCopies{.onboard = 74}), tables + 0x2000);
  EXPECT_EQ(brk(SmbiosCopies{.memory_devices = 129}), tables + 0x2000);  // of 32
  Machine m = machine();
  m.smbios = SmbiosCopies{.text = 0x30001};
  EXPECT_TRUE(boot("", {6, 12, 0}, m).panicked);
}

bool says(const Outcome& outcome, std::string_view step, std::string_view text) {
  return std::ranges::any_of(outcome.events, [&](const Event& e) {
    return e.step == step && e.text.find(text) != e.text.npos;
  });
}

TEST(Boot, TellsWhatTheKernelSaysOfFirmwaresTables) {
  Machine m = machine();
  m.acpi_tables[3].wrong_checksum = WrongChecksum{.found = 0x0a, .right = 0xb0};
  m.firmware_events.push_back(
      {FirmwareTable::smbios, {.severity = Severity::warning, .text = "bad"}});
  m.node_memory = {{PhysRange::make(0, 1024 * kMiB), 0}};
  m.distances = {10, 10, 10, 10};
  m.hpet = Hpet{.space_id = 0, .address = 0};
  const Outcome outcome = boot("memblock=debug", {6, 12, 0}, m);
  EXPECT_TRUE(says(outcome, "acpi_boot_table_init",
                   "Incorrect checksum in table [HPET] - 0x0A, should be 0xB0"));
  EXPECT_TRUE(says(outcome, "dmi_setup", "bad"));
  EXPECT_TRUE(says(outcome, "acpi_parse_slit", "SLIT table looks invalid. Not used."));
  EXPECT_TRUE(says(outcome, "acpi_parse_hpet", "is invalid"));
  EXPECT_EQ(asked(outcome, "resource of the HPET"), Sizes{});
  EXPECT_EQ(asked(outcome, "distances between nodes"), Sizes{});
}

TEST(Boot, NamesTheDefaultsInUse) {
  const auto defaults = [](const Machine& m) {
    std::size_t count = 0;
    for (const std::string& note : boot("", {6, 12, 0}, m).subject.notes) {
      count += note.starts_with("default: ") ? 1 : 0;
    }
    return count;
  };
  Machine bare;
  bare.firmware_map = machine().firmware_map;
  Machine known = machine();
  known.command_line = "";
  known.kernel_phys_base = PhysAddr{0x1000000};
  known.firmware = Firmware::bios;
  known.initrd = PhysRange::make(0x3000000, 0x3100000);
  known.ebda = PhysAddr{0x9fc00};
  known.smbios = SmbiosCopies{};
  known.mp_floating = PhysRange::make(0xf5ba0, 0xf5bb0);
  known.node_memory = {{PhysRange::make(0, 1024 * kMiB), 0}};
  known.cpu_nodes = {0, 0};
  known.ioapics = 1;
  known.mtrr_default = MtrrType::write_back;
  known.cpu.nx = known.cpu.la57 = known.cpu.pse = known.cpu.pge = true;
  EXPECT_EQ(defaults(bare), 13u);
  EXPECT_EQ(defaults(known), 0u);
  known.firmware = Firmware::efi;
  const auto notes = boot("", {6, 12, 0}, known).subject.notes;
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_NE(notes[0].find("efi=debug"), std::string::npos);
}

}  // namespace
}  // namespace memmap::boot
