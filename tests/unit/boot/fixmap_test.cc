// What the fixmap maps at the hand-over.
#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>

#include "made_up_boot.h"

namespace memmap::boot {
namespace {

// `NAME PHYS FLAGS` of each slot that is mapped, in their order.
std::vector<std::string> mapped(const Outcome& outcome) {
  std::vector<std::string> out;
  for (const fixmap::MappedSlot& s : outcome.fixmap) {
    char text[80];
    std::snprintf(text, sizeof text, "%s %#lx %#x", s.name.c_str(),
                  static_cast<unsigned long>(raw(s.phys)), s.flags);
    out.emplace_back(text);
  }
  return out;
}

using FixmapLines = std::vector<std::string>;

// CacheDisable, WriteThrough, Global, NoExecute, Writable.
const std::string kLapic = "FIX_APIC_BASE 0xfee00000 0x37";
const std::string kIoApic = "FIX_IO_APIC_BASE_0 0xfec00000 0x37";
// Global, NoExecute, Writable; isolation comes later.
const std::string kConsole = "FIX_EARLYCON_MEM_BASE 0xfe000000 0x7";
// User, Global, NoExecute.
const std::string kVsyscall = "VSYSCALL_PAGE 0x2a05000 0xe";

struct FixmapCase {
  const char* name;
  const char* line;
  Config config;
  FixmapLines want;
};
void PrintTo(const FixmapCase& c, std::ostream* out) { *out << c.name; }

class FixmapMaps : public testing::TestWithParam<FixmapCase> {};

TEST_P(FixmapMaps, WhatTheKernelSets) {
  kernel::Profile p = profile();
  p.symbols = {{"__vsyscall_page", 0x1a05000}};
  p.config.insert(GetParam().config.begin(), GetParam().config.end());
  EXPECT_EQ(mapped(boot(GetParam().line, p, machine())), GetParam().want);
}

const Config kOption{{"LEGACY_VSYSCALL_EMULATE", "true"},
                     {"LEGACY_VSYSCALL_XONLY", "false"},
                     {"LEGACY_VSYSCALL_NONE", "false"}};
const FixmapCase kFixmapCases[] = {
    {"apics", "", {}, {kLapic, kIoApic}},
    {"no_apics", "nolapic", {}, {}},
    {"vsyscall_none", "vsyscall=none", {}, {kLapic, kIoApic}},
    {"vsyscall_xonly", "vsyscall=xonly", {}, {kLapic, kIoApic}},
    {"vsyscall_emulate", "vsyscall=emulate", {}, {kVsyscall, kLapic, kIoApic}},
    {"last_word_that_is_one", "vsyscall=emulate vsyscall=native", {}, {kVsyscall, kLapic, kIoApic}},
    {"last_word", "vsyscall=emulate vsyscall=none", {}, {kLapic, kIoApic}},
    {"vsyscall_by_option", "", kOption, {kVsyscall, kLapic, kIoApic}},
    {"option_overruled", "vsyscall=xonly", kOption, {kLapic, kIoApic}},
    {"no_vsyscall", "vsyscall=emulate", {{"X86_VSYSCALL_EMULATION", "false"}}, {kLapic, kIoApic}},
    {"console", "earlycon=uart8250,mmio,0xfe000123", {}, {kConsole, kLapic, kIoApic}},
    {"console_by_console",
     "console=uart,mmio32,0xfe000123,115200",
     {},
     {kConsole, kLapic, kIoApic}},
    {"console_by_number", "earlycon=uart,0xfe000123", {}, {kConsole, kLapic, kIoApic}},
    {"first_console",
     "earlycon=uart,0xfe000123 earlycon=uart,0xfd000000",
     {},
     {kConsole, kLapic, kIoApic}},
    {"console_at_a_port", "earlycon=uart8250,io,0x3f8", {}, {kLapic, kIoApic}},
    {"console_of_another_kind", "earlycon=efifb console=ttyS0", {}, {kLapic, kIoApic}},
    {"console_nowhere", "earlycon=uart8250,mmio,x", {}, {kLapic, kIoApic}},
    {"console_isolated",
     "earlycon=uart,0xfe000123 pti=on",
     {},
     {kConsole, "FIX_APIC_BASE 0xfee00000 0x33", "FIX_IO_APIC_BASE_0 0xfec00000 0x33"}},
    {"isolated",
     "vsyscall=emulate pti=on",
     {},
     {"VSYSCALL_PAGE 0x2a05000 0xa", "FIX_APIC_BASE 0xfee00000 0x33",
      "FIX_IO_APIC_BASE_0 0xfec00000 0x33"}},
};
INSTANTIATE_TEST_SUITE_P(, FixmapMaps, testing::ValuesIn(kFixmapCases),
                         [](const auto& test) { return test.param.name; });

// Registers in memory, or none: as firmware, the command line and the kernel's options have it.
TEST(Fixmap, HasNoRegistersOfX2apics) {
  struct Apic {
    X2apic left;
    const char* line;
    bool known;  // CONFIG_X86_X2APIC
    kernel::Version version;
    FixmapLines want;
    FixmapLines told;
  };
  const std::string taken = "x2apic: enabled by BIOS, switching to x2apic ops";
  const Apic kApics[] = {
      {X2apic::unknown, "", true, {6, 12, 0}, {kLapic, kIoApic}, {}},
      {X2apic::off, "nox2apic", true, {6, 12, 0}, {kLapic, kIoApic}, {}},
      {X2apic::on, "", true, {6, 12, 0}, {kIoApic}, {taken}},
      {X2apic::on, "x2apic_phys", true, {6, 12, 0}, {kIoApic}, {taken}},
      {X2apic::on, "nolapic", true, {6, 12, 0}, {}, {taken}},
      {X2apic::on,
       "nox2apic",
       true,
       {6, 12, 0},
       {kLapic, kIoApic},
       {"x2apic already enabled.", "x2apic disabled"}},
      {X2apic::locked,
       "nox2apic",
       true,
       {6, 12, 0},
       {kIoApic},
       {"APIC locked in x2apic mode, can't disable", taken}},
      {X2apic::on,
       "nox2apic",
       false,
       {6, 12, 0},
       {},
       {"Kernel does not support x2APIC, please recompile with CONFIG_X86_X2APIC.",
        "Disabling APIC, expect reduced performance and functionality."}},
      {X2apic::on, "", false, {6, 1, 1}, {kLapic, kIoApic}, {}},
  };
  for (const Apic& c : kApics) {
    Machine m = machine();
    m.x2apic = c.left;
    kernel::Profile p = profile(c.version);
    p.config["X86_X2APIC"] = c.known ? "true" : "false";
    const Outcome outcome = boot(c.line, p, m);
    FixmapLines told;
    for (const Event& e : outcome.events) {
      if (e.rule.file == "arch/x86/kernel/apic/apic.c") told.push_back(e.text);
    }
    const std::string name = std::string(c.line) + (c.known ? "" : " unknown");
    EXPECT_EQ(mapped(outcome), c.want) << name;
    EXPECT_EQ(told, c.told) << name;
  }
}

TEST(Fixmap, HasTrustedBootsPageWhereItIsReserved) {
  Machine m = machine();
  m.firmware_map.push_back({PhysAddr{0x40000000}, 0x10000, E820Type::reserved});
  const std::string refused = "tboot: non-0 tboot_addr but it is not of type E820_TYPE_RESERVED";
  const auto told = [](const Outcome& outcome) {
    FixmapLines out;
    for (const Event& e : outcome.events) {
      if (e.step == "tboot_probe") out.push_back(e.text);
    }
    return out;
  };
  m.tboot = PhysAddr{0x40001000};
  const Outcome there = boot("", {6, 12, 0}, m);
  EXPECT_EQ(mapped(there), (FixmapLines{kLapic, kIoApic, "FIX_TBOOT_BASE 0x40001000 0x7"}));
  EXPECT_EQ(told(there), (FixmapLines{"tboot: found shared page at phys addr 0x40001000:"}));
  for (const std::uint64_t at : {0x40000000u, 0x40010000u, 0x100000u}) {
    m.tboot = PhysAddr{at};
    const Outcome not_there = boot("", {6, 12, 0}, m);
    EXPECT_EQ(mapped(not_there), (FixmapLines{kLapic, kIoApic})) << at;
    EXPECT_EQ(told(not_there), (FixmapLines{refused})) << at;
  }
}

// Where the registers lie is not known: never silent.
TEST(Fixmap, TellsWhatItDoesNotSimulate) {
  kernel::Profile p = profile();
  const auto told = [&](const char* line) {
    FixmapLines out;
    for (const Event& e : boot(line, p, machine()).events) {
      const std::size_t colon = e.text.find(": not simulated: ");
      if (colon != e.text.npos) out.push_back(e.text.substr(0, colon));
    }
    return out;
  };
  EXPECT_EQ(told("earlyprintk=dbgp1,keep"), (FixmapLines{"earlyprintk=dbgp"}));
  EXPECT_EQ(told("earlyprintk=xdbc earlyprintk=pciserial,0:16.0"),
            (FixmapLines{"earlyprintk=xdbc", "earlyprintk=pciserial"}));
  EXPECT_EQ(told("earlyprintk earlyprintk=ttyS0 ohci1394_dma=early"), FixmapLines{});
  p.config = {{"EARLY_PRINTK_DBGP", "false"},
              {"EARLY_PRINTK_USB_XDBC", "false"},
              {"PROVIDE_OHCI1394_DMA_INIT", "true"}};
  EXPECT_EQ(told("earlyprintk=dbgp earlyprintk=xdbc"), FixmapLines{});
  EXPECT_EQ(told("ohci1394_dma=late ohci1394_dma=early"), (FixmapLines{"ohci1394_dma=early"}));
}

TEST(Fixmap, HasSlotsForSoManyIoApics) {
  Machine m = machine();
  m.ioapics = 130;
  for (std::uint64_t i = 0; i < 130; ++i) m.ioapic_addresses.push_back(PhysAddr{i << 20});
  const Outcome outcome = boot("", {6, 12, 0}, m);
  ASSERT_EQ(outcome.fixmap.size(), 129u);
  EXPECT_EQ(outcome.fixmap[3].name, "FIX_IO_APIC_BASE_0 + 2");
  EXPECT_EQ(outcome.fixmap.back().number, 642u);
}

TEST(Fixmap, OfAnOldKernelIsAssumed) {
  const auto assumed = [](kernel::Version version) {
    const auto notes = boot("", version).subject.notes;
    return std::ranges::count(notes, "default: the fixmap's slots are those of Linux 4.15");
  };
  EXPECT_EQ(assumed({4, 14, 0}), 1);
  EXPECT_EQ(assumed({6, 12, 0}), 0);
}

}  // namespace
}  // namespace memmap::boot
