// What the boot looks at through early_ioremap(), and what stays.
#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>

#include "made_up_boot.h"

namespace memmap::boot {
namespace {

using EarlyWindowsLines = std::vector<std::string>;

// The windows that a step took, without where they lie: `early_memremap(0xf0000, 0x10000)`.
EarlyWindowsLines taken(const Outcome& outcome, std::string_view step) {
  EarlyWindowsLines out;
  for (const Event& e : outcome.events) {
    if (e.step == step && e.text.starts_with("early_memremap(0x")) {
      const bool twice = e.text.ends_with("and once more");
      out.push_back(e.text.substr(0, e.text.find(" =>")) + (twice ? " twice" : ""));
    }
  }
  return out;
}

EarlyWindowsLines texts(const Outcome& outcome, Severity severity) {
  EarlyWindowsLines out;
  for (const Event& e : outcome.events) {
    if (e.severity == severity) out.push_back(e.text);
  }
  return out;
}

struct EarlyWindowsCase {
  const char* name;
  const char* step;
  void (*change)(Machine& m);
  EarlyWindowsLines want;
};
void PrintTo(const EarlyWindowsCase& c, std::ostream* out) { *out << c.name; }

void nothing(Machine&) {}
void nodes(Machine& m) {
  m.setup_data = {{.addr = PhysAddr{0x3e000010}, .type = 2, .len = 0x100},
                  {.addr = PhysAddr{0x3e001000}, .type = kSetupRngSeed, .len = 32},
                  {.addr = PhysAddr{0x3e002000},
                   .type = kSetupIndirect,
                   .len = 24,
                   .indirect = PhysRange::make(0x3e003000, 0x3e003100),
                   .indirect_type = 2},
                  {.addr = PhysAddr{0x3e004000}, .type = kSetupIma, .len = 16}};
}
void mp_table(Machine& m) {
  m.mp_floating = PhysRange::make(0xf5000, 0xf5010);
  m.mp_configuration = PhysRange::make(0xf5010, 0xf5100);
}

class BootTakes : public testing::TestWithParam<EarlyWindowsCase> {};

TEST_P(BootTakes, Windows) {
  Machine m = machine();
  GetParam().change(m);
  const Outcome outcome = boot("", {6, 12, 0}, m);
  EXPECT_EQ(taken(outcome, GetParam().step), GetParam().want);
  EXPECT_EQ(outcome.state.early_ioremap.held(), 0u);
}

const EarlyWindowsLines kHeaders{
    "early_memremap(0x3e000010, 0x10)", "early_memremap(0x3e001000, 0x10)",
    "early_memremap(0x3e002000, 0x10)", "early_memremap(0x3e002000, 0x28)",
    "early_memremap(0x3e004000, 0x10)"};
const EarlyWindowsCase kEarlyWindowsCases[] = {
    {"reserved_early", "early_reserve_memory", nodes, kHeaders},
    {"reserved_in_the_map", "e820__reserve_setup_data", nodes, kHeaders},
    {"parsed",
     "parse_setup_data",
     nodes,
     {"early_memremap(0x3e000010, 0x10)", "early_memremap(0x3e001000, 0x10)",
      "early_memremap(0x3e001000, 0x30)", "early_memremap(0x3e002000, 0x10)",
      "early_memremap(0x3e004000, 0x10)", "early_memremap(0x3e004010, 0x10)"}},
    {"smbios", "dmi_setup", nothing, {"early_memremap(0xf0000, 0x10000)"}},
    {"no_mp_table",
     "find_mptable",
     nothing,
     {"early_memremap(0x0, 0x400)", "early_memremap(0x9fc00, 0x400)",
      "early_memremap(0xf0000, 0x10000)"}},
    {"ebda",
     "find_mptable",
     [](Machine& m) { m.ebda = PhysAddr{0x9f800}; },
     {"early_memremap(0x0, 0x400)", "early_memremap(0x9fc00, 0x400)",
      "early_memremap(0xf0000, 0x10000)", "early_memremap(0x9f800, 0x400)"}},
    {"mp_table",
     "find_mptable",
     mp_table,
     {"early_memremap(0x0, 0x400)", "early_memremap(0x9fc00, 0x400)",
      "early_memremap(0xf0000, 0x10000)", "early_memremap(0xf5000, 0xb000)",
      "early_memremap(0xf5010, 0x1000)"}},
    {"ibft", "reserve_ibft_region", nothing, {"early_memremap(0x80000, 0x1000)"}},
    {"acpi",
     "acpi_boot_table_init",
     nothing,
     {"early_memremap(0xf59d0, 0x24)", "early_memremap(0x3f001000, 0x24) twice",
      "early_memremap(0x3f001000, 0x74)", "early_memremap(0x3f000000, 0x24) twice",
      "early_memremap(0x3f002000, 0x24) twice"}},
    {"blacklist", "early_acpi_boot_init", nothing, {"early_memremap(0x3f000000, 0x24)"}},
    {"acpi_read",
     "acpi_boot_init",
     nothing,
     {"early_memremap(0x3f001000, 0x74)", "early_memremap(0x3f002000, 0x38)"}},
};
INSTANTIATE_TEST_SUITE_P(, BootTakes, testing::ValuesIn(kEarlyWindowsCases),
                         [](const auto& test) { return test.param.name; });

// Where ACPI has not told of processors and I/O APICs; early too since 6.9.
TEST(EarlyWindows, TheMpTableIsReadWithoutAcpi) {
  Machine m = machine();
  mp_table(m);
  m.acpi_tables.push_back({"APIC", PhysRange::make(0x3f003000, 0x3f003078)});
  const EarlyWindowsLines read{"early_memremap(0xf5000, 0x10)", "early_memremap(0xf5010, 0x1000)",
                               "early_memremap(0xf5010, 0xf0)"};
  const auto steps = [&](const char* line, kernel::Version version = {6, 12, 0}) {
    const Outcome outcome = boot(line, version, m);
    EXPECT_EQ(outcome.state.early_ioremap.held(), 0u);
    return std::pair(taken(outcome, "early_parse_smp_cfg"), taken(outcome, "parse_smp_cfg"));
  };
  EXPECT_EQ(steps(""), std::pair(EarlyWindowsLines{}, EarlyWindowsLines{}));
  EXPECT_EQ(steps("acpi=off"), std::pair(read, read));
  EXPECT_EQ(steps("acpi=off", {6, 1, 0}), std::pair(EarlyWindowsLines{}, read));
  EXPECT_EQ(steps("noapic"), std::pair(EarlyWindowsLines{}, read));
  // Without a MADT ACPI gives the MP table up, but only when it has looked for one.
  m.acpi_tables.pop_back();
  EXPECT_EQ(steps(""), std::pair(read, EarlyWindowsLines{}));
  // One of the default configurations.
  m.mp_configuration.reset();
  EXPECT_EQ(steps("acpi=off").second, (EarlyWindowsLines{"early_memremap(0xf5000, 0x10)"}));
}

// An iSCSI boot ROM's table: looked for through windows since 6.5; reserved in all.
TEST(EarlyWindows, TheIbftIsLookedFor) {
  Machine m = machine();
  const auto told = [&](kernel::Version version, std::string_view step) {
    EarlyWindowsLines out;
    for (const Event& e : boot("", version, m).events) {
      if (e.step == step && e.rule.function == "reserve_ibft_region") out.push_back(e.text);
    }
    return out;
  };
  EXPECT_EQ(told({6, 12, 0}, "reserve_ibft_region"),
            (EarlyWindowsLines{"early_memremap_ro() 95 more times, page by page"}));
  EXPECT_EQ(told({6, 1, 0}, "early_reserve_memory"), EarlyWindowsLines{});
  m.ibft = PhysAddr{0x9b010};
  const std::string found = "iBFT found at 0x000000000009b010.";
  EXPECT_EQ(told({6, 12, 0}, "reserve_ibft_region"),
            (EarlyWindowsLines{"early_memremap_ro() 27 more times, page by page", found}));
  EXPECT_EQ(told({6, 1, 0}, "early_reserve_memory"), (EarlyWindowsLines{found}));
  EXPECT_EQ(told({5, 10, 0}, "reserve_ibft_region"), (EarlyWindowsLines{found}));
  EXPECT_EQ(owned(boot("", {5, 10, 0}, m), "iSCSI boot table"), 4096u);
  m.firmware = Firmware::efi;
  EXPECT_EQ(told({6, 12, 0}, "reserve_ibft_region"), EarlyWindowsLines{});
}

TEST(EarlyWindows, EfisMapStaysInTheFirst) {
  Machine m = machine();
  m.firmware = Firmware::efi;
  m.efi_memmap = PhysRange::make(0x3e000040, 0x3e001b40);
  const Outcome stays = boot("", {6, 12, 0}, m);
  ASSERT_EQ(stays.state.early_ioremap.held(), 1u);
  EXPECT_EQ(stays.state.early_ioremap.windows()[0].at, VirtAddr{0xffffffffff200040});
  EXPECT_EQ(std::ranges::count(stays.fixmap, fixmap::Lifetime::boot, &fixmap::MappedSlot::lifetime),
            2);
  EXPECT_EQ(stays.fixmap.back().name, "FIX_BTMAP slot 0 page 0");
  const Outcome gone = boot("efi=noruntime", {6, 12, 0}, m);
  EXPECT_EQ(gone.state.early_ioremap.held(), 0u);
}

TEST(EarlyWindows, EfisMapMayBeTooLarge) {
  Machine m = machine();
  m.firmware = Firmware::efi;
  m.efi_memmap = PhysRange::make(0x3e000000, 0x3e040001);
  const Outcome outcome = boot("", {6, 12, 0}, m);
  EXPECT_EQ(outcome.state.early_ioremap.held(), 0u);
  EXPECT_EQ(owned(outcome, "EFI memory map"), 0u);
  EXPECT_EQ(texts(outcome, Severity::warning),
            (EarlyWindowsLines{
                "WARNING: at mm/early_ioremap.c __early_ioremap: 65 pages, a window has 64",
                "efi: Could not map the memory map!"}));
}

TEST(EarlyWindows, WhatDoesNotFitStopsTheKernelOrTheList) {
  Machine m = machine();
  m.setup_data = {{.addr = PhysAddr{0x3e000000}, .type = kSetupE820Ext, .len = 256 * kKiB - 15}};
  const Outcome stopped = boot("", {6, 12, 0}, m);
  EXPECT_TRUE(stopped.panicked);
  m.setup_data = {{.addr = PhysAddr{0x3e000000}, .type = kSetupIndirect, .len = 256 * kKiB - 15},
                  {.addr = PhysAddr{0x3d000000}, .type = 2, .len = 1}};
  const Outcome outcome = boot("", {6, 12, 0}, m);
  EXPECT_FALSE(outcome.panicked);
  EXPECT_EQ(owned(outcome, "setup_data"), 0u);
  const EarlyWindowsLines warnings = texts(outcome, Severity::warning);
  EXPECT_EQ(std::ranges::count(warnings, "setup: failed to memremap indirect setup_data"), 1);
  EXPECT_EQ(std::ranges::count(warnings, "e820: failed to memremap indirect setup_data"), 1);
}

TEST(EarlyWindows, AnInitrdIsCopiedWindowByWindow) {
  Machine m = machine();
  m.initrd = PhysRange::make(0x3f000800, 0x3f0a0800);
  const Outcome outcome = boot("mem=768M", {6, 12, 0}, m);
  ASSERT_EQ(taken(outcome, "reserve_initrd"),
            EarlyWindowsLines{"early_memremap(0x3f000000, 0x40000)"});
  EXPECT_EQ(std::ranges::count(texts(outcome, Severity::debug),
                               "early_memremap() 2 more times, 0x40000 bytes each at most"),
            1);
}

TEST(EarlyWindows, DebugLinesBeginWithTheCommandLine) {
  Machine m = machine();
  nodes(m);
  const Outcome outcome = boot("early_ioremap_debug", {6, 12, 0}, m);
  const auto first = std::ranges::find_if(
      outcome.events, [](const Event& e) { return e.text.starts_with("__early_ioremap("); });
  ASSERT_NE(first, outcome.events.end());
  EXPECT_EQ(first->step, "e820__reserve_setup_data");
  EXPECT_EQ(first->text,
            "__early_ioremap(0x000000003e001000, 00001000) [0] => 00000010 + ffffffffff200000");
}

}  // namespace
}  // namespace memmap::boot
