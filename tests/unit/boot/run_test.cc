// Whole boots of a small made-up machine: who asks memblock for how much, and when.
#include "boot/run.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
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

Outcome boot(const std::string& line, const kernel::Profile& kernel, const Machine& m) {
  Options options;
  options.command_line = line;
  return run(m, kernel, options);
}

Outcome boot(const std::string& line, kernel::Version version = {6, 12, 0},
             const Machine& m = machine()) {
  return boot(line, profile(version), m);
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

std::uint64_t owned(const Outcome& outcome, std::string_view owner) {
  std::uint64_t size = 0;
  for (const Owned& o : outcome.memblock.owners) {
    if (o.owner == owner) size += o.range.size();
  }
  return size;
}

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
