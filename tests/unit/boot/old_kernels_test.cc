// What kernels before 6.1 did otherwise, each difference by itself. The numbers are what 5.4.30 and
// 5.10.223 logged in such boots.
#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>

#include "machine/efi.h"
#include "made_up_boot.h"

namespace memmap::boot {
namespace {

using kernel::Version;

struct OldKernelsCase {
  const char* name;
  Version version;
  const char* line;
  const char* owner;
  Sizes want;
};
void PrintTo(const OldKernelsCase& c, std::ostream* out) { *out << c.name; }

class OldRequests : public testing::TestWithParam<OldKernelsCase> {};

TEST_P(OldRequests, AreThatKernels) {
  const OldKernelsCase& c = GetParam();
  const Outcome outcome = boot(c.line, c.version);
  EXPECT_FALSE(outcome.panicked);
  EXPECT_EQ(asked(outcome, c.owner), c.want);
}

constexpr Version k54{5, 4, 30};
constexpr Version k510{5, 10, 223};
constexpr Version k515{5, 15, 0};

const OldKernelsCase kOldKernelsCases[] = {
    {"command_line_three_times", k54, "quiet", "command line", {6, 6, 6}},
    {"command_line_twice", k510, "quiet", "command line", {6, 6}},
    {"unknown_words_are_not_listed", k510, "quiet", "unknown parameters", {}},
    {"log_is_text_alone", k54, "log_buf_len=1M", "log buffer", {1 << 20}},
    {"log_has_records", k510, "log_buf_len=1M", "log buffer", {1 << 20, 24 << 15, 88 << 15}},
    {"bounce_slots_in_two_arrays",
     k54,
     "swiotlb=force",
     "software IO TLB",
     {64 << 20, 4 << 15, 8 << 15}},
    {"bounce_slots_in_one_array", k515, "swiotlb=force", "software IO TLB", {64 << 20, 24 << 15}},
    {"no_bounce_areas", k515, "swiotlb=1024,force", "software IO TLB", {1024 << 11, 24 << 10}},
    {"trampoline_is_not_logged", k54, "", "real mode trampoline", {}},
    {"trampoline_is_logged", k515, "", "real mode trampoline", {0x7000}},
    {"no_kfence", k510, "kfence.sample_interval=100", "KFENCE", {}},
};
INSTANTIATE_TEST_SUITE_P(, OldRequests, testing::ValuesIn(kOldKernelsCases),
                         [](const auto& test) { return test.param.name; });

// Who reserved, in order, from parse_early_param() up to the direct map.
std::vector<std::string> reservers(const Outcome& outcome) {
  std::vector<std::string> out;
  for (const MemblockLine& line : outcome.memblock_log.lines) {
    if (line.dump || line.call.kind != memblock::CallKind::reserve) continue;
    if (line.call.caller.function == "memblock_alloc_range_nid") break;
    out.emplace_back(line.call.caller.owner.words());
  }
  return out;
}

TEST(OldBoot, ReservesInBetween) {
  Machine m = machine();
  m.setup_data = {{PhysAddr{0x10000000}, 2, 0x100}};
  const std::vector<std::string> start = {"setup_data", "brk area", "BIOS area",
                                          "real mode trampoline", "low memory"};
  for (const Version version : {k54, k510}) {
    auto got = reservers(boot("", version, m));
    ASSERT_GE(got.size(), start.size());
    got.resize(start.size());
    EXPECT_EQ(got, start) << kernel::to_string(version);
  }
}

bool is_reserved(const Outcome& outcome, std::uint64_t address) {
  for (const memblock::Region& r : outcome.state.memblock.reserved().regions()) {
    if (r.range.contains(PhysAddr{address})) return true;
  }
  return false;
}

// reservelow=, and the first MiB with a crash kernel.
TEST(OldBoot, KeepsLowMemory) {
  EXPECT_TRUE(is_reserved(boot("", k54), 0xffff));
  EXPECT_FALSE(is_reserved(boot("", k54), 0x10000));
  EXPECT_FALSE(is_reserved(boot("reservelow=4K", k54), 0x1000));
  EXPECT_TRUE(is_reserved(boot("reservelow=128K", k54), 0x1ffff));
  EXPECT_TRUE(is_reserved(boot("reservelow=64M", k54), 0x9efff));
  EXPECT_FALSE(is_reserved(boot("crashkernel=64M", k54), 0x10000));
  EXPECT_TRUE(is_reserved(boot("crashkernel=64M", k510), 0x10000));
  EXPECT_TRUE(is_reserved(boot("", {5, 13, 0}), 0x10000));
}

TEST(OldBoot, WatchesLowMemoryForTheBios) {
  const auto watched = [](const char* line) {
    kernel::Profile p = profile(k54);
    p.config["X86_CHECK_BIOS_CORRUPTION"] = "true";
    p.config["X86_BOOTPARAM_MEMORY_CORRUPTION_CHECK"] = "true";
    Options options = test::default_options();
    options.command_line = line;
    PhysRange found;
    for (const MemblockLine& l : run(machine(), p, options).memblock_log.lines) {
      if (l.call.caller.owner.words() == "watched for the BIOS's writes") found = l.call.range;
    }
    return found;
  };
  EXPECT_EQ(watched(""), PhysRange::make(0x1000, 0x10000));
  EXPECT_EQ(watched("memory_corruption_check_size=8K"), PhysRange::make(0x1000, 0x2000));
  EXPECT_EQ(watched("memory_corruption_check_size=0"), PhysRange());
  EXPECT_EQ(watched("memory_corruption_check=0"), PhysRange());
}

TEST(OldBoot, LeavesAcpiTables) {
  const auto keeps = [](Version v) {
    for (const Owned& o : boot("", v).owners) {
      if (o.words == "ACPI tables") return true;
    }
    return false;
  };
  EXPECT_FALSE(keeps(k54));
  EXPECT_FALSE(keeps({5, 10, 13}));
  EXPECT_TRUE(keeps(k510));
  EXPECT_FALSE(keeps({5, 11, 0}));
  EXPECT_TRUE(keeps({5, 12, 0}));
}

// nosmp leaves ACPI's I/O APICs out, not those of MP tables.
TEST(OldBoot, CountsIoApicsOfMpTables) {
  Machine m = machine();
  const auto count = [&](const char* line) {
    return asked(boot(line, k510, m), "resources of the I/O APICs").size();
  };
  EXPECT_EQ(count("nosmp"), 0u);
  EXPECT_EQ(count("maxcpus=0"), 0u);
  EXPECT_EQ(count("maxcpus=1"), 1u);
  m.mp_floating = PhysRange::make(0xf5ba0, 0xf5bb0);
  EXPECT_EQ(count("nosmp"), 1u);
  EXPECT_EQ(count("noapic"), 1u);
}

// Below 896 MiB until 5.2, and nowhere else.
TEST(OldBoot, PlacesACrashKernel) {
  Machine m = machine();
  m.firmware_map.back().size = 3 * kGiB;
  const auto end = [&](const char* line, Version version) {
    for (const Owned& o : boot(line, version, m).owners) {
      if (o.words == "crash kernel") return raw(o.range.end());
    }
    return std::uint64_t{0};
  };
  EXPECT_EQ(end("crashkernel=64M", {5, 1, 0}), 896 * kMiB);
  EXPECT_EQ(end("crashkernel=64M", k54), 3072 * kMiB);
  EXPECT_EQ(end("crashkernel=1G", {5, 1, 0}), 0u);
  EXPECT_EQ(end("crashkernel=1G", k54), 3072 * kMiB);
}

TEST(OldBoot, TellsOfLowMemoryForTheCrashKernel) {
  Machine m = machine();
  m.firmware_map.push_back({PhysAddr{4 * kGiB}, 4 * kGiB, E820Type::ram});
  const auto says = [&](Version version, std::string_view text) {
    for (const Event& e : boot("crashkernel=256M,high crashkernel=128M,low", version, m).events) {
      if (e.text.find(text) != std::string::npos) return true;
    }
    return false;
  };
  EXPECT_TRUE(
      says(k54, "Reserving 128MB of low memory at 896MB for crashkernel (System low RAM: 1023MB)"));
  EXPECT_TRUE(
      says(k510, "Reserving 128MB of low memory at 880MB for crashkernel (low RAM limit: 4096MB)"));
}

// A page that two entries share was a region, at each of its ends.
TEST(OldBoot, SavesPagesOfTwoEntriesNeither) {
  Machine m = machine();
  m.setup_data = {{PhysAddr{0x10000100}, 2, 0x100}};
  const auto count = [&](Version v) { return asked(boot("", v, m), "regions not to save").size(); };
  EXPECT_EQ(count(k54), 4u);
  EXPECT_EQ(count({5, 4, 293}), 2u);
}

TEST(OldBoot, MapsStructPages) {
  const auto request = [](Version version) {
    for (const MemblockLine& line : boot("", version).memblock_log.lines) {
      if (line.call.kind == memblock::CallKind::alloc && line.call.size == 16 * kMiB) {
        return line.call;
      }
    }
    return memblock::Call{};
  };
  EXPECT_EQ(request(k54).operation, "memblock_alloc_try_nid_raw");
  EXPECT_EQ(request(k54).align, kPageSize);
  EXPECT_EQ(request(k510).operation, "memblock_alloc_exact_nid_raw");
  EXPECT_EQ(request(k510).align, 2 * kMiB);
}

// Sizes of what the first chunk's description takes, without the arrays of processors.
TEST(OldBoot, DescribesPerCpuAreas) {
  const auto sizes = [](Version version) {
    kernel::Profile p = profile(version);
    p.struct_sizes["pcpu_chunk"] = 120;
    p.config["MEMCG"] = "true";
    Sizes out = asked(run(machine(), p, test::default_options()), "per-CPU bookkeeping");
    return Sizes(out.begin() + 6, out.begin() + 8);  // lists of chunks, the first chunk
  };
  EXPECT_EQ(sizes(k54), (Sizes{320, 121}));
  EXPECT_EQ(sizes(k510), (Sizes{640, 128}));
  EXPECT_EQ(sizes(k515), (Sizes{352, 128}));
}

// A node with a processor and no memory.
TEST(OldBoot, GivesBareNodesDataByTheirProcessors) {
  Machine m = machine();
  m.node_memory = {{PhysRange::make(0, kGiB), 0, false}};
  m.cpu_nodes = {0, 1};
  const auto place = [&](Version version) {
    const Outcome outcome = boot("", version, m);
    std::string before;
    for (const MemblockLine& line : outcome.memblock_log.lines) {
      if (line.dump) continue;
      if (line.call.caller.owner.words() == "data of node 1") return before;
      before = line.call.caller.owner.words();
    }
    return std::string("none");
  };
  EXPECT_EQ(place(k54), "resource of the HPET");
  EXPECT_NE(place({6, 1, 0}), "resource of the HPET");
  EXPECT_NE(place({6, 1, 0}), "none");
}

TEST(OldBoot, NamesWhatIsFreed) {
  const auto name = [](Version version) {
    for (const MemblockLine& line : boot("", version).memblock_log.lines) {
      if (line.call.kind == memblock::CallKind::free) return std::string(line.call.operation);
    }
    return std::string();
  };
  EXPECT_EQ(name(k54), "   memblock_free");
  EXPECT_EQ(name(k510), "memblock_free");
  EXPECT_EQ(name({5, 16, 0}), "memblock_phys_free");
}

// Memory that EFI calls more reliable was preferred without kernelcore=mirror.
TEST(OldBoot, PrefersMirroredMemory) {
  Machine m = machine();
  m.firmware = Firmware::efi;
  m.efi_map = {{PhysRange::make(0x20000000, 0x30000000), 7, 8 | 0x10000}};
  const auto mirrored = [&](Version version) {
    for (const memblock::Region& r : boot("", version, m).state.memblock.memory().regions()) {
      if (r.flags & memblock::kMirror) return true;
    }
    return false;
  };
  EXPECT_TRUE(mirrored(k54));
  EXPECT_FALSE(mirrored({6, 1, 0}));
}

// 6.1 leaves EFI's windows of memory-mapped I/O in the map, its stable series too.
TEST(OldBoot, KeepsMemoryMappedIo) {
  Machine m = machine();
  m.firmware = Firmware::efi;
  constexpr std::uint64_t kWindow = 0xe0000000;
  m.firmware_map.push_back({PhysAddr{kWindow}, kMiB, E820Type::reserved});
  m.efi_map = {{PhysRange::make(kWindow, kWindow + kMiB), 11, 1}};
  const auto keeps = [&](Version version) {
    const E820Entries table = boot("", version, m).state.e820.table.entries();
    return std::ranges::any_of(table,
                               [](const E820Entry& e) { return e.addr == PhysAddr{kWindow}; });
  };
  EXPECT_TRUE(keeps({6, 1, 192}));
  EXPECT_FALSE(keeps({6, 2, 0}));
}

TEST(OldBoot, TellsOfPageTableIsolation) {
  Machine m = machine();
  m.cpu.meltdown = true;
  kernel::Profile p = profile(k54);
  p.config["PAGE_TABLE_ISOLATION"] = "true";
  const Events events = run(m, p, test::default_options()).events;
  EXPECT_TRUE(std::ranges::any_of(events, [](const Event& e) {
    return e.text == "Kernel/User page tables isolation: enabled";
  }));
}

bool tells(const Outcome& outcome, std::string_view text) {
  return std::ranges::any_of(outcome.events, [&](const Event& e) { return e.text == text; });
}

// As logs of such kernels have it: before 5.3 `Dentry cache hash table entries` stands behind `Memory:`.
TEST(OldKernels, SpreadHashTablesOverOneNode) {
  EXPECT_EQ(asked(boot("", {5, 2, 0}), "dentry hash table"), Sizes{});
  EXPECT_EQ(asked(boot("", {5, 3, 0}), "dentry hash table").size(), 1u);
  EXPECT_EQ(asked(boot("hashdist=0", {5, 2, 0}), "dentry hash table").size(), 1u);
  kernel::Profile flat = profile({5, 2, 0});
  flat.numa = false;
  EXPECT_EQ(asked(boot("", flat, machine()), "dentry hash table").size(), 1u);
}

TEST(OldKernels, ReadNoPercentages) {
  const auto movable = [](const Version& version) {
    std::uint64_t pages = 0;
    for (const NodeState& node : boot("kernelcore=50%", version).state.node_states) {
      for (const ZoneState& z : node.zones)
        pages += z.zone.type == zones::ZoneType::movable ? z.zone.present_pages : 0;
    }
    return pages;
  };
  EXPECT_EQ(movable({4, 16, 0}), 0u);
  EXPECT_NE(movable({4, 17, 0}), 0u);
}

// memmap=1M$0: nowhere below 1 MiB is RAM.
TEST(Trampoline, WithoutRoomTheKernelStops) {
  const Outcome late = boot("memmap=1M$0", {6, 12, 0});
  EXPECT_TRUE(late.panicked);
  EXPECT_TRUE(late.state.handed_over);
  EXPECT_EQ(late.events.back().text,
            "Kernel panic - not syncing: Real mode trampoline was not allocated");
  EXPECT_TRUE(tells(late, "No sub-1M memory is available for the trampoline"));
  const Outcome early = boot("memmap=1M$0", {4, 8, 0});
  EXPECT_TRUE(early.panicked);
  EXPECT_FALSE(early.state.handed_over);
  EXPECT_EQ(early.events.back().text, "Kernel panic - not syncing: Cannot allocate trampoline");
}

// Of EFI's boot services it gets it all the same.
TEST(Trampoline, MayLieInMemoryOfBootServices) {
  Machine m = machine();
  m.firmware = Firmware::efi;
  m.efi_map = {{PhysRange::make(0x1000, 0x9f000), efi::kBootServicesData, efi::kWriteBack}};
  const Outcome outcome = boot("", {6, 12, 0}, m);
  EXPECT_FALSE(outcome.panicked);
  ASSERT_TRUE(outcome.state.real_mode);
}

TEST(LogBuffer, IsCutTo2G) {
  EXPECT_TRUE(tells(boot("log_buf_len=8G", {6, 12, 0}), "log_buf over 2G is not supported."));
  EXPECT_FALSE(tells(boot("log_buf_len=1M", {6, 12, 0}), "log_buf over 2G is not supported."));
}

TEST(LogBuffer, WithoutRoomIsToldInTheKernelsWords) {
  EXPECT_TRUE(tells(boot("log_buf_len=2G", k54), "log_buf_len: 2147483648 bytes not available"));
  EXPECT_TRUE(
      tells(boot("log_buf_len=2G", k510), "log_buf_len: 2147483648 text bytes not available"));
  // Text and records have room in 1 GiB, what is told of these has none.
  EXPECT_TRUE(tells(boot("log_buf_len=256M", k510),
                    "log_buf_len: " + std::to_string(88ull << 23) + " info bytes not available"));
}

// Before 4.20 it is counted in 32 bits.
TEST(LogBuffer, WasReadAsANumberOf32Bits) {
  const auto taken = [](const char* line, Version version) {
    return asked(boot(line, version), "log buffer");
  };
  for (const Version v : {Version{4, 4, 202}, Version{4, 19, 85}}) {
    EXPECT_EQ(taken("log_buf_len=4097M", v), (Sizes{1 << 20}));
    EXPECT_EQ(taken("log_buf_len=4G", v), Sizes{});
    EXPECT_EQ(taken("log_buf_len=3G", v), Sizes{});
    EXPECT_FALSE(tells(boot("log_buf_len=3G", v), "log_buf over 2G is not supported."));
  }
  EXPECT_TRUE(tells(boot("log_buf_len=3G", {4, 19, 86}), "log_buf over 2G is not supported."));
  EXPECT_TRUE(tells(boot("log_buf_len=3G", {4, 20, 0}), "log_buf over 2G is not supported."));
}

// Struct pages of 4.2 to 4.16 wait behind 2 GiB of a zone, not behind a section.
TEST(OldKernels, DeferFewerPages) {
  Machine m = machine();
  m.firmware_map.push_back({PhysAddr{4 * kGiB}, 8 * kGiB, E820Type::ram});
  const auto waits = [&](Version version) {
    kernel::Profile p = profile(version);
    p.deferred_struct_page_init = true;
    std::uint64_t pages = 0;
    for (const NodeState& node : boot("", p, m).state.node_states) {
      for (const ZoneState& zone : node.zones) {
        for (const buddy::PageRun& run : zone.deferred) pages += run.end - run.start;
      }
    }
    return pages << kPageShift >> 27;  // sections
  };
  // Of 64 sections one comes at once, or 16; what is reserved at the end of memory takes more than the last.
  EXPECT_EQ(waits({5, 4, 0}), 61u);
  EXPECT_EQ(waits({4, 17, 0}), 61u);
  EXPECT_EQ(waits({4, 16, 0}), 45u);  // one more section for what is reserved in the first 2 GiB
  EXPECT_EQ(waits({4, 9, 0}), 46u);
}

// What EFI's stub hands over as RAM where the kernel does not keep it for drivers.
TEST(SoftReserved, IsRamWhereItIsNotKept) {
  Machine m = machine();
  m.firmware_map.push_back({PhysAddr{4 * kGiB}, kGiB, E820Type::soft_reserved});
  const auto is_ram = [&](const std::string& line, kernel::Version version) {
    const Outcome outcome = boot(line, version, m);
    for (const E820Entry& e : outcome.state.e820.firmware.entries()) {
      if (e.addr == PhysAddr{4 * kGiB}) return e.type == E820Type::ram;
    }
    return false;
  };
  EXPECT_FALSE(is_ram("efi=nosoftreserve", {6, 12, 0}));  // a BIOS's map is its own
  m.firmware = Firmware::efi;
  EXPECT_FALSE(is_ram("", {6, 12, 0}));
  EXPECT_TRUE(is_ram("efi=nosoftreserve", {6, 12, 0}));
  EXPECT_TRUE(is_ram("", {5, 4, 0}));
  kernel::Profile without = profile({6, 12, 0});
  without.config.insert_or_assign("EFI_SOFT_RESERVE", "false");
  const Outcome outcome = boot("", without, m);
  EXPECT_TRUE(std::ranges::any_of(outcome.state.e820.firmware.entries(), [](const E820Entry& e) {
    return e.addr == PhysAddr{4 * kGiB} && e.type == E820Type::ram;
  }));
}

// CONFIG_PHYSICAL_ALIGN: where the image goes when it does not find RAM where it wants to be.
TEST(KernelPlace, IsAMultipleOfItsAlignment) {
  Machine m = machine();
  m.firmware_map = {{PhysAddr{0}, 640 * kKiB, E820Type::ram},
                    {PhysAddr{34 * kMiB}, 990 * kMiB, E820Type::ram}};
  kernel::Profile p = profile({6, 12, 0});
  const auto place = [&] {
    const Outcome outcome = boot("", p, m);
    for (const Owned& owned : outcome.owners) {
      if (owned.words == "kernel image") return raw(owned.range.base()) / kMiB;
    }
    return std::uint64_t{0};
  };
  EXPECT_EQ(place(), 34u);
  p.decompressor = kernel::Decompressor{.load_address = 16 * kMiB, .align = 4 * kMiB};
  EXPECT_EQ(place(), 36u);
  p.config.insert_or_assign("PHYSICAL_ALIGN", "0x1000000");
  EXPECT_EQ(place(), 48u);
}

}  // namespace
}  // namespace memmap::boot
