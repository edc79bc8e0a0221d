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
    {"isolated_by_a_later_word", "isolcpus=domain,all 1", "CPU masks", {8, 8, 8, 8, 8}},
    {"isolated_by_no_word", "isolcpus=domain,all x=1", "CPU masks", {8, 8}},
    {"isolated_all_but_none_to_come", "isolcpus=0 maxcpus=0", "CPU masks", {8, 8, 8, 8}},
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
    if (o.owner == "pages out of reach of Sandy Bridge graphics") pages += o.range.size() >> 12;
  }
  EXPECT_EQ(pages, 5u);
}

TEST(Boot, KeepsKexecsKernelsAwayFromANewMpTable) {
  const Outcome outcome = boot("alloc_mptable");
  const E820Entries& kexec = outcome.e820.kexec;
  EXPECT_TRUE(std::ranges::any_of(
      kexec, [](const E820Entry& e) { return e.type == E820Type::reserved && e.size == 4096; }));
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
    Options options;
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
