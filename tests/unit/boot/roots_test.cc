// Page tables of the roots beside the kernel's own.
#include "boot/roots.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

#include "machine/efi.h"
#include "made_up_boot.h"

namespace memmap::boot {
namespace {

constexpr std::uint64_t kMappedImage = 0xffffffff81000000;
constexpr VirtAddr kDirectMap = paging::kPageOffset4;

kernel::Profile known_kernel() {
  kernel::Profile p = profile();
  p.symbols["early_top_pgt"] = 0x900000;
  p.symbols["early_dynamic_pgts"] = 0x902000;
  p.symbols["level3_kernel_pgt"] = 0x800000;
  return p;
}

Outcome gone_on(const Machine& m, const kernel::Profile& kernel = known_kernel(),
                const std::string& line = "") {
  Options options = test::default_options();
  options.command_line = line;
  options.keep_user_space = true;
  return run(m, kernel, options);
}

const paging::AddressSpace& tables(const Outcome& outcome, Root root) {
  const paging::AddressSpace* found = tables_of(outcome, root);
  EXPECT_NE(found, nullptr) << name_of(root);
  static const paging::AddressSpace kNone(4);
  return found == nullptr ? kNone : *found;
}

// What `virt` reaches; nullopt: a fault.
std::optional<std::uint64_t> reaches(const paging::AddressSpace& tables, std::uint64_t virt) {
  const paging::Mapping* run = tables.find(VirtAddr{virt});
  if (run == nullptr) return std::nullopt;
  return raw(run->phys) + (virt - raw(run->virt));
}

TEST(Roots, EachHasItsName) {
  for (const std::string_view name : root_names()) EXPECT_EQ(name_of(*root_named(name)), name);
  EXPECT_FALSE(root_named("Kernel").has_value());
}

TEST(Roots, StartupReachesTheImageAtEachEntryThatIsThereTwice) {
  for (const bool la57 : {false, true}) {
    Machine m = machine();
    m.cpu.la57 = la57;
    const Outcome outcome = boot("", known_kernel(), m);
    const paging::AddressSpace& t = tables(outcome, Root::startup);
    std::vector<std::uint64_t> places;
    for (const paging::Mapping& run : t.mappings()) places.push_back(raw(run.virt));
    constexpr std::uint64_t kImage = 0x1000000;
    const std::uint64_t k512G = std::uint64_t{1} << 39;
    std::vector<std::uint64_t> want;
    for (const std::uint64_t high : {std::uint64_t{0}, std::uint64_t{1} << 48}) {
      if (high != 0 && !la57) continue;
      for (const std::uint64_t middle : {std::uint64_t{0}, k512G}) {
        for (const std::uint64_t low : {std::uint64_t{0}, paging::kSize1G})
          want.push_back(kImage + low + middle + high);
      }
    }
    want.push_back(kMappedImage);
    EXPECT_EQ(places, want);
    EXPECT_EQ(t.table(3, VirtAddr{0})->phys, PhysAddr{kImage + 0x902000});
    EXPECT_EQ(t.table(2, VirtAddr{0})->phys, PhysAddr{kImage + 0x903000});
  }
}

TEST(Roots, TheIdentityMappingGoesOnBehindAGibibyte) {
  Machine m = machine();
  m.kernel_phys_base = PhysAddr{0x3fe00000};  // 2 MiB below 1 GiB
  const Outcome outcome = boot("", known_kernel(), m);
  const paging::AddressSpace& t = tables(outcome, Root::startup);
  EXPECT_EQ(reaches(t, 0x3fe00000), 0x3fe00000u);
  EXPECT_EQ(reaches(t, 0x40000000), 0x40000000u);
  EXPECT_EQ(reaches(t, 0x0), 0x40000000u);  // the nonsense that it brings along
}

TEST(Roots, EarlyHasWhatWasReadOfMemory) {
  Machine m = machine();
  m.command_line_base = PhysAddr{0x3ff800};  // the line reaches into the next 2 MiB
  const Outcome outcome = boot("", known_kernel(), m);
  const paging::AddressSpace& t = tables(outcome, Root::early);
  EXPECT_EQ(reaches(t, 0x1000000), std::nullopt);
  EXPECT_EQ(reaches(t, kMappedImage), 0x1000000u);
  const paging::Mapping* first = t.find(kDirectMap);
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(*first, (paging::Mapping{kDirectMap, PhysAddr{0}, paging::kSize2M, 2,
                                     paging::kWritable | paging::kNoExecute}));
  EXPECT_EQ(lacks_of(outcome, Root::early), "");
}

TEST(Roots, EarlyTellsWhatNoSourceHas) {
  Machine m = machine();
  m.firmware = Firmware::efi;
  const Outcome efi = boot("", known_kernel(), m);
  EXPECT_NE(lacks_of(efi, Root::early), "");
  EXPECT_EQ(tables(efi, Root::early).find(kDirectMap), nullptr);
  m.firmware = Firmware::bios;
  m.initrd = PhysRange::make(0x8000000, 0x8400000);
  m.cpu.vendor = "GenuineIntel";
  m.cpu.family = 6;
  const Outcome intel = boot("", known_kernel(), m);
  EXPECT_NE(lacks_of(intel, Root::early), "");
  EXPECT_EQ(reaches(tables(intel, Root::early), raw(kDirectMap) + 0x8000000), 0x8000000u);
  m.cpu.hypervisor = "KVM";
  EXPECT_EQ(lacks_of(boot("", known_kernel(), m), Root::early), "");
}

TEST(Roots, TheTrampolineReachesTheFirstMemoryTwice) {
  const Outcome outcome = gone_on(machine());
  const paging::AddressSpace& t = tables(outcome, Root::trampoline);
  const paging::AddressSpace& kernel = tables(outcome, Root::kernel);
  for (const paging::Mapping& run : kernel.mappings())
    EXPECT_EQ(reaches(t, raw(run.virt)), raw(run.phys));
  EXPECT_EQ(reaches(t, 0x98000), 0x98000u);
  EXPECT_EQ(*t.table(3, VirtAddr{0}), *kernel.table(3, kDirectMap));
  EXPECT_EQ(t.table(4, VirtAddr{0})->phys, PhysAddr{raw(outcome.state.real_mode->base()) + 0x4000});
}

// The code of Debian's kernels takes two pages; the second was left as data.
TEST(Roots, AllOfTheTrampolinesCodeMayRun) {
  const Outcome outcome = gone_on(machine());
  const paging::AddressSpace& t = tables(outcome, Root::trampoline);
  const std::uint64_t base = raw(outcome.state.real_mode->base());
  const auto flags = [&](std::uint64_t page) {
    return t.find(VirtAddr{base + page * kPageSize})->flags &
           (paging::kWritable | paging::kNoExecute);
  };
  EXPECT_EQ(flags(0), paging::kNoExecute);
  EXPECT_EQ(flags(1), 0u);
  EXPECT_EQ(flags(2), 0u);
  EXPECT_EQ(flags(3), paging::kWritable | paging::kNoExecute);
}

TEST(Roots, UnderKaslrTheTrampolineReachesOneGibibyte) {
  Machine m = machine();
  m.kaslr.page_offset_base = VirtAddr{0xffff900000000000 + paging::kSize1G};
  kernel::Profile p = known_kernel();
  p.config["RANDOMIZE_MEMORY"] = "true";
  const Outcome outcome = gone_on(m, p);
  const paging::AddressSpace& t = tables(outcome, Root::trampoline);
  EXPECT_EQ(reaches(t, 0x98000), 0x98000u);
  EXPECT_EQ(reaches(t, paging::kSize1G), std::nullopt);
  EXPECT_EQ(t.table(3, VirtAddr{0})->origin, paging::TableOrigin::brk);
}

TEST(Roots, OldKernelsGaveTheTrampolineTheLastEntryAlone) {
  kernel::Profile p = known_kernel();
  p.version = {5, 10, 83};
  const Outcome outcome = gone_on(machine(), p);
  const paging::AddressSpace& t = tables(outcome, Root::trampoline);
  EXPECT_EQ(reaches(t, kMappedImage), 0x1000000u);
  EXPECT_EQ(t.find(kDirectMap), nullptr);
}

TEST(Roots, BeforeUserSpaceSomeAreNotThere) {
  const Outcome outcome = boot("", known_kernel(), machine());
  for (const Root root : {Root::user, Root::trampoline, Root::efi}) {
    EXPECT_EQ(tables_of(outcome, root), nullptr);
    EXPECT_NE(why_not(outcome, root), "");
  }
}

// Two runtime regions and one of boot services:
//   memory     |--5--|   at 0x7000000, 2 MiB + 1 page     |-6-| at 0x7a01000, 4 pages
//   virtual    from 4 GiB below the top downwards, at the same place within 2 MiB
Machine efi_with_regions() {
  Machine m = machine();
  m.firmware = Firmware::efi;
  constexpr std::uint64_t kKept = efi::kWriteBack | efi::kRuntime;
  m.efi_map = {
      {PhysRange::make(0x7000000, 0x7201000), efi::kRuntimeServicesCode, kKept},
      {PhysRange::make(0x7a01000, 0x7a05000), 6, kKept},
      {PhysRange::make(0x7c00000, 0x7c10000), efi::kBootServicesData, efi::kWriteBack},
  };
  return m;
}

TEST(Roots, EfiHasItsRegionsTwice) {
  const Outcome outcome = gone_on(efi_with_regions());
  const paging::AddressSpace& t = tables(outcome, Root::efi);
  EXPECT_EQ(reaches(t, 0x7000000), 0x7000000u);
  EXPECT_EQ(t.find(VirtAddr{0x7000000})->page_size, paging::kSize2M);
  EXPECT_EQ(t.find(VirtAddr{0x7200000})->page_size, kPageSize);
  EXPECT_EQ(t.find(VirtAddr{0x7000000})->flags, paging::kWritable);
  // Boot services come first, at 0xfffffffeffe00000; then down from there.
  EXPECT_EQ(reaches(t, 0xfffffffeffc01000), 0x7a01000u);
  EXPECT_EQ(reaches(t, 0xfffffffeffa00000), 0x7000000u);
  EXPECT_EQ(reaches(t, 0), 0u);
  EXPECT_EQ(reaches(t, kMappedImage), 0x1000000u);
  EXPECT_EQ(reaches(t, raw(kDirectMap)), 0u);
}

TEST(Roots, EfiKeepsBootServicesForDebuggingAlone) {
  EXPECT_EQ(reaches(tables(gone_on(efi_with_regions()), Root::efi), 0x7c00000), std::nullopt);
  const Outcome kept = gone_on(efi_with_regions(), known_kernel(), "efi=debug");
  EXPECT_EQ(reaches(tables(kept, Root::efi), 0x7c00000), 0x7c00000u);
  EXPECT_EQ(reaches(tables(kept, Root::efi), 0xfffffffeffe00000), 0x7c00000u);
}

TEST(Roots, EfiHasAsManyLevelsAsTheKernel) {
  Machine m = efi_with_regions();
  m.cpu.la57 = true;
  const Outcome outcome = gone_on(m);
  const paging::AddressSpace& t = tables(outcome, Root::efi);
  EXPECT_EQ(t.levels(), 5u);
  EXPECT_EQ(reaches(t, raw(paging::kPageOffset5)), 0u);
  EXPECT_EQ(reaches(t, 0x7000000), 0x7000000u);
  EXPECT_EQ(t.table(4, paging::kEfiEnd)->origin, paging::TableOrigin::page_allocator);
}

// The kernel tells so, and finds no place for those behind it either.
TEST(Roots, ARegionThatDoesNotFitEndsThePlacing) {
  Machine m = efi_with_regions();
  constexpr std::uint64_t kFar = 1ull << 40;
  m.efi_map.insert(m.efi_map.begin() + 2,
                   {PhysRange::make(kFar, kFar + 65 * paging::kSize1G), 11, efi::kRuntime});
  m.efi_map.push_back({PhysRange::make(1ull << 51, (1ull << 51) + 4096), 11, efi::kRuntime});
  const Outcome outcome = gone_on(m);
  const paging::AddressSpace& t = tables(outcome, Root::efi);
  EXPECT_EQ(reaches(t, kFar), kFar);
  EXPECT_NE(t.find(VirtAddr{kFar})->flags & paging::kCacheDisable, 0u);
  EXPECT_EQ(t.find(VirtAddr{1ull << 46}), nullptr);
  EXPECT_EQ(reaches(t, 0x7000000), 0x7000000u);
  EXPECT_EQ(reaches(t, 0xfffffffeffa00000), std::nullopt);
  EXPECT_TRUE(std::ranges::any_of(outcome.events, [](const Event& e) {
    return e.text == "efi: [Firmware Warn]: VA address range overflow!";
  }));
}

}  // namespace
}  // namespace memmap::boot
