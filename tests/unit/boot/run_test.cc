// Whole boots of a small made-up machine: who asks memblock for how much, and when.
#include "boot/run.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>

namespace memmap::boot {
namespace {

Machine machine() {
  Machine m;
  m.firmware_map = {{PhysAddr{0}, 0x9fc00, E820Type::ram},
                    {PhysAddr{0xf0000}, 0x10000, E820Type::reserved},
                    {PhysAddr{kMiB}, 1023 * kMiB, E820Type::ram}};
  m.cpu.possible = 2;
  m.cpu.gbpages = true;
  m.acpi_tables = {{"RSDP", PhysRange::make(0xf59d0, 0xf59e4)},
                   {"FACP", PhysRange::make(0x3f001000, 0x3f001074)},
                   {"DSDT", PhysRange::make(0x3f000000, 0x3f001000)},
                   {"HPET", PhysRange::make(0x3f002000, 0x3f002038)}};
  return m;
}

kernel::Profile profile(kernel::Version version = {6, 12, 0}) {
  kernel::Profile p;
  p.version = version;
  p.image = {.end_of_kernel_reserve = 0x2000000, .brk_base = 0x2000000, .end = 0x2030000};
  p.parameters = {{"mem", "nosmp"}, {"root=", "ro", "rdinit=", "init=", "isolcpus="}, {"panic"}};
  for (const char* option :
       {"CPUMASK_OFFSTACK", "CPU_ISOLATION", "NO_HZ_FULL", "STACKDEPOT", "SLUB_DEBUG"}) {
    p.config[option] = "true";
  }
  return p;
}

Outcome boot(const std::string& line, kernel::Version version = {6, 12, 0},
             const Machine& m = machine()) {
  Options options;
  options.command_line = line;
  return run(m, profile(version), options);
}

// Sizes of the requests with this owner, in order.
std::vector<std::uint64_t> asked(const Outcome& outcome, std::string_view owner) {
  std::vector<std::uint64_t> out;
  for (const MemblockLine& line : outcome.memblock.log) {
    if (line.dump || line.call.caller.owner != owner) continue;
    if (line.call.kind == memblock::CallKind::alloc) out.push_back(line.call.size);
  }
  return out;
}

using Sizes = std::vector<std::uint64_t>;

struct Case {
  const char* name;
  const char* line;
  const char* owner;
  Sizes want;
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class Requests : public testing::TestWithParam<Case> {};

TEST_P(Requests, AreTheKernels) {
  const Outcome outcome = boot(GetParam().line);
  EXPECT_FALSE(outcome.panicked);
  EXPECT_EQ(asked(outcome, GetParam().owner), GetParam().want);
}

const Case kCases[] = {
    {"command_line_twice", "quiet", "command line", {6, 6}},
    {"unknown_word", "quiet", "unknown parameters", {7}},
    {"known_by_name", "ro root=/x panic=1 mem=4G nosmp", "unknown parameters", {}},
    {"dash_is_underscore", "no-such foo=1", "unknown parameters", {15}},
    {"dotted_is_a_modules", "usb.core=1", "unknown parameters", {}},
    {"words_before_init_go", "auto init=/bin/sh x", "unknown parameters", {3}},
    {"environment_stays", "a=1 init=/bin/sh", "unknown parameters", {5}},
    {"replaced", "a=1 a=23", "unknown parameters", {6}},
    {"boot_loader", "BOOT_IMAGE=/vmlinuz", "unknown parameters", {}},
    {"after_dashes_is_inits", "-- x", "unknown parameters", {}},
    {"hpet", "", "resource of the HPET", {73}},
    {"no_acpi", "acpi=off", "resource of the HPET", {}},
    {"io_apic", "", "resources of the I/O APICs", {75}},
    {"no_io_apic", "noapic", "resources of the I/O APICs", {}},
    {"memory_map", "", "resources of the memory map", {4 * 64}},
    {"firmware_map", "", "/sys/firmware/memmap", {104, 104, 104}},
    {"log_default", "", "log buffer", {}},
    {"log_grows", "log_buf_len=1M", "log buffer", {1 << 20, 24 << 15, 88 << 15}},
    {"log_not_smaller", "log_buf_len=64K", "log buffer", {}},
    {"crash", "crashkernel=64M", "crash kernel", {64 << 20}},
    {"crash_falls_back_high", "crashkernel=1000M", "crash kernel", {1000 << 20, 1000 << 20}},
    {"swiotlb_not_needed", "", "software IO TLB", {}},
    {"swiotlb_forced", "swiotlb=force", "software IO TLB", {64 << 20, 24 << 15, 32}},
    {"dentry_hash", "", "dentry hash table", {1 << 20}},
    {"dentry_hash_asked", "dhash_entries=4096", "dentry hash table", {32768}},
    {"hash_tables_later", "hashdist=1", "dentry hash table", {}},
    {"isolated", "isolcpus=1", "CPU masks", {8, 8, 8, 8, 8}},
    {"isolated_none", "isolcpus=", "CPU masks", {8, 8, 8, 8}},
    {"isolated_badly", "isolcpus=9", "CPU masks", {8, 8, 8}},
    {"isolated_badly_is_unknown", "isolcpus=9", "unknown parameters", {12}},
    {"ticks_off", "nohz_full=1", "CPU masks", {8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8}},
    {"interrupts", "irqaffinity=0", "CPU masks", {8, 8, 8}},
    {"reserve_mem", "reserve_mem=1M:4096:x reserve_mem=1M:1:x", "reserve_mem", {1 << 20}},
    {"reserve_mem_nameless", "reserve_mem=1M:4096:", "reserve_mem", {}},
    {"stack_depot", "slab_debug=FU", "stack depot", {16 << 16}},
    {"stack_depot_of_one", "slab_debug=F;,dentry", "stack depot", {16 << 16}},
    {"no_stack_depot", "slab_debug=FZ", "stack depot", {}},
    {"huge_pages_of_1G", "hugepagesz=1G hugepages=1", "huge pages", {1 << 30}},
    {"huge_pages_of_2M", "hugepages=1", "huge pages", {}},
    {"entry_area_tables", "nokaslr", "page tables of CPU entry areas", {4096, 4096, 4096}},
};
INSTANTIATE_TEST_SUITE_P(, Requests, testing::ValuesIn(kCases),
                         [](const auto& test) { return test.param.name; });

TEST(Boot, TakesTheTablesThatTheRootTableAndTheFadtName) {
  const Outcome outcome = boot("");
  std::vector<PhysRange> tables;
  for (const MemblockLine& line : outcome.memblock.log) {
    if (line.call.caller.owner == "ACPI tables") tables.push_back(line.call.range);
  }
  const std::vector<PhysRange> want = {PhysRange::make(0x3f001000, 0x3f001074),
                                       PhysRange::make(0x3f000000, 0x3f001000),
                                       PhysRange::make(0x3f002000, 0x3f002038)};
  EXPECT_EQ(tables, want);
}

TEST(Boot, MovesAnInitrdThatIsNotMapped) {
  Machine m = machine();
  m.initrd = PhysRange::make(0x30000000, 0x30001234);
  EXPECT_TRUE(asked(boot("", {6, 12, 0}, m), "initrd").empty());
  EXPECT_EQ(asked(boot("mem=512M", {6, 12, 0}, m), "initrd"), Sizes{0x2000});
}

TEST(Boot, PanicsWhereTheKernelDoes) {
  Machine m = machine();
  m.initrd = PhysRange::make(0x30000000, 0x3f000000);
  const Outcome outcome = boot("mem=64M", {6, 12, 0}, m);
  EXPECT_TRUE(outcome.panicked);
  ASSERT_FALSE(outcome.events.empty());
  EXPECT_NE(outcome.events.back().text.find("Cannot find place for new RAMDISK of size 251658240"),
            std::string::npos);
}

// Whoever takes what was given back owns it; every reserved byte has an owner.
TEST(Boot, OwnersAddUpToWhatIsReserved) {
  const Outcome outcome = boot("hugepagesz=1G swiotlb=force crashkernel=64M isolcpus=1");
  std::uint64_t reserved = 0;
  for (const memblock::Region& r : outcome.memblock.reserved) reserved += r.range.size();
  std::uint64_t owned = 0;
  std::uint64_t per_cpu = 0;
  for (const Owned& o : outcome.memblock.owners) {
    owned += o.range.size();
    if (o.owner == "per-CPU areas") per_cpu += o.range.size();
  }
  EXPECT_EQ(owned, reserved);
  EXPECT_EQ(per_cpu, 2 * 0x42000u);  // of 2 MiB that were taken: static, for modules, dynamic
}

TEST(Boot, StructPagesHaveTheirNodesName) {
  EXPECT_EQ(asked(boot(""), "struct pages of node 0"), Sizes{8 * 0x200000});
}

TEST(Boot, VersionsDiffer) {
  // v6.1 looks for the crash kernel from 16 MiB on.
  for (const auto& [version, from] : {std::pair(kernel::Version{6, 1, 0}, 16 * kMiB),
                                      std::pair(kernel::Version{6, 12, 0}, std::uint64_t{0})}) {
    const Outcome outcome = boot("crashkernel=64M", version);
    bool found = false;
    for (const MemblockLine& line : outcome.memblock.log) {
      if (line.call.kind != memblock::CallKind::alloc || line.call.caller.owner != "crash kernel")
        continue;
      found = true;
      EXPECT_EQ(raw(line.call.from), from);
    }
    EXPECT_TRUE(found);
  }
}

// The brk area holds what is kept of SMBIOS, then, from a page on, the first page tables.
TEST(Boot, SmbiosCostsPagesOfTheBrkArea) {
  const auto brk = [](std::optional<SmbiosCopies> copies) {
    Machine m = machine();
    m.smbios = copies;
    std::uint64_t size = 0;
    for (const Owned& o : boot("", {6, 12, 0}, m).memblock.owners) {
      if (o.owner == "brk area") size += o.range.size();
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
  m.firmware_events.push_back({.severity = Severity::warning, .step = "dmi_setup", .text = "bad"});
  m.node_memory = {{PhysRange::make(0, 1024 * kMiB), 0}};
  m.distances = {10, 10, 10, 10};
  m.hpet = Hpet{.space_id = 0, .address = 0};
  const Outcome outcome = boot("memblock=debug", {6, 12, 0}, m);
  EXPECT_TRUE(says(outcome, "acpi_boot_table_init",
                   "Incorrect checksum in table [HPET] - 0x0A, should be 0xB0"));
  EXPECT_TRUE(says(outcome, "dmi_setup", "bad"));
  EXPECT_TRUE(says(outcome, "initmem_init", "SLIT table looks invalid. Not used."));
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
  known.ioapics = 1;
  known.mtrr_default = "write-back";
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
