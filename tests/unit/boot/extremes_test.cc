// Machines and kernels as no firmware and no Kconfig makes them, but files may: the boot goes on as
// the kernel's arithmetic does, at a cost that does not follow the bytes.
#include <gtest/gtest.h>

#include <algorithm>

#include "made_up_boot.h"
#include "support/boot_properties.h"

namespace memmap::boot {
namespace {

using test::broken_properties;

// A hole of 3 GiB below 4 GiB, RAM from there to `end`.
Machine with_ram_to(std::uint64_t end) {
  Machine m = machine();
  m.firmware_map.push_back({PhysAddr{4 * kGiB}, end - 4 * kGiB, E820Type::ram});
  return m;
}

std::ptrdiff_t count(const Outcome& outcome, std::string_view text) {
  return std::ranges::count_if(
      outcome.events, [&](const Event& e) { return e.text.find(text) != std::string::npos; });
}

TEST(Extremes, SectionsEndAtWhatTheKernelCanAddress) {
  const Outcome fits = boot("", {6, 12, 0}, with_ram_to(64 * kTiB));
  EXPECT_EQ(count(fits, "exceeds SPARSEMEM max"), 0);
  EXPECT_EQ(asked(fits, "struct pages of node 0"), Sizes{(64 * kTiB - 3 * kGiB) / kPageSize * 64});
  EXPECT_EQ(broken_properties(fits), std::vector<std::string>{});
  for (const std::uint64_t end : {64 * kTiB + 4 * kPageSize, 4096 * kTiB, std::uint64_t{1} << 63}) {
    Machine m = with_ram_to(end);
    m.firmware_map.push_back({PhysAddr{end + kMiB}, kMiB, E820Type::ram});
    const Outcome cut = boot("", {6, 12, 0}, m);
    EXPECT_EQ(count(cut, "End of range 17179869184 -> " + std::to_string(end / kPageSize) +
                             " exceeds SPARSEMEM max 17179869184"),
              1);
    EXPECT_EQ(count(cut, "Start of range"), end > 64 * kTiB + kGiB ? 1 : 0);
    EXPECT_EQ(asked(cut, "struct pages of node 0"), asked(fits, "struct pages of node 0"));
    EXPECT_EQ(broken_properties(cut), std::vector<std::string>{});
  }
}

TEST(Extremes, FiveLevelsAddressMore) {
  Machine m = with_ram_to(256 * kTiB);
  m.cpu.la57 = true;
  const Outcome outcome = boot("", {6, 12, 0}, m);
  EXPECT_EQ(count(outcome, "exceeds SPARSEMEM max"), 0);
  EXPECT_EQ(asked(outcome, "struct pages of node 0"),
            Sizes{(256 * kTiB - 3 * kGiB) / kPageSize * 64});
}

// Random ones too lie in 512 GiB, however many there are.
TEST(Extremes, CpuEntryAreasOfManyProcessors) {
  for (const unsigned count : {2u, 511u, 512u, 8192u}) {
    Machine m = large();
    m.cpu.possible = count;
    kernel::Profile p = profile({6, 12, 0});
    p.config["RANDOMIZE_MEMORY"] = "true";
    p.config["NR_CPUS"] = "8192";
    const Outcome outcome = boot("", p, m);
    std::uint64_t tables = 0;
    for (const paging::TableAt& table : outcome.state.page_tables.tables(1)) {
      EXPECT_GE(raw(table.virt), 0xffff800000000000) << count;
      const std::uint64_t at = raw(table.virt) - raw(paging::kCpuEntryAreas);
      tables += at < 512 * kGiB ? 1 : 0;
    }
    EXPECT_GE(tables, count);
  }
}

// Each piece's section takes 512 pages that its neighbours' pieces have: no search begins anew.
TEST(Extremes, MemoryInHundredsOfPieces) {
  Machine m = machine();
  m.firmware_map.back().size = 127 * kMiB;
  for (std::uint64_t i = 0; i < 600; ++i) {
    m.firmware_map.push_back({PhysAddr{4 * kGiB + i * 131 * kMiB}, kMiB, E820Type::ram});
  }
  Options options = test::default_options();
  options.entry_limit = false;
  options.record_memblock = false;
  const Outcome outcome = run(m, profile(), options);
  EXPECT_EQ(count(outcome, "memory map backing failed"), 1);
  EXPECT_EQ(broken_properties(outcome), std::vector<std::string>{});
}

TEST(Extremes, WhatWrapsIsCutWhereMemblockCutsIt) {
  Machine m = machine();
  m.setup_data = {{.addr = PhysAddr{0xffffffffffffffe0}, .type = 2, .len = 100}};
  EXPECT_EQ(owned(boot("", {6, 12, 0}, m), "setup_data"), 31u);
  m = machine();
  m.kernel_phys_base = PhysAddr{0xffffffffffe00000};
  EXPECT_EQ(broken_properties(boot("", {6, 12, 0}, m)), std::vector<std::string>{});
  m = machine();
  m.initrd = PhysRange::make(0xfffffffffffff000, 0xfffffffffffffff0);
  EXPECT_EQ(broken_properties(boot("", {6, 12, 0}, m)), std::vector<std::string>{});
}

TEST(Extremes, ProcessorsAreAsManyAsX86MayHave) {
  kernel::Profile p = profile({6, 1, 0});
  for (const char* number : {"8192", "8193", "4294967295", "4294967296", "18446744073709551615"}) {
    p.config["NR_CPUS"] = number;
    const Outcome outcome = boot("possible_cpus=2147483647 isolcpus=1", p, with_ram_to(64 * kGiB));
    const auto masks = asked(outcome, "CPU masks");
    EXPECT_FALSE(masks.empty());
    EXPECT_TRUE(std::ranges::all_of(masks, [](auto bytes) { return bytes == 8192 / 8; })) << number;
  }
}

TEST(Extremes, ASectionsRecordMayBeLargerThanAPage) {
  kernel::Profile p = profile();
  p.struct_sizes["mem_section"] = 8192;
  EXPECT_FALSE(boot("", p, machine()).panicked);
}

// No room for 32 bytes, over and over, and a warning behind each failure.
TEST(Extremes, NothingFollowsThePanic) {
  Machine m;
  m.firmware = Firmware::efi;
  m.firmware_map = {{PhysAddr{kMiB}, 512 * kKiB, E820Type::ram}};
  for (std::uint64_t i = 0; i < 400; ++i) {
    m.firmware_map.push_back({PhysAddr{kTiB + i * 8 * kKiB}, 4 * kKiB, E820Type::reserved});
  }
  m.efi_map = {
      {.range = PhysRange::make(kMiB, kMiB + 512 * kKiB), .type = 7, .attributes = 0x1000f}};
  Options options = test::default_options();
  options.command_line = "kernelcore=mirror";
  options.entry_limit = false;
  const Outcome outcome = run(m, profile(), options);
  EXPECT_TRUE(outcome.panicked);
  EXPECT_TRUE(test::ends_with_its_panic(outcome.events));
}

// Each piece of one page wants two tables of its own. Where those that are mapped have given all their pages, the brk area
// is asked, which reserve_brk() has closed.
TEST(Extremes, PiecesTooSmallForTheirOwnTables) {
  Machine m = machine();
  m.acpi_tables.clear();
  m.firmware_map = {{PhysAddr{16 * kMiB}, 34 * kMiB, E820Type::ram}};
  for (std::uint64_t i = 0; i < 300; ++i)
    m.firmware_map.push_back({PhysAddr{(4 + 2 * i) * kGiB}, kPageSize, E820Type::ram});
  const Outcome outcome = boot("", {6, 12, 0}, m);
  ASSERT_TRUE(outcome.panicked);
  EXPECT_EQ(outcome.events.back().text, "kernel BUG at arch/x86/kernel/setup.c");
}

}  // namespace
}  // namespace memmap::boot
