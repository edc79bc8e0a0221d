// Whole boots of a small made-up machine: who asks memblock for how much, and when.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <ostream>
#include <string_view>

#include "boot/owner.h"
#include "made_up_boot.h"

namespace memmap::boot {
namespace {

struct RunCase {
  const char* name;
  const char* line;
  const char* owner;
  Sizes want;
};
void PrintTo(const RunCase& c, std::ostream* out) { *out << c.name; }

class Requests : public testing::TestWithParam<RunCase> {};

TEST_P(Requests, AreTheKernels) {
  const Outcome outcome = boot(GetParam().line);
  EXPECT_FALSE(outcome.panicked);
  EXPECT_EQ(asked(outcome, GetParam().owner), GetParam().want);
}

const RunCase kRunCases[] = {
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
    {"blacklisted_initcalls",
     "initcall_blacklist=a_init,,b initcall_blacklist initcall_blacklist=",
     "blacklisted initcalls",
     {24, 7, 24, 1, 24, 2, 24, 1}},
    {"stack_depot", "slab_debug=FU", "stack depot", {16 << 16}},
    {"stack_depot_of_one", "slab_debug=F;,dentry", "stack depot", {16 << 16}},
    {"no_stack_depot", "slab_debug=FZ", "stack depot", {}},
    {"stack_depot_old_name", "slub_debug=U", "stack depot", {16 << 16}},
    {"huge_pages_of_1G", "hugepagesz=1G hugepages=1", "huge pages", {1 << 30}},
    {"huge_pages_of_2M", "hugepages=1", "huge pages", {}},
    {"entry_area_tables", "nokaslr", "page tables of CPU entry areas", {4096, 4096, 4096}},
};
INSTANTIATE_TEST_SUITE_P(, Requests, testing::ValuesIn(kRunCases),
                         [](const auto& test) { return test.param.name; });

// What a parameter asks for in vain, in the kernel's words where it has any.
TEST(Boot, TellsOfParametersThatItCannotFollow) {
  struct Vain {
    const char* line;
    const char* words;  // nullptr: it is followed
  };
  constexpr Vain kVain[] = {
      {"reserve_mem=1M:4K:x", nullptr},
      {"reserve_mem=1M", "reserve_mem: empty or malformed parameter"},
      {"reserve_mem=1M:4K:sixteen_letters_", "reserve_mem: empty or malformed parameter"},
      {"reserve_mem=1M:4K:x reserve_mem=2M:4K:x", "reserve_mem: name \"x\" was already used"},
      {"reserve_mem=2G:4K:x", "reserve_mem: memblock allocation failed"},
      {"reserve_mem=4K::a reserve_mem=4K::b reserve_mem=4K::c reserve_mem=4K::d reserve_mem=4K::e "
       "reserve_mem=4K::f reserve_mem=4K::g reserve_mem=4K::h reserve_mem=4K::i",
       "reserve_mem: no more room for reserved memory"},
      {"kernelcore=100%", nullptr},
      {"kernelcore=150%",
       "WARNING: cmdline_parse_core(): more than 100 percent of memory: kernelcore=150%"},
      {"movablecore=101%",
       "WARNING: cmdline_parse_core(): more than 100 percent of memory: movablecore=101%"},
      {"kernelcore=mirror movablecore=150", nullptr},
  };
  using Texts = std::vector<std::string>;
  const auto told = [](const Outcome& outcome) {
    Texts out;
    for (const Event& e : outcome.events) {
      const bool about =
          e.rule.function == "reserve_mem" || e.rule.function == "cmdline_parse_core";
      if (about && e.severity == Severity::warning) out.push_back(e.text);
    }
    return out;
  };
  for (const Vain& v : kVain)
    EXPECT_EQ(told(boot(v.line, {7, 1, 0})), v.words ? Texts{v.words} : Texts{}) << v.line;
  // Before 7.1 the kernel says nothing, and the words are ours.
  for (const kernel::Version version : {kernel::Version{6, 12, 117}, kernel::Version{7, 0, 9}}) {
    EXPECT_EQ(told(boot("reserve_mem=1M", version)),
              Texts{"silently ignored, empty or malformed parameter: reserve_mem=1M"});
    EXPECT_EQ(told(boot("reserve_mem=1M:4K:x reserve_mem=2M:4K:x", version)),
              Texts{"silently ignored, name \"x\" was already used: reserve_mem=2M:4K:x"});
  }
  EXPECT_TRUE(std::ranges::none_of(boot("reserve_mem=x", {6, 1, 0}).events, [](const Event& e) {
    return e.rule.function == "reserve_mem";
  }));
}

TEST(Boot, TakesTheTablesThatTheRootTableAndTheFadtName) {
  const Outcome outcome = boot("");
  std::vector<PhysRange> tables;
  for (const MemblockLine& line : outcome.memblock_log.lines) {
    if (line.call.caller.owner.words() == "ACPI tables") tables.push_back(line.call.range);
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
  for (const memblock::Region& r : outcome.state.memblock.reserved().regions())
    reserved += r.range.size();
  std::uint64_t owned = 0;
  std::uint64_t per_cpu = 0;
  for (const Owned& o : outcome.owners) {
    owned += o.range.size();
    if (o.words == "per-CPU areas") per_cpu += o.range.size();
  }
  EXPECT_EQ(owned, reserved);
  EXPECT_EQ(per_cpu, 2 * 0x42000u);  // of 2 MiB that were taken: static, for modules, dynamic
}

// The panics of a machine with too little memory too: whose, and where it stands.
TEST(Boot, EventsFollowARuleThatStandsInAFile) {
  bool failed_to_allocate = false;
  for (std::uint64_t size = kMiB; size <= 4 * kMiB; size += 32 * kKiB) {
    Machine m = machine();
    m.firmware_map.back().size = size;
    for (const Event& e : boot("swiotlb=noforce", profile(), m).events) {
      EXPECT_FALSE(e.rule.function.empty() || e.rule.file.empty()) << e.text;
      failed_to_allocate |= e.text.find("Failed to allocate") != std::string::npos;
    }
  }
  EXPECT_TRUE(failed_to_allocate);
}

// Programs compare the owner, people read the words.
TEST(Boot, WhatIsReservedHasAnOwnerOfTheTable) {
  Machine m = machine();
  m.snb_graphics = true;
  const Outcome outcome = boot("crashkernel=64M", profile(), m);
  std::map<std::string_view, std::string_view> ids;
  for (const Owned& o : outcome.owners) {
    ASSERT_NE(o.owner, nullptr) << o.words;
    EXPECT_TRUE(o.words.starts_with(o.owner->words)) << o.words;
    ids[o.words] = o.owner->id;
  }
  EXPECT_EQ(ids["crash kernel"], owner::kCrashKernel.id);
  EXPECT_EQ(ids["data of node 0"], owner::kData.id);
  EXPECT_EQ(ids["struct pages of node 0"], owner::kStructPages.id);
  EXPECT_EQ(ids["trim_snb: Sandy Bridge's graphics cannot reach it"], owner::kPlugin.id);
}

TEST(Boot, AllocationsBelongToWhoAsked) {
  const Outcome outcome = boot("log_buf_len=1M crashkernel=64M");
  for (const Owned& o : outcome.owners) {
    EXPECT_FALSE(o.function.starts_with("memblock_")) << o.words << " by " << o.function;
  }
}

TEST(Boot, StructPagesHaveTheirNodesName) {
  EXPECT_EQ(asked(boot(""), "struct pages of node 0"), Sizes{8 * 0x200000});
}

TEST(Boot, KeepsMemblocksCallsOnlyIfAsked) {
  Options options = test::default_options();
  EXPECT_FALSE(run(machine(), profile(), options).memblock_log.lines.empty());
  options.record_memblock = false;
  const Outcome bare = run(machine(), profile(), options);
  EXPECT_TRUE(bare.memblock_log.lines.empty());
  EXPECT_TRUE(bare.memblock_log.early.empty());
  EXPECT_FALSE(bare.owners.empty());
}

// What a kernel does not log is kept too, and all of it can be put in order with the events.
TEST(Boot, KeepsTheOrderOfWhatHappens) {
  const Outcome outcome = boot("memmap=3K$0x5000400");
  const MemblockLog& log = outcome.memblock_log;
  ASSERT_FALSE(log.early.empty());
  EXPECT_EQ(log.early.front().step, "early_reserve_memory");
  EXPECT_EQ(log.early.front().call.caller.owner.words(), "kernel image");
  std::size_t told = 0;
  for (const auto* lines : {&log.early, &log.lines}) {
    for (const MemblockLine& line : *lines) {
      EXPECT_FALSE(line.step.empty());
      EXPECT_GE(line.events, told);
      told = line.events;
    }
  }
  EXPECT_LE(told, outcome.events_at_hand_over);
  EXPECT_LE(outcome.events_at_hand_over, outcome.events.size());
  // The parameter's bytes go before the partial pages around them do.
  std::map<std::string, std::size_t> lost;
  for (const Loss& loss : outcome.losses) lost[loss.function] = loss.told;
  ASSERT_TRUE(lost.contains("memblock_trim_memory"));
  EXPECT_LT(lost["parse_memmap_opt"], lost["memblock_trim_memory"]);
}

// The words are a fact of the version too: 4.14, 6.1 and 7.2 were read.
TEST(Boot, TellsOfAFullTableInThatKernelsWords) {
  std::string line = "memmap=4K$512M";
  for (int mib = 514; mib < 700; mib += 2) line += ",4K$" + std::to_string(mib) + "M";
  for (const auto& [version, words] :
       {std::pair(kernel::Version{4, 14, 0}, "e820: too many entries; ignoring [mem "),
        std::pair(kernel::Version{6, 1, 0}, "too many entries; ignoring [mem "),
        std::pair(kernel::Version{7, 2, 0}, "E820 table full; ignoring [mem ")}) {
    kernel::Profile few_places = profile(version);
    few_places.nodes_shift = 0;
    const Outcome outcome = boot(line, few_places, machine());
    EXPECT_TRUE(std::ranges::any_of(outcome.events, [begin = words](const Event& e) {
      return e.severity == Severity::warning && e.text.starts_with(begin);
    })) << words;
  }
}

TEST(Boot, VersionsDiffer) {
  // v6.1 looks for the crash kernel from 16 MiB on.
  for (const auto& [version, from] : {std::pair(kernel::Version{6, 1, 0}, 16 * kMiB),
                                      std::pair(kernel::Version{6, 12, 0}, std::uint64_t{0})}) {
    const Outcome outcome = boot("crashkernel=64M", version);
    bool found = false;
    for (const MemblockLine& line : outcome.memblock_log.lines) {
      if (line.call.kind != memblock::CallKind::alloc ||
          line.call.caller.owner.words() != "crash kernel")
        continue;
      found = true;
      EXPECT_EQ(raw(line.call.from), from);
    }
    EXPECT_TRUE(found);
  }
}

}  // namespace
}  // namespace memmap::boot
