// Whole boots of a small made-up machine: who asks memblock for how much, and when.
#include "boot/run.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <ostream>

#include "made_up_boot.h"

namespace memmap::boot {
namespace {

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
    {"no_io_apic_for_one", "nosmp", "resources of the I/O APICs", {}},
    {"no_io_apic_for_none", "maxcpus=0", "resources of the I/O APICs", {}},
    {"no_io_apic_without_interrupts", "acpi=noirq", "resources of the I/O APICs", {}},
    {"io_apic_for_some", "maxcpus=1", "resources of the I/O APICs", {75}},
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
    {"isolated_by_a_later_word", "isolcpus=domain,all 1", "CPU masks", {8, 8, 8, 8, 8}},
    {"isolated_by_no_word", "isolcpus=domain,all x=1", "CPU masks", {8, 8}},
    {"isolated_all_but_none_to_come", "isolcpus=0 maxcpus=0", "CPU masks", {8, 8, 8, 8}},
    {"isolated_of_two_kinds",
     "isolcpus=nohz,1 isolcpus=domain,0 nohz_full=1",
     "CPU masks",
     {8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8}},
    {"isolated_badly_is_unknown", "isolcpus=9", "unknown parameters", {12}},
    {"ticks_off", "nohz_full=1", "CPU masks", {8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8}},
    {"interrupts", "irqaffinity=0", "CPU masks", {8, 8, 8}},
    {"new_mp_table", "alloc_mptable", "new MP table", {4096}},
    {"new_mp_table_of_8K", "alloc_mptable=8k", "new MP table", {8192}},
    {"update_alone_takes_no_room", "update_mptable", "new MP table", {}},
    {"reserve_mem", "reserve_mem=1M:4096:x reserve_mem=1M:1:x", "reserve_mem", {1 << 20}},
    {"reserve_mem_nameless", "reserve_mem=1M:4096:", "reserve_mem", {}},
    {"stack_depot", "slab_debug=FU", "stack depot", {16 << 16}},
    {"stack_depot_of_one", "slab_debug=F;,dentry", "stack depot", {16 << 16}},
    {"no_stack_depot", "slab_debug=FZ", "stack depot", {}},
    {"stack_depot_old_name", "slub_debug=U", "stack depot", {16 << 16}},
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

TEST(Boot, CopiesTheTablesThatTheInitrdBrings) {
  Machine m = machine();
  m.firmware_map[2].size = 0x3f000000 - kMiB;
  m.firmware_map.push_back({PhysAddr{0x3f000000}, kMiB, E820Type::reserved});
  m.initrd = PhysRange::make(0x3e000000, 0x3e800000);
  m.acpi_upgrade = 5000;
  const Outcome outcome = boot("", {6, 12, 0}, m);
  EXPECT_EQ(asked(outcome, "ACPI tables of the initrd"), Sizes{5000});
  const auto nvs = std::ranges::find(outcome.e820.table, E820Type::nvs, &E820Entry::type);
  ASSERT_NE(nvs, outcome.e820.table.end());
  EXPECT_EQ(nvs->size, 5000u);
  // A log may not have said so, but it lists them, in RAM and behind the others.
  m.acpi_upgrade = 0;
  m.acpi_tables.push_back({"SSDT", PhysRange::make(0x3d000000, 0x3d000024)});
  m.acpi_tables.push_back({"SSDT", PhysRange::make(0x3d000024, 0x3d001000)});
  const Outcome listed = boot("", {6, 12, 0}, m);
  EXPECT_EQ(asked(listed, "ACPI tables of the initrd"), Sizes{0x1000});
  for (const Owned& o : listed.memblock.owners) {
    EXPECT_FALSE(o.owner == "ACPI tables" && raw(o.range.base()) == 0x3d000000);
  }
  EXPECT_EQ(asked(boot("lockdown=integrity", {6, 12, 0}, m), "ACPI tables of the initrd"), Sizes{});
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
    return std::ranges::any_of(outcome.e820.table, [](const E820Entry& e) {
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

TEST(Boot, SaysThatTheLogosPlaceIsNotKnown) {
  Machine m = efi_machine();
  m.acpi_tables.push_back({"BGRT", PhysRange::make(0x3f003000, 0x3f003038)});
  const auto tells = [](const Outcome& outcome) {
    return std::ranges::any_of(outcome.events,
                               [](const Event& e) { return e.step == "efi_bgrt_init"; });
  };
  EXPECT_TRUE(tells(boot("", {6, 12, 0}, m)));
  EXPECT_FALSE(tells(boot("bgrt_disable", {6, 12, 0}, m)));
}

TEST(Boot, KeepsAwayFromPagesThatSandyBridgesGraphicsCannotReach) {
  Machine m = machine();
  m.snb_graphics = true;
  const Outcome outcome = boot("", {6, 12, 0}, m);
  std::uint64_t pages = 0;
  for (const Owned& o : outcome.memblock.owners) {
    if (o.owner.starts_with("trim_snb: ")) pages += o.range.size() >> 12;
  }
  EXPECT_EQ(pages, 5u);
}

TEST(Boot, KeepsKexecsKernelsAwayFromANewMpTable) {
  const Outcome outcome = boot("alloc_mptable");
  const E820Entries& kexec = outcome.e820.kexec;
  EXPECT_TRUE(std::ranges::any_of(
      kexec, [](const E820Entry& e) { return e.type == E820Type::reserved && e.size == 4096; }));
}

// Processors that nr_cpus= leaves out do not keep house for those that are isolated.
TEST(Boot, CountsTheProcessorsThatAreLeft) {
  Machine two = machine();
  two.cpu.present = 2;
  Machine one = machine();
  one.cpu.possible = one.cpu.present = 1;
  const Sizes want = asked(boot("isolcpus=0", {6, 12, 0}, one), "CPU masks");
  EXPECT_EQ(asked(boot("nr_cpus=1 isolcpus=0", {6, 12, 0}, two), "CPU masks"), want);
  EXPECT_NE(asked(boot("isolcpus=0", {6, 12, 0}, two), "CPU masks"), want);
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

// Bytes that an owner has.
std::uint64_t owned(const Outcome& outcome, std::string_view owner) {
  std::uint64_t bytes = 0;
  for (const Owned& o : outcome.memblock.owners) {
    if (o.owner == owner) bytes += o.range.size();
  }
  return bytes;
}

TEST(Boot, ReservesCmaForHugePages) {
  Machine m = machine();
  m.firmware_map.push_back({PhysAddr{4 * kGiB}, 4 * kGiB, E820Type::ram});
  kernel::Profile p = profile();
  p.config["CMA"] = "true";
  const auto reserved = [&](const std::string& line) {
    Options options = test::default_options(MEMMAP_BUILD_DIR);
    options.command_line = line;
    return owned(run(m, p, options), "CMA: huge pages");
  };
  EXPECT_EQ(reserved("hugetlb_cma=1500M"), 2 * kGiB);
  EXPECT_EQ(reserved("hugetlb_cma=1000M"), 0u);
  EXPECT_EQ(reserved("hugetlb_cma=0:1G"), kGiB);
  EXPECT_EQ(reserved("hugetlb_cma=0:1G,1:1G"), kGiB);  // no such node
  EXPECT_EQ(reserved("hugetlb_cma=0:100M,1:1G"), 0u);
  EXPECT_EQ(reserved("hugetlb_cma=0:1G,2G"), 0u);  // the whole text begins with 0
  EXPECT_EQ(reserved("hugetlb_cma=0:1G,"), kGiB);
  EXPECT_EQ(reserved("hugetlb_cma=9999:1G"), 0u);
}

TEST(Boot, AllocationsBelongToWhoAsked) {
  const Outcome outcome = boot("log_buf_len=1M crashkernel=64M");
  for (const Owned& o : outcome.memblock.owners) {
    EXPECT_FALSE(o.function.starts_with("memblock_")) << o.owner << " by " << o.function;
  }
}

TEST(Boot, StructPagesHaveTheirNodesName) {
  EXPECT_EQ(asked(boot(""), "struct pages of node 0"), Sizes{8 * 0x200000});
}

// What a kernel's own structures and options say goes before what is usual.
struct OfKernel {
  const char* name;
  std::map<std::string, std::uint64_t, std::less<>> sizes;
  std::map<std::string, std::string, std::less<>> config;
  const char* line;
  const char* owner;
  Sizes want;
  kernel::Version version = {6, 12, 0};
};
void PrintTo(const OfKernel& c, std::ostream* out) { *out << c.name; }

class KernelsOwn : public testing::TestWithParam<OfKernel> {};

TEST_P(KernelsOwn, DecidesWhatIsTaken) {
  const OfKernel& c = GetParam();
  kernel::Profile p = profile(c.version);
  p.struct_sizes = c.sizes;
  p.config.insert(c.config.begin(), c.config.end());
  EXPECT_EQ(asked(boot(c.line, p, machine()), c.owner), c.want);
}

using Config = std::map<std::string, std::string, std::less<>>;
const Config k192Cpus{{"NR_CPUS", "192"}};
const Config kForced{{"NR_CPUS", "512"}, {"FORCE_NR_CPUS", "true"}};
const OfKernel kOfKernels[] = {
    {"locks_of_rt",
     {{"io_tlb_area", 48}},
     {},
     "swiotlb=force",
     "software IO TLB",
     {64 << 20, 24 << 15, 96}},
    {"bounce_slots",
     {{"io_tlb_slot", 32}},
     {},
     "swiotlb=force",
     "software IO TLB",
     {64 << 20, 32 << 15, 32}},
    {"masks_of_constant_size", {}, k192Cpus, "irqaffinity=0", "CPU masks", {24, 24, 24}},
    {"masks_before_6_3", {}, k192Cpus, "", "CPU masks", {8, 8, 8, 8, 8}, {6, 1, 0}},
    {"masks_of_many", {}, {{"NR_CPUS", "512"}}, "", "CPU masks", {8, 8}},
    {"forced_cpus", {}, kForced, "", "CPU masks", {64, 64}},
    {"built_in_parameters",
     {},
     {{"CMDLINE_BOOL", "true"}, {"CMDLINE", "a"}},
     "b",
     "command line",
     {4, 4}},
    {"stack_depot_always", {}, {{"STACKDEPOT_ALWAYS_INIT", "true"}}, "", "stack depot", {16 << 16}},
    {"slab_debug_before_6_9", {}, {}, "slab_debug=U", "stack depot", {}, {6, 1, 0}},
    {"slub_debug_before_6_9", {}, {}, "slub_debug=U", "stack depot", {8 << 16}, {6, 1, 0}},
    {"stack_depot_of_leaks",
     {},
     {{"DEBUG_KMEMLEAK", "true"}},
     "kmemleak=on",
     "stack depot",
     {16 << 16}},
};
INSTANTIATE_TEST_SUITE_P(, KernelsOwn, testing::ValuesIn(kOfKernels),
                         [](const auto& test) { return test.param.name; });

struct BuiltIn {
  const char* name;
  Config config;
  const char* given;
  const char* want;
};
void PrintTo(const BuiltIn& c, std::ostream* out) { *out << c.name; }

class BuiltInLine : public testing::TestWithParam<BuiltIn> {};

TEST_P(BuiltInLine, StandsBeforeTheBootLoaders) {
  const BuiltIn& c = GetParam();
  kernel::Profile p = profile();
  p.config.insert(c.config.begin(), c.config.end());
  EXPECT_EQ(boot(c.given, p, machine()).subject.command_line, c.want);
}

const BuiltIn kBuiltIn[] = {
    {"none", {{"CMDLINE", "a=1"}}, "b", "b"},
    {"both", {{"CMDLINE_BOOL", "true"}, {"CMDLINE", "a=1 c"}}, "b", "a=1 c b"},
    {"there_already", {{"CMDLINE_BOOL", "true"}, {"CMDLINE", "a=1"}}, "a=1 b", "a=1 b"},
    {"longer_word", {{"CMDLINE_BOOL", "true"}, {"CMDLINE", "a=1"}}, "a=12", "a=1 a=12"},
    {"empty", {{"CMDLINE_BOOL", "true"}, {"CMDLINE", ""}}, "b", "b"},
    {"instead",
     {{"CMDLINE_BOOL", "true"}, {"CMDLINE", "a"}, {"CMDLINE_OVERRIDE", "true"}},
     "b",
     "a"},
};
INSTANTIATE_TEST_SUITE_P(, BuiltInLine, testing::ValuesIn(kBuiltIn),
                         [](const auto& test) { return test.param.name; });

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
  kernel::Profile p = profile();
  p.config["EFI_DISABLE_RUNTIME"] = c.option;
  const Outcome outcome = boot(c.line, p, m);
  const bool reserved = std::ranges::any_of(outcome.memblock.owners, [](const Owned& o) {
    return o.owner == "EFI boot services" && o.range == PhysRange::make(0x8000000, 0x8100000);
  });
  EXPECT_EQ(reserved, c.kept);
  EXPECT_EQ(std::ranges::any_of(outcome.e820.table,
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

TEST(Boot, NodesHaveContiguousAreasOfTheirOwn) {
  kernel::Profile p = profile();
  p.config.insert({{"DMA_CMA", "true"}, {"DMA_NUMA_CMA", "true"}});
  const auto area = [&](const char* line) {
    return owned(boot(line, p, machine()), "CMA: DMA buffers of node 0");
  };
  EXPECT_EQ(area("cma_pernuma=8M"), 8 * kMiB);
  EXPECT_EQ(area("numa_cma=0:16M,1:8M"), 16 * kMiB);
  EXPECT_EQ(area("cma_pernuma=8M numa_cma=0:16M"), 24 * kMiB);
  EXPECT_EQ(area("numa_cma=16M"), 0u);
  p.config["DMA_NUMA_CMA"] = "false";
  EXPECT_EQ(area("cma_pernuma=8M"), 0u);
}

// A gigabyte has eight sections of 64 blocks; beside the bits stands struct mem_section_usage.
TEST(Boot, PageBlocksHaveTheKernelsNumberOfBits) {
  kernel::Profile p = profile();
  const auto usage = [&] { return asked(boot("", p, machine()), "usage maps of sections"); };
  EXPECT_EQ(usage(), Sizes{8 * (24 + 64 * 4 / 8)});
  p.constants = {{"__NR_PAGEBLOCK_BITS", 5}};
  EXPECT_EQ(usage(), Sizes{8 * (24 + 64 * 8 / 8)});
  p.constants = {{"NR_PAGEBLOCK_BITS", 4}};
  EXPECT_EQ(usage(), Sizes{8 * (24 + 64 * 4 / 8)});
}

TEST(Boot, FirmwaresNodesNeedAcpi) {
  Machine m = machine();
  m.node_memory = {{PhysRange::make(0, 512 * kMiB), 0}, {PhysRange::make(512 * kMiB, kGiB), 1}};
  kernel::Profile p = profile();
  EXPECT_EQ(boot("", p, m).nodes.online.size(), 2u);
  EXPECT_EQ(boot("acpi=off", p, m).nodes.online.size(), 1u);
  p.config["ACPI_NUMA"] = "false";
  EXPECT_EQ(boot("", p, m).nodes.online.size(), 1u);
}

TEST(Boot, WithoutSmbiosNoStringsAreInTheBrkArea) {
  kernel::Profile p = profile();
  const std::uint64_t with = owned(boot("", p, machine()), "brk area");
  p.config["DMI"] = "false";
  EXPECT_EQ(owned(boot("", p, machine()), "brk area"), with - kPageSize);
}

// The texts of all warnings.
std::vector<std::string> warnings(const Outcome& outcome) {
  std::vector<std::string> out;
  for (const Event& e : outcome.events) {
    if (e.severity == Severity::warning) out.push_back(e.text);
  }
  return out;
}

TEST(Boot, SaysWhatIsMalformedAsTheKernelDoes) {
  struct Row {
    const char* line;
    std::vector<std::string> want;
  };
  kernel::Profile p = profile();
  p.parameters.early = {"mem",           "acpi",       "numa",       "log_buf_len",
                        "init_on_alloc", "page_owner", "movablecore"};
  const Row kRows[] = {
      {"mem acpi=no numa log_buf_len init_on_alloc=maybe movablecore",
       {"Malformed early option 'mem'", "Malformed early option 'acpi'",
        "Malformed early option 'numa'", "Malformed early option 'log_buf_len'",
        "Malformed early option 'init_on_alloc'", "Malformed early option 'movablecore'"}},
      {"acpi=off numa=x log_buf_len=x init_on_alloc=1 page_owner=on", {}},
      // Not a parameter of this kernel.
      {"debug_pagealloc=maybe -- acpi=no", {}},
  };
  for (const Row& row : kRows) {
    Options options = test::default_options(MEMMAP_BUILD_DIR);
    options.command_line = row.line;
    EXPECT_EQ(warnings(run(machine(), p, options)), row.want) << row.line;
  }
}

// Which of several holds. Each line, and one that says it alone.
TEST(Boot, ReadsRepeatedParametersAsTheKernelDoes) {
  const std::pair<const char*, const char*> kSame[] = {
      {"log_buf_len=1M log_buf_len=2M", "log_buf_len=2M"},
      {"dhash_entries=64 dhash_entries=4096", "dhash_entries=4096"},
      {"numa=off numa=fake=0", "numa=off"},
      {"gbpages nogbpages", "nogbpages"},
      {"nogbpages gbpages", "gbpages"},
      {"kernelcore=mirror,x", "kernelcore=mirror"},
      {"movablecore=10% movablecore=256M", "movablecore=256M"},
      {"movablecore=256M movablecore=10%", "movablecore=10%"},
      {"debug_pagealloc=1 debug_pagealloc=maybe", "debug_pagealloc=on"},
      {"acpi=off acpi=force", "acpi=force"},
      {"nr_cpus=1 nr_cpus=2", "nr_cpus=1"},
      {"nosmp nr_cpus=2", "nosmp"},
  };
  kernel::Profile p = profile();
  p.parameters = {};
  p.config["DEBUG_PAGEALLOC"] = "true";
  Machine m = machine();
  m.firmware_map.push_back({PhysAddr{4 * kGiB}, 4 * kGiB, E820Type::ram});
  // What the page allocator gets, the size of the zones, the page tables.
  const auto made = [&](const char* line) {
    Options options = test::default_options(MEMMAP_BUILD_DIR);
    options.command_line = line;
    const Outcome outcome = run(m, p, options);
    std::vector<std::uint64_t> out{outcome.totals.managed_pages};
    for (const NodeState& n : outcome.node_states) {
      for (const ZoneState& z : n.zones) out.push_back(z.zone.present_pages);
    }
    for (const paging::Mapping& mapping : outcome.page_tables.mappings) {
      out.push_back(mapping.page_size);
    }
    return out;
  };
  for (const auto& [line, alone] : kSame) EXPECT_EQ(made(line), made(alone)) << line;
  EXPECT_NE(made("nogbpages"), made("gbpages"));
  EXPECT_NE(made("movablecore=10%"), made("movablecore=256M"));
  EXPECT_NE(made("debug_pagealloc=on"), made(""));
  EXPECT_NE(made("log_buf_len=2M"), made("log_buf_len=1M"));
}

TEST(Boot, TakesWhatIsBuiltInAndAppended) {
  kernel::Profile p = profile();
  p.config["CMDLINE_BOOL"] = "true";
  p.config["CMDLINE"] = "mem=512M";
  Options options = test::default_options(MEMMAP_BUILD_DIR);
  options.command_line = "ro";
  options.append = "panic=1";
  EXPECT_EQ(run(machine(), p, options).subject.command_line, "mem=512M ro panic=1");
  EXPECT_LE(run(machine(), p, options).totals.memory, 512 * kMiB);
  p.config["CMDLINE_OVERRIDE"] = "true";
  EXPECT_EQ(run(machine(), p, options).subject.command_line, "mem=512M");
  Machine m = machine();
  m.command_line = "quiet";
  options = test::default_options(MEMMAP_BUILD_DIR);
  options.append = "ro";
  EXPECT_EQ(run(m, profile(), options).subject.command_line, "quiet ro");
}

TEST(Boot, KeepsMemblocksCallsOnlyIfAsked) {
  Options options = test::default_options(MEMMAP_BUILD_DIR);
  EXPECT_FALSE(run(machine(), profile(), options).memblock.log.empty());
  options.record_memblock = false;
  const Outcome bare = run(machine(), profile(), options);
  EXPECT_TRUE(bare.memblock.log.empty());
  EXPECT_FALSE(bare.memblock.owners.empty());
}

// NODE:SIZE, and what is wrong with one of them.
TEST(Boot, TakesHugePagesCmaByNode) {
  kernel::Profile p = profile();
  p.config["CMA"] = "true";
  Machine m = machine();
  m.firmware_map.push_back({PhysAddr{4 * kGiB}, 8 * kGiB, E820Type::ram});
  m.node_memory = {{PhysRange::make(0, 8 * kGiB), 0, false},
                   {PhysRange::make(8 * kGiB, 12 * kGiB), 1, false}};
  const auto taken = [&](const char* line) {
    Options options = test::default_options(MEMMAP_BUILD_DIR);
    options.command_line = line;
    const Outcome outcome = run(m, p, options);
    std::vector<std::pair<std::uint64_t, std::uint64_t>> out;
    for (const Owned& o : outcome.memblock.owners) {
      if (o.owner == "CMA: huge pages") out.emplace_back(raw(o.range.base()), o.range.size());
    }
    return std::pair(out, warnings(outcome));
  };
  using Ranges = std::vector<std::pair<std::uint64_t, std::uint64_t>>;
  const auto by_node = taken("hugetlb_cma=1:2G,0:1G");
  ASSERT_EQ(by_node.first.size(), 2u);
  EXPECT_EQ(by_node.first[0].second, kGiB);
  EXPECT_LT(by_node.first[0].first, 8 * kGiB);
  EXPECT_EQ(by_node.first[1].second, 2 * kGiB);
  EXPECT_GE(by_node.first[1].first, 8 * kGiB);
  EXPECT_TRUE(by_node.second.empty());
  const auto faulty = taken("hugetlb_cma=5:1G,0:512M");
  EXPECT_EQ(faulty.first, Ranges{});
  EXPECT_EQ(faulty.second,
            (std::vector<std::string>{"hugetlb_cma: cma area of node 0 should be at least 1024 MiB",
                                      "hugetlb_cma: invalid node 5 specified"}));
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

}  // namespace
}  // namespace memmap::boot
