#include "input/log/dmesg.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "input/text/faults.h"
#include "unit/input/log/entries.h"
#include "unit/input/log_samples.h"

namespace memmap::input {
namespace {

Machine good(const std::string& text, const ReadOptions& options = {}) {
  auto machine = read_dmesg(log_of(text), options);
  EXPECT_TRUE(machine.ok()) << to_string(machine.errors());
  return machine.ok() ? *machine : Machine{};
}
bool has_note(const Machine& machine, const std::string& words) {
  for (const std::string& note : machine.notes) {
    if (note.find(words) != note.npos) return true;
  }
  return false;
}

const E820Entries kBiosMap = {
    at(0, 0x9fc00, R),
    at(0x9fc00, 0xa0000, V),
    at(0xf0000, 0x100000, V),
    at(0x100000, 0x3ffe0000, R),
    at(0x3ffe0000, 0x40000000, V),
    at(0xfffc0000, 0x100000000, V),
    at(0xfd00000000, 0x10000000000, V),
};

TEST(ReadDmesg, ReadsABootThroughBios) {
  const Machine m = good(sample("bios_6.1.txt"));
  EXPECT_EQ(m.firmware_map, kBiosMap);
  EXPECT_TRUE(m.extended_map.empty());
  EXPECT_EQ(m.firmware, Firmware::bios);
  EXPECT_EQ(m.kernel_release, "6.1.0-55-amd64");
  EXPECT_EQ(m.command_line, "console=ttyS0 memblock=debug panic=-1 rdinit=/init nokaslr");
  EXPECT_EQ(m.initrd, PhysRange::make(0x3fee4000, 0x3ffe0000));
  EXPECT_EQ(m.mp_floating, PhysRange::make(0xf5ba0, 0xf5bb0));
  ASSERT_EQ(m.acpi_tables.size(), 8u);
  EXPECT_EQ(m.acpi_tables[0].signature, "RSDP");
  EXPECT_EQ(m.acpi_tables[0].range, PhysRange::make(0xf59d0, 0xf59e4));
  EXPECT_EQ(m.acpi_tables[4].signature, "FACS");
  EXPECT_EQ(m.cpu.possible, 2u);
  EXPECT_EQ(m.cpu.present, 2u);
  EXPECT_EQ(m.cpu.nx, true);
  EXPECT_TRUE(m.notes.empty());
}

TEST(ReadDmesg, ReadsNodesOfTheSrat) {
  const Machine m = good(sample("numa_hotplug_6.1.txt"));
  ASSERT_EQ(m.node_memory.size(), 3u);
  EXPECT_EQ(m.node_memory[0].range, PhysRange::make(0, 0xa0000));
  EXPECT_FALSE(m.node_memory[1].hotpluggable);
  EXPECT_EQ(m.node_memory[2].range, PhysRange::make(0x100000000, 0x380000000));
  EXPECT_TRUE(m.node_memory[2].hotpluggable);
}

TEST(ReadDmesg, ReadsTheFirstPrintOfEfisMap) {
  const Machine m = good(sample("efi_6.1.txt"));
  EXPECT_EQ(m.firmware, Firmware::efi);
  ASSERT_EQ(m.efi_map.size(), 144u);
  EXPECT_EQ(m.efi_map[0].type, 7u);
  EXPECT_EQ(m.efi_map[0].attributes, 0xfu);
  EXPECT_EQ(raw(m.efi_map[0].range.base()), 0u);
}

// The stub's own table, printed in the same log, is what must come out.
TEST(ReadDmesg, MakesTheTableOfEfisMap) {
  const std::string text = sample("efi_6.1.txt");
  std::string without;
  for (const std::string& line : lines_of(text)) {
    if (line.find("BIOS-") == line.npos) without += line + "\n";
  }
  const Machine m = good(without);
  EXPECT_TRUE(has_note(m, "EFI stub"));
  E820Entries sorted = m.firmware_map;
  std::sort(sorted.begin(), sorted.end(),
            [](const E820Entry& a, const E820Entry& b) { return a.addr < b.addr; });
  EXPECT_EQ(sorted, good(text).firmware_map);
}

TEST(ReadDmesg, FindsSetupDataWithAndWithoutDebugMessages) {
  const std::string text = sample("setup_data_6.1.txt");
  std::string info_only;
  for (const std::string& line : lines_of(text)) {
    if (line.find("e820: update") == line.npos) info_only += line + "\n";
  }
  for (const std::string& log : {text, info_only}) {
    const Machine m = good(log);
    EXPECT_EQ(m.firmware_map, kBiosMap);
    ASSERT_EQ(m.setup_data.size(), 1u);
    EXPECT_EQ(raw(m.setup_data[0].addr), 0x8d87c0u);
    EXPECT_EQ(m.setup_data[0].len, 0x138cu);
    EXPECT_TRUE(m.extended_map.empty());
  }
}

// Every way a tool prints the same log gives the same machine.
TEST(ReadDmesg, IsTheSameWhateverCarriedTheLog) {
  const std::string text = sample("bios_6.1.txt");
  const Machine want = good(text);
  const char* const prefixes[] = {
      "", "[Mon Nov 23 19:32:10 2026] ",
      "Nov 23 19:32:10 host kernel: ", "2026-11-23T19:32:10+0000 host kernel: ", "kern  :info  : "};
  std::vector<std::string> logs;
  for (const char* prefix : prefixes) {
    std::string log;
    for (const std::string& line : lines_of(text)) log += prefix + line.substr(15) + "\r\n";
    logs.push_back(log);
  }
  for (const char* prefix :
       {"<6>", "kern  :info  : ", "Nov 23 19:32:10 host kernel: ", "> ", "12: "}) {
    std::string log;
    for (const std::string& line : lines_of(text)) log += prefix + line + "\n";
    logs.push_back("Please help!\n" + log + "\nThanks\n");
  }
  nlohmann::json json;
  for (const std::string& line : lines_of(text))
    json["dmesg"].push_back({{"pri", 6}, {"time", 0.0}, {"msg", line.substr(15)}});
  logs.push_back(json.dump(3));
  std::string colours;
  for (const std::string& line : lines_of(text)) {
    const std::size_t colon = line.find(": ");
    const std::string head = line.substr(15, colon == line.npos ? 0 : colon + 2 - 15);
    colours += "\x1b[32m" + line.substr(0, 15) + "\x1b[0m\x1b[33m" + head + "\x1b[0m" +
               line.substr(15 + head.size()) + "\n";
  }
  logs.push_back(colours);
  for (const std::string& log : logs) {
    EXPECT_GE(recognise_dmesg(log_of(log)).score, 100) << log.substr(0, 200);
    const Machine m = good(log);
    EXPECT_EQ(m.firmware_map, want.firmware_map) << log.substr(0, 200);
    EXPECT_EQ(m.command_line, want.command_line);
    EXPECT_EQ(m.kernel_release, want.kernel_release);
    EXPECT_EQ(m.initrd, want.initrd);
    EXPECT_EQ(m.acpi_tables.size(), want.acpi_tables.size());
    EXPECT_EQ(m.cpu.possible, want.cpu.possible);
    EXPECT_TRUE(m.notes.empty()) << m.notes[0];
  }
}

struct Dialect {
  const char* name;
  const char* text;
  E820Entries want;
};
const Dialect kDialects[] = {
    {"before_3.5",
     "BIOS-provided physical RAM map:\n"
     " BIOS-e820: 0000000000000000 - 000000000009a000 (usable)\n"
     " BIOS-e820: 000000000009f800 - 00000000000a0000 (reserved)\n"
     " BIOS-e820: 00000000cfda0000 - 00000000cfdd1000 (ACPI NVS)\n"
     " BIOS-e820: 00000000cfdd1000 - 00000000cfe00000 (ACPI data)\n"
     " BIOS-e820: 00000000d0000000 - 00000000d0001000 type 20\n"
     " modified: 0000000000000000 - 0000000000001000 (reserved)\n",
     {at(0, 0x9a000, R), at(0x9f800, 0xa0000, V), at(0xcfda0000, 0xcfdd1000, E820Type::nvs),
      at(0xcfdd1000, 0xcfe00000, E820Type::acpi), at(0xd0000000, 0xd0001000, E820Type{20})}},
    {"since_7.0",
     "BIOS-provided physical RAM map:\n"
     "BIOS-e820: [gap 0x0000000000000000-0x0000000000000fff]\n"
     "BIOS-e820: [mem 0x0000000000001000-0x000000000009ffff]  System RAM\n"
     "BIOS-e820: [mem 0x00000000000a0000-0x00000000000fffff]  device reserved\n"
     "BIOS-e820: [gap 0x0000000000100000-0x00000000001fffff]\n"
     "BIOS-e820: [mem 0x0000000000200000-0x00000000002fffff]  soft reserved\n"
     "BIOS-e820: [mem 0x0000000000300000-0x00000000003fffff]  persistent RAM (type 7)\n",
     {at(0x1000, 0xa0000, R), at(0xa0000, 0x100000, V),
      at(0x200000, 0x300000, E820Type::soft_reserved), at(0x300000, 0x400000, E820Type::pmem)}},
    {"other_lines_between",
     "e820: BIOS-provided physical RAM map:\n"
     "BIOS-e820: [mem 0x0000000000000000-0x000000000009ffff] usable\n"
     "tsc: Fast TSC calibration failed\n"
     "BIOS-e820: [mem 0x0000000000100000-0x00000000001fffff] usable\n"
     "user-defined physical RAM map:\nuser: [mem 0x0-0xfff] usable\nuser: [mem broken\n",
     {at(0, 0xa0000, R), at(0x100000, 0x200000, R)}},
    {"type_on_its_own_line",
     "BIOS-e820: [mem 0x0000000000000000-0x000000000009ffff] \nusable\n"
     "BIOS-e820: [mem 0x0000000000100000-0x00000000001fffff] reserved\n",
     {at(0, 0xa0000, R), at(0x100000, 0x200000, V)}},
    {"printed_twice",
     "BIOS-e820: [mem 0x0000000000000000-0x000000000009ffff] usable\n"
     "BIOS-e820: [mem 0x0000000000100000-0x00000000001fffff] usable\n"
     "printk: console [ttyS0] enabled\n"
     "BIOS-e820: [mem 0x0000000000000000-0x000000000009ffff] usable\n"
     "BIOS-e820: [mem 0x0000000000100000-0x00000000001fffff] usable\n",
     {at(0, 0xa0000, R), at(0x100000, 0x200000, R)}},
    {"int_15_88",
     "BIOS-88: [mem 0x0000000000000000-0x000000000009efff] usable\n",
     {at(0, 0x9f000, R)}},
    {"top_of_space",
     "BIOS-e820: [mem 0xfffffffffffff000-0xffffffffffffffff] reserved\n",
     {{.addr = PhysAddr{0xfffffffffffff000}, .size = 0x1000, .type = V}}},
    {"xen_guest_and_host",
     "(XEN) Xen-e820 RAM map:\n(XEN)  [0000000000000000, 00000000ffffffff] (usable)\n"
     "Linux version 6.1.0 (a@b)\nBIOS-provided physical RAM map:\n"
     "Xen: using vcpuop timer interface\n"
     "Xen: [mem 0x0000000000000000-0x000000000009ffff] usable\n",
     {at(0, 0xa0000, R)}},
    {"xen_host_only",
     "(XEN) Xen version 4.17\n(XEN) [2026-11-23 19:32:10] EFI RAM map:\n"
     "(XEN) [2026-11-23 19:32:10]  [0000000000000000, 000000000009ffff] (usable)\n"
     "(XEN) [2026-11-23 19:32:10]  [00000000000a0000, 00000000000fffff] (reserved)\n"
     "(XEN) [2026-11-23 19:32:10] System RAM: 1MB\n",
     {at(0, 0xa0000, R), at(0xa0000, 0x100000, V)}},
    {"xen_host_before_4.15",
     "(XEN) Xen-e820 RAM map:\n(XEN)  0000000000000000 - 000000000009e000 (usable)\n"
     "(XEN)  000000000009e000 - 00000000000a0000 (reserved)\n(XEN) ACPI: RSDP 000F0000, 0024\n",
     {at(0, 0x9e000, R), at(0x9e000, 0xa0000, V)}},
    {"efi_before_3.5",
     "EFI v2.00 by INTEL\nEFI: mem00: type=7, attr=0xf, "
     "range=[0x0000000000000000-0x00000000000a0000) (0MB)\n"
     "EFI: mem01: type=11, attr=0x8000000000000001, range=[0x00000000fec00000-0x00000000fec01000) "
     "(0MB)\n",
     {at(0, 0xa0000, R), at(0xfec00000, 0xfec01000, V)}},
};
TEST(ReadDmesg, ReadsEveryDialect) {
  for (const Dialect& d : kDialects) {
    EXPECT_GE(recognise_dmesg(log_of(d.text)).score, 90) << d.name;
    EXPECT_EQ(good(d.text).firmware_map, d.want) << d.name;
  }
}

TEST(ReadDmesg, SaysWhatStandsInForTheMap) {
  EXPECT_TRUE(has_note(good(kDialects[8].text), "hypervisor"));
  EXPECT_EQ(good(kDialects[7].text).firmware, Firmware::xen);
  const Machine efi = good(kDialects[10].text);
  EXPECT_EQ(efi.firmware, Firmware::efi);
  EXPECT_EQ(efi.efi_map[1].attributes, 0x8000000000000001u);
}

TEST(ReadDmesg, ReadsTheExtendedMap) {
  const Machine m = good(
      "BIOS-e820: [mem 0x0000000000000000-0x000000000009ffff] usable\n"
      "extended physical RAM map:\n"
      "extended: [mem 0x0000000000000000-0x000000000009ffff] usable\n"
      "extended: [mem 0x0000000000100000-0x00000000001fffff] usable\n");
  EXPECT_EQ(m.firmware_map, (E820Entries{at(0, 0xa0000, R)}));
  EXPECT_EQ(m.extended_map, (E820Entries{at(0x100000, 0x200000, R)}));
}

TEST(ReadDmesg, ReadsOldFacts) {
  const Machine m = good(
      "Linux version 2.6.35-22-generic (gcc version 4.4.5) #33\n"
      " BIOS-e820: 0000000000000000 - 000000000009a000 (usable)\n"
      "DMI 2.4 present.\n"
      "MTRR default type: uncachable\nMTRR fixed ranges enabled:\n  00000-9FFFF write-back\n"
      "MTRR variable ranges enabled:\n  0 base 000000000000 mask FFFF80000000 write-back\n  1 "
      "disabled\n"
      "  2 base 0000CFE00000 mask FFFFFFE00000 uncachable\n"
      "found SMP MP-table at [ffff8800000f4b30] f4b30\n"
      "RAMDISK: 37571000 - 37ff0000\n"
      "ACPI: RSDP 000F99C0, 0024 (r2 ACPIAM)\nACPI: XSDT 00000000cfda0100 00064 (v01 ACPIAM)\n"
      "ACPI: SSDT ffff880012345000 00064 (v01 late)\n"
      "SRAT: Node 1 PXM 3 100000-a0000000\n"
      "Using GB pages for direct mapping\n"
      "SMP: Allowing 8 CPUs, 4 hotplug CPUs\n"
      "Kernel command line: quiet splash\n"
      "pci 0000:00:00.0: [8086:0104] type 00 class 0x060000\n"
      "pci 0000:00:02.0: [8086:0116] type 00 class 0x030000\n"
      "pci 0000:00:02.0: reg 10: [mem 0xf0000000-0xf03fffff 64bit]\n"
      "smpboot: CPU0: Intel(R) Core(TM) i7-4790K CPU @ 4.00GHz (fam: 06, model: 3c, stepping: "
      "03)\n");
  ASSERT_EQ(m.mtrrs.size(), 2u);
  EXPECT_EQ(m.mtrrs[0].range, PhysRange::make(0, 0x80000000));
  EXPECT_EQ(m.mtrrs[1].range, PhysRange::make(0xcfe00000, 0xd0000000));
  EXPECT_EQ(m.mtrrs[1].type, MtrrType::uncachable);
  EXPECT_EQ(m.mtrr_default, MtrrType::uncachable);
  ASSERT_EQ(m.pci.size(), 2u);
  EXPECT_EQ(m.pci[1].address, 0x10u);
  EXPECT_EQ(m.pci[1].vendor, 0x8086);
  EXPECT_EQ(m.pci[1].device, 0x116);
  EXPECT_EQ(m.mp_floating, PhysRange::make(0xf4b30, 0xf4b40));
  EXPECT_EQ(m.initrd, PhysRange::make(0x37571000, 0x37ff0000));
  ASSERT_EQ(m.acpi_tables.size(), 2u);
  EXPECT_EQ(m.acpi_tables[1].range, PhysRange::make(0xcfda0100, 0xcfda0164));
  ASSERT_EQ(m.node_memory.size(), 1u);
  EXPECT_EQ(m.node_memory[0].nid, 1);
  EXPECT_EQ(m.cpu.gbpages, true);
  EXPECT_EQ(m.cpu.possible, 8u);
  EXPECT_EQ(m.cpu.present, 4u);
  EXPECT_EQ(m.cpu.vendor, "GenuineIntel");
  EXPECT_EQ(m.cpu.family, 6u);
  EXPECT_EQ(m.cpu.model, 0x3cu);
  EXPECT_EQ(m.command_line, "quiet splash");
  EXPECT_TRUE(has_note(m, "Kernel command line"));
}

TEST(ReadDmesg, CountsCpusOfNewKernels) {
  const Machine m = good(
      "BIOS-e820: [mem 0x0000000000000000-0x000000000009ffff] usable\n"
      "CPU topo: Allowing 2 present CPUs plus 6 hotplug CPUs\n");
  EXPECT_EQ(m.cpu.present, 2u);
  EXPECT_EQ(m.cpu.possible, 8u);
}

constexpr char kSmallMap[] = "BIOS-e820: [mem 0x0000000000000000-0x000000000009ffff] usable\n";

TEST(ReadDmesg, ReadsWhereBootRomsLeftTheirs) {
  const Machine m =
      good(kSmallMap + std::string("iBFT found at 0x000000000009b000.\n"
                                   "tboot: found shared page at phys addr 0x7a000000:\n"));
  EXPECT_EQ(m.ibft, PhysAddr{0x9b000});
  EXPECT_EQ(m.tboot, PhysAddr{0x7a000000});
  EXPECT_FALSE(good(kSmallMap + std::string("iBFT found at 0xffff88000009b000.\n")).ibft);
}

TEST(ReadDmesg, ReadsHowFirmwareLeftTheLocalApics) {
  const auto left = [](const std::string& line) { return good(kSmallMap + line + "\n").x2apic; };
  EXPECT_EQ(left(""), X2apic::unknown);
  EXPECT_EQ(left("x2apic: enabled by BIOS, switching to x2apic ops"), X2apic::on);
  EXPECT_EQ(left("x2apic enabled by BIOS, switching to x2apic ops"), X2apic::on);
  EXPECT_EQ(left("x2apic already enabled.\nx2apic disabled"), X2apic::on);
  EXPECT_EQ(left("APIC locked in x2apic mode, can't disable\n"
                 "x2apic: enabled by BIOS, switching to x2apic ops"),
            X2apic::locked);
  // By the kernel, later.
  EXPECT_EQ(left("x2apic enabled"), X2apic::unknown);
}

// Where a log has come as far as its processors without a word of SMBIOS, there is none.
TEST(ReadDmesg, TellsWhetherThereIsSmbios) {
  const std::string head =
      "Linux version 6.1.0-55-amd64 (a) #1\n"
      "BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable\n"
      "BIOS-e820: [mem 0x0000000000100000-0x000000003ffdffff] usable\n";
  const std::string cpus = "smpboot: Allowing 2 CPUs, 0 hotplug CPUs\n";
  EXPECT_EQ(good(head + cpus).smbios, SmbiosCopies{});
  EXPECT_EQ(good(head + "DMI not present or invalid.\n").smbios, SmbiosCopies{});
  EXPECT_FALSE(good(head + "SMBIOS 2.8 present.\n" + cpus).smbios.has_value());
  EXPECT_FALSE(good(head).smbios.has_value());
}

// efi=debug has the kernel tell the table's entries, of 48 bytes each; a log may hold them twice.
TEST(ReadDmesg, SizesEfiMemoryAttributesByTheirEntries) {
  const std::string head =
      "BIOS-e820: [mem 0x0000000000100000-0x000000003ffdffff] usable\n"
      "efi: EFI v2.7 by EDK II\n"
      "efi: SMBIOS=0x3f518000 MEMATTR=0x3d787018 INITRD=0x3d789f18 \n";
  const std::string entries =
      "efi: memattr: Processing EFI Memory Attributes table:\n"
      "efi: memattr:  0x00003eaa1000-0x00003eb61fff [Runtime Data|RUN|  |XP|  ]\n"
      "efi: memattr: ! 0x00003f5ed000-0x00003f65afff [Runtime Code|RUN|  |XP|  ]\n";
  EXPECT_EQ(good(head + entries + entries).efi_memory_attributes,
            PhysRange::make(0x3d787018, 0x3d787018 + 16 + 2 * 48));
  EXPECT_FALSE(has_note(good(head + entries), "EFI's table MEMATTR"));
  // With noefi the kernel reserves it, and tells no entry.
  EXPECT_FALSE(good(head).efi_memory_attributes.has_value());
  EXPECT_TRUE(has_note(good(head), "EFI's table MEMATTR at 0x3d787018 "));
  std::string none = head;
  none.replace(none.find("0x3d787018"), 10, "0xffffffffffffffff");
  EXPECT_FALSE(has_note(good(none), "EFI's table MEMATTR"));
}

TEST(ReadDmesg, NamesTablesOfEfiWhoseSizeNoLogTells) {
  const std::string map =
      "BIOS-e820: [mem 0x0000000000000000-0x000000000009ffff] usable\n"
      "BIOS-e820: [mem 0x0000000000100000-0x000000003ffdffff] usable\n";
  const Machine m = good(map +
                         "efi: EFI v2.7 by EDK II\n"
                         "efi: ACPI=0xbf96a000 SMBIOS=0xbf71a000 MOKvar=0xac750000 \n"
                         "efi: ACPI=0xbf96a000 SMBIOS=0xbf71a000 MOKvar=0xac750000 \n");
  EXPECT_TRUE(has_note(m, "EFI's table MOKvar at 0xac750000 "));
  EXPECT_EQ(m.notes.size(), 1u);
}

TEST(ReadDmesg, AddsUpTheTablesThatTheInitrdBrings) {
  const Machine m = good(
      kSmallMap +
      std::string("ACPI: SSDT ACPI table found in initrd [kernel/firmware/acpi/a.aml][0x1b5]\n"
                  "ACPI: DSDT ACPI table found in initrd [kernel/firmware/acpi/b.aml][0x2000]\n"));
  EXPECT_EQ(m.acpi_upgrade, 0x21b5u);
  EXPECT_TRUE(m.acpi_tables.empty());
  EXPECT_FALSE(m.snb_graphics);
}

TEST(ReadDmesg, KnowsSandyBridgesGraphics) {
  EXPECT_TRUE(good(kSmallMap + std::string("reserving inaccessible SNB gfx pages\n")).snb_graphics);
}

TEST(ReadDmesg, SaysThatTheLogCutTheCommandLine) {
  for (const std::size_t length : {std::size_t{989}, std::size_t{1021}}) {
    std::string line = "Command line: ";
    line.resize(length, 'x');
    EXPECT_TRUE(has_note(good(kSmallMap + line + "\n"), "cut the command line"));
    EXPECT_FALSE(has_note(good(kSmallMap + line + "y\n"), "cut the command line"));
  }
}

std::string boot(const char* release, const char* end) {
  return std::string("[    0.000000] Linux version ") + release +
         " (a@b) (gcc)\n[    0.000000] BIOS-e820: [mem 0x0000000000000000-0x" + end +
         "] usable\n[    0.000000] BIOS-e820: [mem 0x0000000000100000-0x00000000001fffff] usable\n"
         "[    1.000000] on " +
         release + "\n";
}
TEST(ReadDmesg, ChoosesAmongBoots) {
  const std::string text =
      boot("5.1.0", "0000000000000fff") + boot("5.2.0", "0000000000001fff") +
      "[    0.000000] Linux version 5.3.0 (a@b) (gcc)\n[    1.000000] no map here\n";
  const Machine last = good(text);
  EXPECT_EQ(last.kernel_release, "5.2.0");
  ASSERT_EQ(last.notes.size(), 1u);
  EXPECT_EQ(
      last.notes[0],
      "the log holds 3 boots; boot 2 was read, the last with a memory map (choose with --boot N)");
  const Machine first = good(text, {.boot = 1});
  EXPECT_EQ(first.kernel_release, "5.1.0");
  EXPECT_EQ(first.notes[0], "the log holds 3 boots; boot 1 was read (choose with --boot N)");

  for (unsigned n : {0u, 4u}) {
    const auto none = read_dmesg(log_of(text), {.boot = n});
    ASSERT_FALSE(none.ok());
    EXPECT_NE(none.errors()[0].message.find("the log holds 3 boots"), std::string::npos);
  }
  EXPECT_FALSE(read_dmesg(log_of(text), {.boot = 3}).ok());
}

struct DmesgBad {
  const char* line;
  const char* message;
  std::size_t column;
};
const DmesgBad kDmesgBad[] = {
    {"BIOS-e820: [mem 0x000000000009fc00-0x00000", "cut short", 12},
    {"BIOS-e820:", "cut short", 1},
    {"BIOS-e820: [mem 0x00000000000g0000-0x00000000000fffff] reserved", "not a hexadecimal number",
     17},
    {"BIOS-e820: [mem 0x0000000000000000-0x00000000000ff.ff] reserved", "not a hexadecimal number",
     36},
    {"BIOS-e820: [mem 0x0000000000000000-0x10000000000000000] reserved", "too large", 36},
    {"BIOS-e820: [mem 0x0000000000200000-0x00000000000fffff] reserved", "ends before it starts",
     12},
    {"BIOS-e820: [gap 0x0000000000200000-0x00000000000fffff]", "ends before it starts", 12},
    {"BIOS-e820: [gap 0x000000000200000-0x00000000002fffff]", "16 digits", 19},
    {"BIOS-e820: [mem 0x0000000000200000-0x00000000001fffff] reserved", "size is 0", 12},
    {"BIOS-e820: [mem 0x0000000000000000-0xffffffffffffffff] reserved", "whole 64-bit", 12},
    {"BIOS-e820: [mem 0x0000000000200000-0x00000000002fffff] usabel", "unknown type `usabel`", 56},
    {"BIOS-e820: [mem 0x0000000000200000-0x00000000002fffff]", "no type", 12},
    {"BIOS-e820: [mem 0x000000000200000-0x00000000002fffff] usable", "16 digits", 19},
    {" BIOS-e820: 0000000000100000 - 0000000000100000 (usable)", "size is 0", 13},
    {" BIOS-e820: 0000000000100000 - 0000000000200000 (usable", "unknown type", 49},
    {"Xen: [mem 0x0000000000000000-0x0000", "cut short", 6},
};
TEST(ReadDmesg, PointsAtEachBadLine) {
  std::string all = "BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable\n";
  for (const DmesgBad& b : kDmesgBad) all += std::string(b.line) + "\n";
  const auto got = read_dmesg(log_of(all), {});
  ASSERT_FALSE(got.ok());
  ASSERT_EQ(got.errors().size(), std::size(kDmesgBad));
  for (std::size_t i = 0; i < std::size(kDmesgBad); ++i) {
    const Error& e = got.errors()[i];
    EXPECT_NE(e.message.find(kDmesgBad[i].message), std::string::npos) << e.message << "\n"
                                                                       << kDmesgBad[i].line;
    EXPECT_EQ(e.origin.line, i + 2) << kDmesgBad[i].line;
    EXPECT_EQ(e.origin.column, kDmesgBad[i].column) << kDmesgBad[i].line;
    EXPECT_EQ(e.line_text, kDmesgBad[i].line);
  }
}

TEST(ReadDmesg, RefusesADamagedEfiMapOnlyWhereItIsNeeded) {
  const std::string damaged =
      "efi: mem00: [Conventional|   |  |WB|WT|WC|UC] range=[0x0000000000000000-0x0000000000086fff] "
      "(0MB)\n"
      "efi: mem02: [Conventional|   |  |WB|WT|WC|UC] range=[0x0000000000088000-0x0000000000\n";
  const auto alone = read_dmesg(log_of(damaged), {});
  ASSERT_FALSE(alone.ok());
  EXPECT_EQ(alone.errors().size(), 2u) << to_string(alone.errors());
  const Machine m =
      good("BIOS-e820: [mem 0x0000000000000000-0x000000000009ffff] usable\n" + damaged);
  EXPECT_TRUE(m.efi_map.empty());
  EXPECT_TRUE(has_note(m, "damaged"));
}

TEST(ReadDmesg, SaysWhatToDoWithoutAMap) {
  const auto got = read_dmesg(log_of("[   12.345678] usb 1-1: new device\n"), {});
  ASSERT_FALSE(got.ok());
  EXPECT_NE(got.errors()[0].message.find("journalctl -k -b"), std::string::npos);
}

TEST(ReadDmesg, LimitsTheMistakesItLists) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "BIOS-e820: ?\n";
  const auto got = read_dmesg(log_of(text), {});
  ASSERT_FALSE(got.ok());
  EXPECT_EQ(got.errors().size(), Faults::kMost + 1);
  EXPECT_NE(got.errors().back().message.find("900 more"), std::string::npos);
}

constexpr char kTwoRanges[] =
    "BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable\n"
    "BIOS-e820: [mem 0x0000000000100000-0x000000003fffffff] usable\n";

TEST(ReadDmesg, KnowsGuests) {
  const auto read = [](const std::string& lines) { return good(kTwoRanges + lines); };
  EXPECT_EQ(read("Hypervisor detected: Xen PV\n").xen_domain, XenDomain::pv);
  EXPECT_EQ(read("Booting paravirtualized kernel on Xen\n").xen_domain, XenDomain::pv);
  EXPECT_EQ(read("Booting kernel on Xen PVH\n").xen_domain, XenDomain::pvh);
  EXPECT_EQ(read("Booting paravirtualized kernel with PVH extensions on Xen\n").xen_domain,
            XenDomain::pvh);
  EXPECT_EQ(read("Booting paravirtualized kernel on Xen HVM\n").xen_domain, XenDomain::none);
  EXPECT_EQ(read("Booting paravirtualized kernel on bare hardware\n").xen_domain, XenDomain::none);
  const std::string tables = "ACPI: RSDP 0x00000000000F59D0 000014 (v00 BOCHS )\n";
  EXPECT_EQ(read("Hypervisor detected: Xen PV\n" + tables).xen_domain, XenDomain::dom0);
  EXPECT_EQ(read("Hypervisor detected: Xen PV\nACPI in unprivileged domain disabled\n").xen_domain,
            XenDomain::pv);

  const auto encrypted = [&](const char* line) { return read(line).memory_encryption; };
  EXPECT_EQ(encrypted("Memory Encryption Features active: AMD SEV SEV-ES SEV-SNP\n"),
            Encryption::sev_snp);
  EXPECT_EQ(encrypted("AMD Memory Encryption Features active: SEV SEV-ES\n"), Encryption::sev_es);
  EXPECT_EQ(encrypted("Memory Encryption Features active: AMD SEV\n"), Encryption::sev);
  EXPECT_EQ(encrypted("Memory Encryption Features active: AMD SME\n"), Encryption::sme);
  EXPECT_EQ(encrypted("Memory Encryption Features active: Intel TDX\n"), Encryption::tdx);
  EXPECT_EQ(encrypted("tdx: Guest detected\n"), Encryption::tdx);
  EXPECT_EQ(encrypted("Hypervisor detected: KVM\n"), Encryption::none);
}

TEST(ReadDmesg, KnowsSpecialKernels) {
  const std::string front = "Linux version 6.1.0 (a@b) (gcc 12) #1 ";
  const auto notes = [&](const std::string& lines, const char* words) {
    return has_note(good(lines + kTwoRanges), words);
  };
  EXPECT_TRUE(notes("kasan: KernelAddressSanitizer initialized\n", "KASAN"));
  EXPECT_TRUE(notes(front + "PREEMPT Mon Oct 10 00:00:00 UTC 2022\n", "without SMP"));
  EXPECT_FALSE(notes(front + "SMP Mon Oct 10 00:00:00 UTC 2022\n", "without SMP"));
  EXPECT_FALSE(notes(front + "\n", "without SMP"));  // cut
}

TEST(ReadDmesg, KnowsApertures) {
  const std::vector<PhysRange> want = {PhysRange::make(0xf4000000, 0xf8000000)};
  EXPECT_EQ(good(std::string(kTwoRanges) +
                 "AGP: Node 0: aperture [bus addr 0xf4000000-0xf7ffffff] (64MB)\n")
                .gart_apertures,
            want);
  EXPECT_EQ(
      good(std::string(kTwoRanges) + "Node 0: aperture @ f4000000 size 64 MB\n").gart_apertures,
      want);
}

TEST(ReadDmesg, KnowsWhatIntelsGraphicsTook) {
  const auto taken = [](const std::string& line) {
    return good(std::string(kTwoRanges) + line + "\n").intel_graphics;
  };
  const PhysRange want = PhysRange::make(0x7c000000, 0x80000000);
  EXPECT_EQ(taken("Reserving Intel graphics memory at [mem 0x7c000000-0x7fffffff]"), want);
  EXPECT_EQ(taken("Reserving Intel graphics memory at 0x000000007c000000-0x000000007fffffff"),
            want);
  EXPECT_EQ(taken("Reserving Intel graphics stolen memory at 0x7c000000-0x7fffffff"), want);
  EXPECT_EQ(taken("Reserving Intel graphics memory at [mem 0x7c000000-0x6fffffff]"), std::nullopt);
}

TEST(ReadDmesg, CountsMtrrs) {
  const Machine m = good(std::string(kTwoRanges) +
                         "MTRR variable ranges enabled:\n"
                         "  0 base 000000000000 mask FFFF80000000 write-back\n"
                         "  1 disabled\n  2 disabled\nTOM2: 0000000230000000 aka 8960M\n"
                         " gran_size: 64K \tchunk_size: 2M \tnum_reg: 3  \tlose cover RAM: 0G\n");
  EXPECT_EQ(m.mtrr_count, 3u);
  EXPECT_EQ(m.mtrrs.size(), 1u);
  EXPECT_TRUE(m.mtrrs_were_cleaned);
  EXPECT_EQ(
      good(std::string(kTwoRanges) +
           "MTRR map: 6 entries (3 fixed + 3 variable; max 23), built from 10 variable MTRRs\n")
          .mtrr_count,
      10u);
}

TEST(RecogniseDmesg, LeavesOtherFilesAlone) {
  EXPECT_EQ(recognise_dmesg(log_of("")).score, 0);
  EXPECT_EQ(recognise_dmesg(log_of("e820:\n  - start: 0\n")).score, 0);
  EXPECT_EQ(
      recognise_dmesg(log_of("# made from a line as BIOS-e820: [mem 0x0-0xfff] usable\n")).score,
      0);
  EXPECT_EQ(recognise_dmesg(log_of("{\"e820\": []}")).score, 0);
  Source folder;
  folder.folder = "/";
  EXPECT_EQ(recognise_dmesg(folder).score, 0);
  EXPECT_EQ(recognise_dmesg(log_of("Linux version 6.1.0 (a@b)\n")).score, 60);
}

}  // namespace
}  // namespace memmap::input
