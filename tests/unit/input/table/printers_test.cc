// Every printer's form: tables of our own making, written by this test, read back.
#include "input/table/printers.h"

#include <fmt/format.h>

#include <functional>
#include <map>
#include <random>

#include "input/formats.h"
#include "unit/input/input_files.h"

namespace memmap::input {
namespace {

std::string efi_word(E820Type type, const char* ram, const char* reserved, const char* acpi,
                     const char* nvs) {
  switch (type) {
    case E820Type::ram:
      return ram;
    case E820Type::acpi:
      return acpi;
    case E820Type::nvs:
      return nvs;
    default:
      return reserved;
  }
}
int efi_number(E820Type type) {
  return type == E820Type::ram ? 7 : type == E820Type::acpi ? 9 : type == E820Type::nvs ? 10 : 0;
}
std::string upper(E820Type type) { return efi_word(type, "RAM", "RESERVED", "ACPI", "NVS"); }

// As each prints one entry; `i` counts them.
using Write = std::function<std::string(const E820Entry&, std::size_t i)>;
struct Form {
  std::string heading;
  Write write;
};

std::uint64_t last(const E820Entry& e) { return e.end() - 1; }

const std::map<std::string, Form>& forms() {
  static const std::map<std::string, Form> kForms = {
      {"seabios",
       {"e820 map has {} items:\n",
        [](const E820Entry& e, std::size_t i) {
          return fmt::format("  {}: {:016x} - {:016x} = {} {}", i, raw(e.addr), e.end(),
                             raw(e.type), upper(e.type));
        }}},
      {"coreboot",
       {"",
        [](const E820Entry& e, std::size_t i) {
          return fmt::format("{:2}. {:016x}-{:016x}: {}", i, raw(e.addr), last(e), upper(e.type));
        }}},
      {"hvmloader",
       {"E820 table:\n",
        [](const E820Entry& e, std::size_t i) {
          return fmt::format(" [{:02}]: {:08x}:{:08x} - {:08x}:{:08x}: {}", i, raw(e.addr) >> 32,
                             raw(e.addr) & 0xffffffff, e.end() >> 32, e.end() & 0xffffffff,
                             upper(e.type));
        }}},
      {"lsmmap",
       {"",
        [](const E820Entry& e, std::size_t) {
          return fmt::format("base_addr = {:#x}, length = {:#x}, {}", raw(e.addr), e.size,
                             efi_word(e.type, "available RAM", "reserved RAM",
                                      "ACPI reclaimable RAM", "type = 0x4"));
        }}},
      {"multiboot",
       {"",
        [](const E820Entry& e, std::size_t) {
          return fmt::format(
              " size = 0x14, base = 0x{:x}{:08x}, length = 0x{:x}{:08x}, type = {:#x}",
              raw(e.addr) >> 32, raw(e.addr) & 0xffffffff, e.size >> 32, e.size & 0xffffffff,
              raw(e.type));
        }}},
      {"limine",
       {"",
        [](const E820Entry& e, std::size_t) {
          return fmt::format(
              "Start: {:#x}, Size: {}KiB, Type: {}", raw(e.addr), e.size / 1024,
              efi_word(e.type, "Usable", "Reserved", "ACPI Reclaimable", "ACPI NVS"));
        }}},
      {"limine_base",
       {"",
        [](const E820Entry& e, std::size_t) {
          return fmt::format("base: {:#x}, type: {}, length: {:#x}", raw(e.addr), raw(e.type) - 1,
                             e.size);
        }}},
      {"acrn",
       {"e820_alloc_region: after hv_e820:\n",
        [](const E820Entry& e, std::size_t i) {
          return fmt::format(
              "[0us][cpu=0][sev=1][seq={}]:hv_e820[{}]:type: {:#x} Base: 0x{:016x} length: "
              "0x{:016x}",
              40 + i, i, raw(e.type), raw(e.addr), e.size);
        }}},
      {"smap",
       {"",
        [](const E820Entry& e, std::size_t) {
          return fmt::format("SMAP type={:02x} base={:016x} len={:016x}", raw(e.type), raw(e.addr),
                             e.size);
        }}},
      {"openbsd",
       {"",
        [](const E820Entry& e, std::size_t i) {
          return fmt::format("Region {}: type {} at {:#x} for {}KB", i, raw(e.type), raw(e.addr),
                             e.size / 1024);
        }}},
      {"kexec",
       {"E820 memmap:\n",
        [](const E820Entry& e, std::size_t) {
          return fmt::format("{:016x}-{:016x} ({})", raw(e.addr), last(e), raw(e.type));
        }}},
      {"u-root",
       {"Memory map:\n",
        [](const E820Entry& e, std::size_t) {
          return fmt::format("[{:#x}, {:#x}) (len: {:#x}, size: 0x14, type: {})", raw(e.addr),
                             e.end(), e.size, raw(e.type));
        }}},
      {"hyperenclave",
       {"",
        [](const E820Entry& e, std::size_t i) {
          return fmt::format(
              "[  7.{:06}] HE: f: 1. BIOS E820 table from firmware: [0x{:016x} -> 0x{:016x}], "
              "type: {}",
              i, raw(e.addr), e.end(),
              efi_word(e.type, "System RAM", "Reserved", "ACPI Tables",
                       "ACPI Non-volatile Storage"));
        }}},
      {"xen_efi",
       {"(XEN) EFI memory map:\n",
        [](const E820Entry& e, std::size_t) {
          return fmt::format("(XEN)  {:013x}-{:013x} type={} attr=000000000000000f", raw(e.addr),
                             last(e), efi_number(e.type));
        }}},
      {"uefi_shell",
       {"Type       Start            End              # Pages          Attributes\n",
        [](const E820Entry& e, std::size_t) {
          return fmt::format("{:<10} {:016X}-{:016X} {:016X} 000000000000000F",
                             efi_word(e.type, "Available", "Reserved", "ACPI_Recl", "ACPI_NVS"),
                             raw(e.addr), last(e), e.size / 4096);
        }}},
      {"lsefimmap",
       {"Type      Physical start  - end             #Pages        Size Attributes\n",
        [](const E820Entry& e, std::size_t) {
          return fmt::format("{:<9} {:016x}-{:016x} {:08x} {:>6}KiB UC WC WT WB",
                             efi_word(e.type, "conv-mem", "reserved", "ACPI-rec", "ACPI-nvs"),
                             raw(e.addr), last(e), e.size / 4096, e.size / 1024);
        }}},
      {"crash",
       {"      PHYSICAL ADDRESS RANGE         TYPE\n",
        [](const E820Entry& e, std::size_t) {
          return fmt::format("{:016x} - {:016x}  E820_{}", raw(e.addr), e.end(), upper(e.type));
        }}},
      {"uefi-rs",
       {"",
        [](const E820Entry& e, std::size_t) {
          return fmt::format(
              "INFO: MemoryDescriptor {{ ty: {}, phys_start: {}, virt_start: 0, page_count: {}, "
              "att: WRITE_BACK }}",
              efi_word(e.type, "CONVENTIONAL", "RESERVED", "ACPI_RECLAIM", "ACPI_NON_VOLATILE"),
              raw(e.addr), e.size / 4096);
        }}},
      {"u-boot",
       {"         Address              Size  Type\n",
        [](const E820Entry& e, std::size_t) {
          return fmt::format("{:016x}  {:016x}  {}", raw(e.addr), e.size,
                             efi_word(e.type, "RAM", "Reserved", "ACPI", "ACPI NVS"));
        }}},
  };
  return kForms;
}

std::string printed(const Form& form, const E820Entries& map) {
  std::string out = form.heading.empty() ? "" : fmt::format(fmt::runtime(form.heading), map.size());
  for (std::size_t i = 0; i < map.size(); ++i) out += form.write(map[i], i) + "\n";
  return out;
}

// Pages, in order, neighbours of different types; the first below 1 MiB, the second touches it.
E820Entries some_map(std::mt19937_64& random) {
  constexpr E820Type kTypes[] = {E820Type::ram, E820Type::reserved, E820Type::acpi, E820Type::nvs};
  E820Entries map;
  std::uint64_t at = random() % 16 * 4096;
  std::size_t type = 0;
  const std::size_t count = 2 + random() % 12;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t pages = 1 + random() % (std::uint64_t{1} << random() % 24);
    map.push_back({PhysAddr{at}, pages * 4096, kTypes[type]});
    type = (type + 1 + random() % 3) % 4;
    at = map.back().end() + (i == 0 ? 0 : random() % 3 * 0x100000);
  }
  return map;
}

Result<Machine> printed(std::string text) {
  return read_machine(Source{.name = "t", .bytes = std::move(text)}, {});
}

TEST(Printers, EachHasAForm) {
  for (const Printer& p : printers()) EXPECT_TRUE(forms().contains(std::string(p.id))) << p.id;
  EXPECT_EQ(forms().size(), printers().size());
}

TEST(Printers, ATableReadsBack) {
  std::mt19937_64 random(20);
  for (int round = 0; round < 40; ++round) {
    const E820Entries map = some_map(random);
    for (const auto& [id, form] : forms()) {
      const std::string text = printed(form, map);
      const auto machine = printed(text);
      ASSERT_TRUE(machine.ok()) << id << "\n" << text << all_messages(machine);
      EXPECT_EQ(machine->format, "table") << id;
      EXPECT_EQ(show(machine->firmware_map), show(map)) << id << "\n" << text;
      const auto found = find_printed_tables(text);
      ASSERT_NE(found.printer, nullptr);
      EXPECT_EQ(found.printer->id, id) << text;
    }
  }
}

TEST(Printers, WhatToolsPutAroundALineDoesNotMatter) {
  std::mt19937_64 random(3);
  const E820Entries map = some_map(random);
  for (const auto& [id, form] : forms()) {
    const std::string plain = printed(form, map);
    for (const char* front :
         {"> ", "> > ", "[DEBUG]  ", "\t", "2031-01-02T03:04:05 host fw: ", "  * "}) {
      for (const char* back : {"", "\r", " \\", "<br>", "\"", "\x1b[0m", "   <- here"}) {
        std::string text;
        Lines lines(plain);
        while (const auto line = lines.next())
          text += front + std::string(line->text) + back + "\n";
        const auto machine = printed("what stands before\n\n" + text + "\nwhat follows\n");
        ASSERT_TRUE(machine.ok()) << id << "\n" << text << all_messages(machine);
        EXPECT_EQ(show(machine->firmware_map), show(map)) << id << "\n" << text;
      }
    }
  }
}

// A line lost, doubled or cut: never another map in silence.
TEST(Printers, DamageIsToldOrRefused) {
  std::mt19937_64 random(5);
  E820Entries map = some_map(random);
  while (map.size() < 6) map = some_map(random);
  for (const auto& [id, form] : forms()) {
    const std::size_t headings = form.heading.empty() ? 0 : 1;
    std::vector<std::string> all;
    const std::string plain = printed(form, map);
    Lines lines(plain);
    while (const auto line = lines.next()) all.emplace_back(line->text);
    for (std::size_t i = headings; i < all.size(); ++i) {
      std::vector<std::string> cut = all;
      cut[i].resize(cut[i].size() * 3 / 5);
      std::string text;
      for (const std::string& line : cut) text += line + "\n";
      const auto machine = printed(text);
      const bool first = i == headings;  // without a heading nothing shows that it was there
      if (machine.ok() && !(first && headings == 0)) {
        EXPECT_EQ(show(machine->firmware_map), show(map)) << id << "\n" << text;
      }
      std::vector<std::string> doubled = all;
      doubled.insert(doubled.begin() + static_cast<std::ptrdiff_t>(i), all[i]);
      text.clear();
      for (const std::string& line : doubled) text += line + "\n";
      EXPECT_FALSE(printed(text).ok()) << id << "\n" << text;
    }
  }
}

struct Want {
  const char* name;
  const char* text;
  const char* map;
  std::vector<const char*> notes;
};

const Want kWants[] = {
    {"announced",
     "e820 map has 5 items:\n  0: 0000000000000000 - 0000000000080000 = 1 RAM\n"
     "  2: 0000000000100000 - 0000000004000000 = 1 RAM\n",
     "0-80000 1\n100000-4000000 1\n",
     {"announces 5 entries, 2 are there", "entry 2 follows entry 0"}},
    {"coreboots_own",
     " 0. 0000000000000000-0000000000001fff: CONFIGURATION TABLES\n"
     " 1. 0000000000002000-000000000009ffff: RAM\n"
     " 2. 0000000000100000-0000000000ffffff: PAYLOAD\n",
     "0-2000 16\n2000-a0000 1\n100000-1000000 2\n",
     {"`CONFIGURATION TABLES` is coreboot's own", "`PAYLOAD` is coreboot's own",
      "type 16 is coreboot's tables"}},
    {"limines_numbers",
     "Amount of entries: 7\nbase: 0x1000, type: 5, length: 0x4000\nbase: 0x5000, type: 0, length: "
     "0x9b000\n"
     "base: 0x100000, type: 0, length: 0x700000\n",
     "1000-5000 2\n5000-a0000 1\n100000-800000 1\n",
     {"`type 5` (bootloader reclaimable) is Limine's own", "announces 7 entries, 3 are there"}},
    {"e820s_numbers_in_limines_form",
     "base: 0x1000, type: 1, length: 0x4000\nbase: 0x5000, type: 2, length: 0x1000\n",
     "1000-5000 1\n5000-6000 2\n",
     {"ends below 1 MiB"}},
    {"kexecs_ranges",
     "MEMORY RANGES\n0000000000001000-000000000008ffff (0)\n0000000000090000-00000000000fffff (1)\n"
     "0000000000100000-0000000007ffffff (0)\n",
     "1000-90000 1\n90000-100000 2\n100000-8000000 1\n",
     {}},
    {"a_part",
     "[0x0000000090000000 -> 0x0000000090002000], type: Reserved\n"
     "[0x0000000100000000 -> 0x0000000140000000], type: System RAM\n",
     "90000000-90002000 2\n100000000-140000000 1\n",
     {"begins at 0x90000000: it is a part"}},
    {"no_length",
     "hv_e820[0]:type: 0x1 Base: 0x0000000000000000 length: 0x0000000000090000\n"
     "hv_e820[1]:type: 0x1 Base: 0x0000000000200000 length: 0x0000000000000000\n"
     "hv_e820[2]:type: 0x1 Base: 0x0000000000400000 length: 0x0000000000800000\n",
     "0-90000 1\n400000-c00000 1\n",
     {"line 2: an entry of length 0 was left out"}},
    {"efis_boot_services",
     "Type       Start            End              # Pages          Attributes\n"
     "BS_Data    0000000000000000-0000000000000FFF 0000000000000001 000000000000000F\n"
     "Available  0000000000001000-000000000008FFFF 000000000000008F 000000000000000F\n"
     "RT_Data    0000000000090000-000000000009FFFF 0000000000000010 800000000000000F\n"
     "MMIO       00000000F0000000-00000000F0000FFF 0000000000000001 8000000000000001\n",
     "0-90000 1\n90000-a0000 2\nf0000000-f0001000 2\n",
     {"rules of the kernel's EFI stub"}},
    {"the_last_of_two",
     "e820 map has 1 items:\n  0: 0000000000000000 - 0000000000080000 = 1 RAM\nother\n"
     "e820 map has 2 items:\n  0: 0000000000000000 - 0000000000080000 = 1 RAM\n"
     "  1: 0000000000100000 - 0000000000200000 = 1 RAM\n",
     "0-80000 1\n100000-200000 1\n",
     {"table 2 of 2"}},
    {"holes_of_hvmloader",
     "(d1) E820 table:\n(d1)  [00]: 00000000:00000000 - 00000000:00090000: RAM\n"
     "(d1)  HOLE: 00000000:00090000 - 00000000:00100000\n"
     "(d1)  [01]: 00000000:00100000 - 00000001:00000000: RAM\n",
     "0-90000 1\n100000-100000000 1\n",
     {}},
};

TEST(Printers, TellWhatIsMissingAndWhatIsTheirOwn) {
  for (const Want& want : kWants) {
    const auto machine = printed(want.text);
    ASSERT_TRUE(machine.ok()) << want.name << all_messages(machine);
    EXPECT_EQ(show(machine->firmware_map), want.map) << want.name;
    std::string notes;
    for (const std::string& note : machine->notes) notes += note + "\n";
    for (const char* note : want.notes)
      EXPECT_NE(notes.find(note), std::string::npos) << want.name << "\n" << notes;
  }
}

TEST(Printers, ATableIsChosenByItsNumber) {
  const Source source{.name = "t", .bytes = kWants[8].text};
  const auto first = read_machine(source, {.boot = 1});
  ASSERT_TRUE(first.ok()) << all_messages(first);
  EXPECT_EQ(show(first->firmware_map), "0-80000 1\n");
  EXPECT_NE(all_messages(read_machine(source, {.boot = 3})).find("there is no table 3"),
            std::string::npos);
}

TEST(Printers, TheirTablesDoNotGoBeforeALog) {
  const auto machine = printed(
      "SMAP type=01 base=0000000000000000 len=0000000000080000\n"
      "SMAP type=01 base=0000000000100000 len=0000000000080000\n"
      "[    0.000000] BIOS-e820: [mem 0x0000000000000000-0x000000000009ffff] usable\n"
      "[    0.000000] BIOS-e820: [mem 0x0000000000100000-0x000000003fffffff] usable\n");
  ASSERT_TRUE(machine.ok()) << all_messages(machine);
  EXPECT_EQ(machine->format, "dmesg");
}

TEST(Printers, OverlapsAreRefusedWithTheirLines) {
  const auto machine = printed(
      "base_addr = 0x0, length = 0x90000, available RAM\nbase_addr = 0x100000, length = 0x900000, "
      "available RAM\n"
      "base_addr = 0x200000, length = 0x1000, reserved RAM\n");
  ASSERT_FALSE(machine.ok());
  EXPECT_EQ(machine.errors()[0].origin.line, 3u);
  EXPECT_NE(all_messages(machine).find("overlaps the entry of line 2"), std::string::npos);
}

}  // namespace
}  // namespace memmap::input
