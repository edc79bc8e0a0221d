// What kernels since 6.13 do otherwise, each difference by itself.
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <ostream>
#include <utility>

#include "made_up_boot.h"

namespace memmap::boot {
namespace {

using kernel::Version;

constexpr Version k612{6, 12, 0};
constexpr Version k613{6, 13, 0};
constexpr Version k614{6, 14, 0};
constexpr Version k615{6, 15, 0};
constexpr Version k616{6, 16, 0};
constexpr Version k617{6, 17, 0};
constexpr Version k619{6, 19, 0};
constexpr Version k70{7, 0, 0};
constexpr Version k71{7, 1, 0};
constexpr Version k72{7, 2, 0};
constexpr Version k73{7, 3, 0};

kernel::Profile with(Version version, std::initializer_list<const char*> options) {
  kernel::Profile p = profile(version);
  for (const char* option : options) p.config[option] = "true";
  return p;
}

// Memblock's first call for an owner.
std::optional<memblock::Call> first(const Outcome& outcome, std::string_view owner) {
  for (const MemblockLine& line : outcome.memblock_log.lines) {
    if (!line.dump && line.call.caller.owner.words() == owner) return line.call;
  }
  return std::nullopt;
}

// Which of its calls that is.
std::size_t place(const Outcome& outcome, std::string_view owner) {
  const auto& lines = outcome.memblock_log.lines;
  const auto found = std::ranges::find_if(lines, [&](const MemblockLine& line) {
    return !line.dump && line.call.caller.owner.words() == owner;
  });
  EXPECT_NE(found, lines.end()) << owner;
  return static_cast<std::size_t>(found - lines.begin());
}

bool tells(const Outcome& outcome, std::string_view text) {
  return std::ranges::any_of(outcome.events, [&](const Event& e) { return e.text == text; });
}

constexpr const char* kSections = "array of memory sections";
constexpr const char* kStructPages = "struct pages of node 0";

TEST(NewerKernels, TakeStructPagesBlockByBlockSince72) {
  const Outcome before = boot("", k71);
  const Outcome later = boot("", k72);
  EXPECT_EQ(asked(before, kStructPages), (Sizes{16 * kMiB}));
  EXPECT_EQ(asked(later, kStructPages), Sizes(8, 2 * kMiB));
  EXPECT_EQ(first(before, kStructPages)->operation, "memblock_alloc_exact_nid_raw");
  EXPECT_EQ(first(later, kStructPages)->operation, "memblock_alloc_try_nid_raw");
}

TEST(NewerKernels, DoNotTraceStructPagesSince614) {
  EXPECT_EQ(first(boot("", k613), kStructPages)->max_addr, memblock::kAllocAccessible);
  EXPECT_EQ(first(boot("", k614), kStructPages)->max_addr, memblock::kAllocNoleaktrace);
}

TEST(NewerKernels, TakeUsageMapsAnywhereSince71) {
  constexpr const char* kUsage = "usage maps of sections";
  EXPECT_NE(first(boot("", with(k70, {"MEMORY_HOTREMOVE"}), machine()), kUsage)->from, PhysAddr{});
  EXPECT_EQ(first(boot("", with(k71, {"MEMORY_HOTREMOVE"}), machine()), kUsage)->from, PhysAddr{});
}

TEST(NewerKernels, SetUpSectionsBehindSetupArchSince70) {
  constexpr const char* kLast = "resources of the memory map";
  const Outcome before = boot("", k619);
  const Outcome later = boot("", k70);
  EXPECT_LT(place(before, kSections), place(before, kLast));
  EXPECT_GT(place(later, kSections), place(later, kLast));
}

// A large machine's hash tables are sized by what is free then.
TEST(NewerKernels, CountPagesAheadOfHugePagesSince73) {
  const auto entries = [](Version version) {
    return asked(boot("hugepagesz=1G hugepages=6", version, large()), "dentry hash table");
  };
  EXPECT_LT(entries(k72).front(), entries(k73).front());
  EXPECT_EQ(entries(k72), entries(k615));
}

TEST(NewerKernels, TakeGiganticPagesAheadOfSectionsSince615) {
  const kernel::Profile before = with(k614, {"HUGETLB_PAGE"});
  const kernel::Profile later = with(k615, {"HUGETLB_PAGE"});
  const char* line = "hugepagesz=1G hugepages=2";
  const Outcome old = boot(line, before, large());
  const Outcome now = boot(line, later, large());
  EXPECT_GT(place(old, "huge pages"), place(old, kSections));
  EXPECT_LT(place(now, "huge pages"), place(now, kSections));
  for (const Outcome* o : {&old, &now}) {
    EXPECT_EQ(asked(*o, "huge pages"), (Sizes{kGiB, kGiB}));
    ASSERT_EQ(o->state.huge_page_sizes.size(), 2u);
    EXPECT_EQ(o->state.huge_page_sizes.back().pages, 2u);
  }
}

TEST(NewerKernels, TakeAGiganticPageOfItsNodeAloneSince614) {
  const char* line = "hugepagesz=1G hugepages=0:1";
  EXPECT_EQ(first(boot(line, k613, large()), "huge pages")->operation,
            "memblock_alloc_try_nid_raw");
  EXPECT_EQ(first(boot(line, k614, large()), "huge pages")->operation,
            "memblock_alloc_exact_nid_raw");
}

TEST(NewerKernels, HaveAnAllocatorForGiganticPagesSince73) {
  const kernel::Profile kernel = with(k73, {"HUGETLB_PAGE"});
  const auto call = first(boot("hugepagesz=1G hugepages=1", kernel, large()), "huge pages");
  ASSERT_TRUE(call);
  EXPECT_EQ(call->operation, "memblock_alloc_hugetlb");
  EXPECT_FALSE(call->exact_nid);
}

// What `hugetlb_cma=` of a text comes to, in GiB.
std::uint64_t cma(const char* text, Version version) {
  const kernel::Profile kernel = with(version, {"HUGETLB_PAGE", "CMA"});
  const std::string line = std::string("hugetlb_cma=") + text;
  return owned(boot(line, kernel, large()), "CMA: huge pages of node 0") / kGiB +
         owned(boot(line, kernel, large()), "CMA: huge pages") / kGiB;
}

TEST(NewerKernels, RefusePartsOfGiganticPagesSince72) {
  EXPECT_EQ(cma("1536M", k71), 2u);
  EXPECT_EQ(cma("1536M", k72), 0u);
  EXPECT_EQ(cma("2G", k72), 2u);
}

TEST(NewerKernels, TakePercentagesSince73) {
  EXPECT_EQ(cma("50%", k72), 0u);
  EXPECT_EQ(cma("50%", k73), 4u);  // of 9 GiB
  EXPECT_EQ(cma("0:25%", k73), 2u);
  EXPECT_EQ(cma("120%", k73), 0u);
}

TEST(NewerKernels, TellHowManyRangesAnAreaHasSince615) {
  const auto options = {"HUGETLB_PAGE", "CMA"};
  EXPECT_TRUE(tells(boot("hugetlb_cma=1G", with(k614, options), large()),
                    "cma: Reserved 1024 MiB at 0x0000000100000000 on node 0"));
  EXPECT_TRUE(tells(boot("hugetlb_cma=1G", with(k615, options), large()),
                    "cma: Reserved 1024 MiB in 1 range"));
}

TEST(NewerKernels, TakeTheBounceBufferAheadOfKfenceSince615) {
  const char* line = "swiotlb=force kfence.sample_interval=100";
  const Outcome before = boot(line, with(k614, {"KFENCE"}), machine());
  const Outcome later = boot(line, with(k615, {"KFENCE"}), machine());
  EXPECT_GT(place(before, "software IO TLB"), place(before, "KFENCE"));
  EXPECT_LT(place(later, "software IO TLB"), place(later, "KFENCE"));
}

// 6.16.12 and 6.19.8 took a mask for each of the two, 7.0.13 one more.
TEST(NewerKernels, KeepOtherMasksOfIsolatedProcessors) {
  const auto masks = [](const char* line, Version version) {
    return asked(boot(line, version), "CPU masks").size();
  };
  EXPECT_EQ(masks("nohz_full=1", k613), masks("nohz_full=1", k614) + 5);
  EXPECT_EQ(masks("isolcpus=1", k619), masks("isolcpus=1", k612));
  EXPECT_EQ(masks("isolcpus=1", k70), masks("isolcpus=1", k619) + 1);
  EXPECT_EQ(masks("isolcpus=nohz,1", k70), masks("isolcpus=nohz,1", k619));
}

TEST(NewerKernels, NameTheFunctionThatPanicsSince614) {
  EXPECT_NE(first(boot("", k613), kSections)->caller.function, "__memblock_alloc_or_panic");
  EXPECT_EQ(first(boot("", k614), kSections)->caller.function, "__memblock_alloc_or_panic");
}

TEST(NewerKernels, MarkTheFirstMibUntilTheTrampolineIsPlaced) {
  const Outcome o = boot("", k616);
  const auto dump = std::ranges::find_if(o.memblock_log.lines,
                                         [](const MemblockLine& l) { return l.dump.has_value(); });
  ASSERT_NE(dump, o.memblock_log.lines.end());
  EXPECT_EQ(dump->dump->memory.front().flags, memblock::kKhoScratch);
  EXPECT_EQ(o.state.memblock.memory().regions().front().flags, memblock::kNone);
}

TEST(NewerKernels, NameTypesAsResourcesSince70) {
  const Outcome before = boot("memmap=16M%512M-1+12", k619);
  const Outcome later = boot("memmap=16M%512M-1+12", k70);
  const std::string edit = "e820: update [mem 0x20000000-0x20ffffff] ";
  EXPECT_TRUE(tells(before, edit + "usable ==> persistent (type 12)"));
  EXPECT_TRUE(tells(later, edit + "System RAM ==> persistent RAM (type 12)"));
  const auto gaps = [](const Outcome& o) {
    return std::ranges::count_if(o.events,
                                 [](const Event& e) { return e.text.starts_with("user: [gap "); });
  };
  EXPECT_EQ(gaps(before), 0);
  EXPECT_GT(gaps(later), 0);
}

TEST(NewerKernels, TellThatHandoverIsNotSimulated) {
  const auto said = [](const char* line, const kernel::Profile& kernel) {
    const Outcome o = boot(line, kernel, machine());
    return std::ranges::any_of(o.subject.notes, [](const std::string& note) {
      return note.find("not simulated: KHO") != std::string::npos;
    });
  };
  EXPECT_TRUE(said("kho=on", with(k72, {"KEXEC_HANDOVER"})));
  EXPECT_FALSE(said("", with(k72, {"KEXEC_HANDOVER"})));
  EXPECT_FALSE(said("kho=on", with(k72, {"KEXEC_CORE"})));
  EXPECT_TRUE(said("", with(k72, {"KEXEC_HANDOVER", "KEXEC_HANDOVER_ENABLE_DEFAULT"})));
}

TEST(NewerKernels, TellWhereTheTrampolineFindsNoRoom) {
  Machine m = machine();
  m.firmware_map.erase(m.firmware_map.begin());
  EXPECT_TRUE(tells(boot("", k619, m), "No sub-1M memory is available for the trampoline"));
  EXPECT_TRUE(
      tells(boot("", k70, m), "No memory below 0x0000000000100000 for the real-mode trampoline"));
}

TEST(NewerKernels, ShareAnAreaWithTheCrashKernelSince617) {
  const char* line = "crashkernel=64M crashkernel=100M,cma";
  const auto options = {"CRASH_RESERVE", "CMA"};
  const Outcome o = boot(line, with(k617, options), machine());
  EXPECT_EQ(owned(o, "CMA: crash kernel"), 100 * kMiB);
  EXPECT_EQ(owned(o, "crash kernel"), 64 * kMiB);
  EXPECT_TRUE(tells(o, "crashkernel CMA reserved: 100 MB in 1 ranges"));
  EXPECT_EQ(owned(boot(line, with(k616, options), machine()), "CMA: crash kernel"), 0u);
  EXPECT_TRUE(tells(boot(line, with(k617, {"CRASH_RESERVE"}), machine()),
                    "crashkernel CMA reservation not supported"));
}

// Of 1500 MiB not even half are free in one piece, nor a quarter beside that.
TEST(NewerKernels, HalveTheCrashKernelsAreaUntilItFits) {
  const Outcome o = boot("crashkernel=64M crashkernel=1500M,cma",
                         with(k617, {"CRASH_RESERVE", "CMA"}), machine());
  EXPECT_GT(owned(o, "CMA: crash kernel"), 700 * kMiB);
  EXPECT_LT(owned(o, "CMA: crash kernel"), kGiB);
}

TEST(NewerKernels, TakeNodesAreasLastSince72) {
  const char* line = "cma=16M numa_cma=0:32M cma_pernuma=8M";
  const auto options = {"CMA", "DMA_CMA", "DMA_NUMA_CMA"};
  const Outcome before = boot(line, with(k71, options), machine());
  const Outcome later = boot(line, with(k72, options), machine());
  EXPECT_EQ(owned(before, "CMA: DMA buffers of node 0"), 40 * kMiB);
  EXPECT_GT(place(before, "CMA: DMA buffers"), place(before, "CMA: DMA buffers of node 0"));
  EXPECT_EQ(owned(later, "CMA: DMA buffers of node 0"), 32 * kMiB);
  EXPECT_LT(place(later, "CMA: DMA buffers"), place(later, "CMA: DMA buffers of node 0"));
}

// As 6.12, 6.18 and 7.2 do under QEMU, on a processor with Meltdown.
TEST(NewerKernels, TakeVectorsOfMitigationsSince617) {
  struct Row {
    const char* line;
    bool before;
    bool since;
  };
  constexpr Row kRows[] = {
      {"mitigations=off", false, false},
      {"mitigations=off,foo", true, false},
      {"mitigations=auto,no_user_kernel", true, false},
      {"mitigations=auto,foo,no_user_kernel", true, true},
      {"mitigations=auto,nosmt,no_guest_host,no_user_kernel", true, false},
      {"mitigations=off mitigations=auto", true, false},
      {"pti=on mitigations=off", false, true},
      {"mitigations=auto,nosmt", true, true},
      {"mitigations=foo", true, true},
  };
  Machine m = machine();
  m.cpu.meltdown = true;
  for (const Row& row : kRows) {
    for (const auto& [version, pti] :
         {std::pair{Version{6, 16, 0}, row.before}, std::pair{Version{6, 17, 0}, row.since}}) {
      kernel::Profile p = profile(version);
      p.config["MITIGATION_PAGE_TABLE_ISOLATION"] = "true";
      Options options;
      options.command_line = row.line;
      EXPECT_EQ(Inputs(m, p, options).features.pti, pti)
          << row.line << " " << kernel::to_string(version);
    }
  }
}

// As 6.12 and 7.2 do under QEMU.
TEST(NewerKernels, TakeHashEntriesThatAreNumbersAlone) {
  const auto entries = [](const std::string& line, Version version) {
    const Sizes sizes = asked(boot(line, version, large()), "dentry hash table");
    return sizes.empty() ? 0 : sizes[0] / 8;
  };
  EXPECT_EQ(entries("dhash_entries=+77", k72), 128u);
  EXPECT_EQ(entries("dhash_entries=1M", k72), entries("", k72));
  EXPECT_EQ(entries("dhash_entries=64 dhash_entries=1M", k72), 64u);
  EXPECT_NE(entries("dhash_entries=1M", {6, 12, 0}), entries("", {6, 12, 0}));
}

// kernel: defer_init(), mm/mm_init.c, v6.12
TEST(NewerKernels, DeferNoStructPageWithEarlyPageExtSince61) {
  const auto handed_over = [](const std::string& line, Version version, bool has_it = true) {
    kernel::Profile p = profile(version);
    p.deferred_struct_page_init = true;
    p.config["PAGE_EXTENSION"] = has_it ? "true" : "false";
    return boot(line, p, large()).totals.managed_pages;
  };
  const std::uint64_t deferred = handed_over("", k72);
  EXPECT_GT(handed_over("early_page_ext", k72), deferred);
  EXPECT_EQ(handed_over("early_page_ext", k72, false), deferred);
  EXPECT_EQ(handed_over("early_page_ext", Version{6, 0, 0}), handed_over("", Version{6, 0, 0}));
  EXPECT_GT(handed_over("early_page_ext", Version{6, 1, 0}), handed_over("", Version{6, 1, 0}));
}

// Each of two nodes has one as large as that of all, unless its size is asked for.
TEST(NewerKernels, GiveNodesAreasOfTheirOwnSince72) {
  Machine m = machine();
  const std::uint64_t half = kGiB / 2;
  m.node_memory = {{.range = PhysRange::make(0, half), .nid = 0},
                   {.range = PhysRange::make(half, 2 * kGiB), .nid = 1}};
  const auto options = {"CMA", "DMA_CMA", "DMA_NUMA_CMA", "CMA_SIZE_PERNUMA"};
  const Outcome o = boot("cma=16M", with(k72, options), m);
  EXPECT_EQ(owned(o, "CMA: DMA buffers of node 0"), 16 * kMiB);
  EXPECT_EQ(owned(o, "CMA: DMA buffers of node 1"), 16 * kMiB);
  EXPECT_EQ(
      owned(boot("cma=16M numa_cma=1:8M", with(k72, options), m), "CMA: DMA buffers of node 0"),
      0u);
  EXPECT_EQ(owned(boot("cma=16M", with(k72, options), machine()), "CMA: DMA buffers of node 0"),
            0u);
}

TEST(NewerKernels, StackDepotHasAListOfPoolsSince618) {
  const auto sizes = [](const std::string& more, Version version) {
    return asked(boot("slab_debug=U " + more, version), "stack depot");
  };
  const Sizes table = sizes("", k617);
  ASSERT_EQ(table.size(), 1u);
  const std::pair<const char*, std::uint64_t> kAsked[] = {
      {"", 8192},
      {"stack_depot_max_pools=2000", 2000},
      {"stack_depot_max_pools=0x400 stack_depot_max_pools=1023", 1024},
      {"stack_depot_max_pools=131071", 131071},
      {"stack_depot_max_pools=131072", 8192},
      {"stack_depot_max_pools=many", 8192}};
  for (const auto& [line, pools] : kAsked)
    EXPECT_EQ(sizes(line, {6, 18, 0}), (Sizes{table[0], pools * 8})) << line;
  EXPECT_EQ(sizes("stack_depot_disable=1", k72), Sizes{});
}

std::vector<int> online(const Outcome& outcome) { return outcome.state.nodes.online; }

// RAM in a window that the SRAT lacks: the window's node had it, until it got no block.
TEST(NewerKernels, KeepCxlWindowsReserved) {
  Machine m = machine();
  const std::uint64_t half = kGiB / 2;
  m.node_memory = {{.range = PhysRange::make(0, half), .nid = 0},
                   {.range = PhysRange::make(4 * kGiB, 5 * kGiB), .nid = 1}};
  m.cxl_windows = {PhysRange::make(half, 2 * kGiB)};
  const auto possible = [](const Outcome& o) { return o.state.possible_nodes; };
  const Outcome before = boot("", Version{6, 15, 0}, m);
  EXPECT_EQ(online(before), (std::vector<int>{0, 2}));
  // Without it half of the RAM has no node, and there is one node in the end.
  const Outcome later = boot("", Version{6, 16, 0}, m);
  EXPECT_TRUE(tells(later, "NUMA: no nodes coverage for 512MB of 1023MB RAM"));
  EXPECT_EQ(online(later), std::vector<int>{0});
  m.node_memory[0].range = PhysRange::make(0, kGiB);
  m.cxl_windows = {PhysRange::make(8 * kGiB, 9 * kGiB)};
  EXPECT_EQ(possible(boot("", Version{6, 15, 0}, m)), (std::vector<int>{0, 1, 2}));
  EXPECT_EQ(possible(boot("", k72, m)), (std::vector<int>{0, 1, 2}));
  kernel::Profile without = profile(k72);
  without.config.insert_or_assign("CXL_ACPI", "false");
  EXPECT_EQ(possible(boot("", without, m)), (std::vector<int>{0, 1}));
  without.version = {7, 0, 0};
  EXPECT_EQ(possible(boot("", without, m)), (std::vector<int>{0, 1, 2}));
}

// They are read behind the SLIT: its table has no row for their nodes. Nor is memory in them memory that may be plugged in.
TEST(NewerKernels, ReadCxlWindowsLast) {
  Machine m = machine();
  m.node_memory = {{.range = PhysRange::make(0, kGiB / 2), .nid = 0},
                   {.range = PhysRange::make(kGiB / 2, kGiB), .nid = 1, .hotpluggable = true}};
  m.cxl_windows = {PhysRange::make(8 * kGiB, 9 * kGiB)};
  m.acpi_tables.push_back({"SLIT", PhysRange::make(0x3f004000, 0x3f004030)});
  for (const Version v : {Version{6, 12, 0}, k72}) {
    const Outcome o = boot("", v, m);
    EXPECT_EQ(asked(o, "distances between nodes"), (Sizes{4}));
    EXPECT_EQ(o.state.possible_nodes, (std::vector<int>{0, 1, 2}));
    EXPECT_EQ(o.state.firmware_memory_end, PhysAddr{kGiB});
  }
}

// kernel: init_mount_tree(), fs/namespace.c
TEST(NewerKernels, StopWithoutARootFileSystem) {
  kernel::Profile p = profile({6, 18, 0});
  const auto panics = [&](const char* line) { return boot(line, p, machine()).panicked; };
  EXPECT_FALSE(panics("initramfs_options=size=20MB"));  // it is none that this kernel knows
  p.parameters.setup.emplace_back("initramfs_options=");
  const Outcome outcome = boot("initramfs_options=size=20MB", p, machine());
  EXPECT_TRUE(outcome.panicked);
  EXPECT_TRUE(outcome.state.handed_over);
  EXPECT_EQ(outcome.events.back().text, "Kernel panic - not syncing: Can't create rootfs");
  EXPECT_FALSE(panics("initramfs_options=size=20M"));
  EXPECT_FALSE(panics("root=/dev/sda1 initramfs_options=size=20MB"));
}

// Sizes and counts, right or wrong; the sixth is refused.
TEST(NewerKernels, KeepFiveWordsOfHugePages) {
  const std::string five = "hugepagesz=3M hugepages=1 hugepagesz=2M hugepages=5 hugepagesz=1G";
  const Outcome outcome = boot(five + " hugepages=2", k72, large());
  EXPECT_EQ(asked(outcome, "huge pages"), Sizes{});
  EXPECT_TRUE(tells(outcome, "Malformed early option 'hugepages'"));
  EXPECT_EQ(asked(boot(five + " hugepages=2", k612, large()), "huge pages"),
            (Sizes{1 << 30, 1 << 30}));
}

}  // namespace
}  // namespace memmap::boot
