// What the kernel makes of its page tables between the hand-over and the first process.
#include <gtest/gtest.h>

#include "made_up_boot.h"

namespace memmap::boot {
namespace {

constexpr std::uint64_t kText = 0xffffffff81000000;

// Code of 4 MiB, read-only data behind it, then data, init sections and the brk area.
kernel::Profile kernel_with_sections() {
  kernel::Profile p = profile();
  p.image = {.etext = 0x400800,
             .start_rodata = 0x600000,
             .end_rodata = 0x7c5000,
             .sdata = 0x800000,
             .edata = 0x900000,
             .bss_start = 0xa00000,
             .bss_stop = 0xe00000,
             .end_of_kernel_reserve = 0x1000000,
             .brk_base = 0x1000000,
             .end = 0x1030000};
  p.symbols = {{"__end_rodata_hpage_align", 0x800000},
               {"__init_begin", 0x900000},
               {"__init_end", 0x9f0000},
               {"idt_table", 0xa00000},
               {"__entry_text_start", 0x200000},
               {"__entry_text_end", 0x202000},
               {"__smp_locks", 0x9f0000},
               {"__smp_locks_end", 0x9f1000},
               {"init_top_pgt", 0x920000},
               {"__per_cpu_start", 0},
               {"__per_cpu_end", 0x39000},
               {"cpu_tss_rw", 0x5000}};
  return p;
}

Outcome gone_on(const std::string& line, const kernel::Profile& kernel,
                const Machine& m = machine()) {
  Options options = test::default_options();
  options.command_line = line;
  options.keep_user_space = true;
  return run(m, kernel, options);
}

const paging::Mapping& at(const paging::AddressSpace& tables, std::uint64_t virt) {
  const paging::Mapping* run = tables.find(VirtAddr{virt});
  static const paging::Mapping kNone{};
  return run == nullptr ? kNone : *run;
}

TEST(UserSpace, LeavesTheHandOverAsItIs) {
  const Outcome here = boot("", kernel_with_sections(), machine());
  const Outcome on = gone_on("", kernel_with_sections());
  EXPECT_FALSE(here.user_space.has_value());
  ASSERT_TRUE(on.user_space.has_value());
  EXPECT_EQ(on.state.page_tables.mappings(), here.state.page_tables.mappings());
  EXPECT_FALSE(on.state.user_page_tables.has_value());
}

TEST(UserSpace, NothingIsBothWritableAndExecutable) {
  const Outcome outcome = gone_on("", kernel_with_sections());
  for (const paging::Mapping& m : outcome.user_space->page_tables.mappings()) {
    EXPECT_TRUE((m.flags & paging::kWritable) == 0 || (m.flags & paging::kNoExecute) != 0)
        << std::hex << raw(m.virt);
  }
  EXPECT_EQ(at(outcome.state.page_tables, kText).flags & paging::kNoExecute, 0u);
}

TEST(UserSpace, PartsOfTheImageAreAsTheLinkerHasThem) {
  const Outcome outcome = gone_on("", kernel_with_sections());
  const paging::AddressSpace& tables = outcome.user_space->page_tables;
  struct Case {
    std::uint64_t offset;
    bool writable;
    bool executable;
  };
  const Case kCases[] = {
      {0x000000, false, true},   // code
      {0x400000, false, true},   // its last page
      {0x401000, true, false},   // the gap behind it is freed
      {0x600000, false, false},  // read-only data
      {0x7c4000, false, false},  // its last page
      {0x7c5000, true, false},   // freed
      {0x800000, true, false},   // data
      {0x900000, true, false},   // init sections, freed
      {0xa00000, false, false},  // the IDT
      {0xa01000, true, false},
  };
  for (const Case& c : kCases) {
    for (const std::uint64_t base : {kText, 0xffff888001000000}) {
      const std::uint32_t flags = at(tables, base + c.offset).flags;
      EXPECT_EQ((flags & paging::kWritable) != 0, c.writable) << std::hex << base + c.offset;
      EXPECT_EQ((flags & paging::kNoExecute) == 0, c.executable && base == kText)
          << std::hex << base + c.offset;
    }
  }
}

TEST(UserSpace, RodataOffLeavesTheImageWritable) {
  const Outcome outcome = gone_on("rodata=off", kernel_with_sections());
  EXPECT_NE(at(outcome.user_space->page_tables, kText).flags & paging::kWritable, 0u);
}

// The list of locks is kept where one processor comes up and others may come later.
TEST(UserSpace, LocksAreKeptToBePatchedBack) {
  struct Case {
    const char* line;
    unsigned possible;
    unsigned present;
    bool freed;
  };
  const Case kCases[] = {{"", 2, 2, true},           {"", 1, 1, true},
                         {"", 2, 1, false},          {"noreplace-smp", 2, 1, true},
                         {"maxcpus=1", 2, 2, false}, {"maxcpus=1 noreplace-smp", 2, 2, true},
                         {"maxcpus=2", 4, 4, true},  {"maxcpus=-1", 2, 2, true},
                         {"maxcpus=0", 2, 2, true},  // a second one is not possible
                         {"nosmp", 2, 2, true},      {"nosmp maxcpus=4", 2, 2, true},
                         {"nr_cpus=1", 2, 2, true}};
  for (const kernel::Version version : {kernel::Version{6, 12, 0}, kernel::Version{7, 2, 0}}) {
    kernel::Profile kernel = kernel_with_sections();
    kernel.version = version;
    for (const Case& c : kCases) {
      Machine m = machine();
      m.cpu.possible = c.possible;
      m.cpu.present = c.present;
      // Where nothing is made read-only the image may be executed, but for what is freed.
      const Outcome outcome = gone_on(std::string("rodata=off ") + c.line, kernel, m);
      const std::uint32_t flags = at(outcome.user_space->page_tables, kText + 0x9f0000).flags;
      EXPECT_EQ((flags & paging::kNoExecute) != 0, c.freed) << c.line << " " << c.present;
    }
  }
}

// Where the stacks lie is chance; how many tables they take is not.
TEST(UserSpace, StacksOfEspfixTakeTwoTables) {
  kernel::Profile kernel = kernel_with_sections();
  kernel.config["NR_CPUS"] = "8192";
  const auto levels = [&kernel](unsigned cpus) {
    Machine m = machine();
    m.cpu.possible = cpus;
    const Outcome outcome = gone_on("", kernel, m);
    std::vector<std::size_t> out;
    for (const unsigned level : {3u, 2u, 1u}) {
      const auto& tables = outcome.user_space->page_tables.tables(level);
      out.push_back(static_cast<std::size_t>(std::distance(
          tables.from(paging::kEspfix), tables.from(VirtAddr{raw(paging::kEspfix) + 512 * kGiB}))));
    }
    return out;
  };
  EXPECT_EQ(levels(1), (std::vector<std::size_t>{1, 1, 1}));
  EXPECT_EQ(levels(1024), (std::vector<std::size_t>{1, 1, 1}));
  EXPECT_EQ(levels(1025), (std::vector<std::size_t>{1, 2, 2}));
}

TEST(UserSpace, WhatTheProfileLacksIsSaid) {
  const Outcome outcome = gone_on("", profile());
  std::vector<std::string_view> told;
  for (const Event& e : outcome.events) {
    if (e.text.starts_with("not simulated, since the kernel's profile lacks the symbols: "))
      told.emplace_back(e.rule.function);
  }
  EXPECT_EQ(told, (std::vector<std::string_view>{"idt_setup_apic_and_irq_gates",
                                                 "alternative_instructions", "free_initmem",
                                                 "mark_rodata_ro"}));
}

TEST(UserSpace, IsolationHidesTheKernelFromUserMode) {
  Machine m = machine();
  m.cpu.meltdown = true;
  m.cpu.pcid = true;
  const Outcome outcome = gone_on("", kernel_with_sections(), m);
  ASSERT_TRUE(outcome.user_space && outcome.user_space->user_page_tables);
  const paging::AddressSpace& kernel = outcome.user_space->page_tables;
  const paging::AddressSpace& user = *outcome.user_space->user_page_tables;
  // Entry code in its page of 2 MiB, global in both; nothing else of the image.
  EXPECT_EQ(at(user, kText + 0x200000).flags, at(kernel, kText + 0x200000).flags);
  EXPECT_NE(at(user, kText + 0x200000).flags & paging::kGlobal, 0u);
  EXPECT_EQ(user.find(VirtAddr{kText}), nullptr);
  EXPECT_EQ(at(kernel, kText).flags & paging::kGlobal, 0u);
  EXPECT_EQ(user.find(VirtAddr{0xffff888000100000}), nullptr);
  // A page of each processor's task state.
  std::size_t in_direct_map = 0;
  for (const paging::Mapping& r : user.mappings())
    in_direct_map += raw(r.virt) < 0xffffc90000000000 ? r.pages : 0;
  EXPECT_EQ(in_direct_map, 2u);
  // The root is the page behind the kernel's.
  EXPECT_EQ(user.table(4, VirtAddr{0})->phys, PhysAddr{0x1921000});
  EXPECT_EQ(kernel.table(4, VirtAddr{0})->phys, PhysAddr{0x1920000});
  // CPU entry areas share their tables.
  for (const auto& [virt, table] : user.tables(3)) {
    if (virt != paging::kCpuEntryAreas) continue;
    EXPECT_EQ(table, *kernel.table(3, virt));
  }
}

TEST(UserSpace, WithoutPcidsAllCodeIsInUserMode) {
  Machine m = machine();
  m.cpu.meltdown = true;
  m.cpu.pcid = false;
  const Outcome outcome = gone_on("", kernel_with_sections(), m);
  const paging::AddressSpace& user = *outcome.user_space->user_page_tables;
  EXPECT_NE(user.find(VirtAddr{kText}), nullptr);
  EXPECT_EQ(user.find(VirtAddr{kText + 0x800000}), nullptr);
  const Outcome forced = gone_on("pti=on", kernel_with_sections(), m);
  EXPECT_EQ(forced.user_space->user_page_tables->find(VirtAddr{kText}), nullptr);
}

// The first page of KFENCE's pool and every second one, in pages of 4 KiB all of them.
TEST(UserSpace, NobodyMayTouchPagesBetweenKfencesObjects) {
  kernel::Profile kernel = kernel_with_sections();
  kernel.config["KFENCE"] = "true";
  const Outcome without = gone_on("", kernel);
  const Outcome o = gone_on("kfence.sample_interval=100", kernel);
  ASSERT_TRUE(o.state.kfence_pool.has_value());
  EXPECT_EQ(o.state.kfence_pool->size(), 2 * kMiB);
  const std::uint64_t pool = raw(paging::kPageOffset4) + raw(o.state.kfence_pool->base());
  const paging::AddressSpace& tables = o.user_space->page_tables;
  for (const std::uint64_t page : {0u, 1u, 3u, 511u})
    EXPECT_EQ(tables.find(VirtAddr{pool + page * kPageSize}), nullptr) << page;
  for (const std::uint64_t page : {2u, 4u, 510u})
    EXPECT_EQ(at(tables, pool + page * kPageSize).page_size, kPageSize) << page;
  EXPECT_NE(o.state.page_tables.find(VirtAddr{pool}), nullptr);  // at the hand-over
  const std::uint64_t pages = raw(o.state.kfence_pool->base()) % paging::kSize2M == 0 ? 1 : 2;
  EXPECT_EQ(o.state.direct_pages.of(1), without.state.direct_pages.of(1) + pages * 512);
  EXPECT_EQ(o.state.direct_pages.of(2), without.state.direct_pages.of(2) - pages);
}

TEST(UserSpace, ANodeOfProcessorsAloneIsOnlineIfOneIsPossible) {
  Machine m = machine();
  m.cpu.present = 2;
  m.cpu_nodes = {0, 1};
  m.node_memory = {{PhysRange::make(0, kGiB), 0}};
  m.acpi_tables.push_back({"SRAT", PhysRange::make(0x3f003000, 0x3f003100)});
  EXPECT_EQ(gone_on("", kernel_with_sections(), m).state.online_nodes, (std::vector<int>{0, 1}));
  EXPECT_EQ(gone_on("nosmp", kernel_with_sections(), m).state.online_nodes, (std::vector<int>{0}));
  EXPECT_EQ(gone_on("maxcpus=1", kernel_with_sections(), m).state.online_nodes,
            (std::vector<int>{0, 1}));
  EXPECT_EQ(gone_on("nr_cpus=1", kernel_with_sections(), m).state.online_nodes,
            (std::vector<int>{0}));
  EXPECT_EQ(gone_on("numa=off", kernel_with_sections(), m).state.online_nodes,
            (std::vector<int>{0}));
}

}  // namespace
}  // namespace memmap::boot
