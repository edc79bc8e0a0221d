// Guests that are not booted as bare metal, and types that loaders leave in the map.
#include "boot/special.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "made_up_boot.h"

namespace memmap::boot {
namespace {

Machine with_ram(std::uint64_t above_4g) {
  Machine m = machine();
  m.firmware_map[2].size = 2 * kGiB;
  m.firmware_map.push_back({PhysAddr{4 * kGiB}, above_4g, E820Type::ram});
  return m;
}

std::uint64_t buffer(const Outcome& outcome) {
  const Sizes sizes = asked(outcome, "software IO TLB");
  return sizes.empty() ? 0 : sizes[0];
}

bool says(const Outcome& outcome, std::string_view words) {
  return std::ranges::any_of(
      outcome.events, [&](const Event& e) { return e.text.find(words) != std::string::npos; });
}

bool notes(const Outcome& outcome, std::string_view words) {
  return std::ranges::any_of(outcome.subject.notes, [&](const std::string& n) {
    return n.starts_with(kNotSimulated) && n.find(words) != std::string::npos;
  });
}

TEST(NotSimulated, FeaturesThatTheCommandLineTakesAway) {
  Machine m = machine();
  m.cpu.nx = false;
  EXPECT_TRUE(notes(boot("clearcpuid=avx,58", {6, 12, 0}, m), "to have pdpe1gb as before"));
  EXPECT_TRUE(notes(boot("clearcpuid=pge clearcpuid=la57,nx", {6, 12, 0}, m), "have pge, la57 as"));
  EXPECT_FALSE(notes(boot("clearcpuid=nx,avx clearcpuid", {6, 12, 0}, m), "clearcpuid"));
  const auto apic = [&](const std::string& line, kernel::Version version) {
    const kernel::Profile kernel = profile(version);
    return local_apic(m, kernel, kernel::parse_command_line(line));
  };
  EXPECT_EQ(apic("clearcpuid=apic", {6, 12, 0}), LocalApic::off);
  EXPECT_EQ(apic("clearcpuid=avx,9", {5, 10, 0}), LocalApic::off);
  EXPECT_EQ(apic("clearcpuid=apic", {5, 10, 0}), LocalApic::memory);
  EXPECT_EQ(apic("clearcpuid=x2apic,19", {6, 12, 0}), LocalApic::memory);
  kernel::Profile listed = profile();
  for (const auto& [early, disableapic] : {std::pair{std::vector<std::string>{}, LocalApic::off},
                                           {{"disableapic", "nolapic"}, LocalApic::off},
                                           {{"nolapic"}, LocalApic::memory}}) {
    listed.parameters.early = early;
    EXPECT_EQ(local_apic(m, listed, kernel::parse_command_line("disableapic")), disableapic);
    EXPECT_EQ(local_apic(m, listed, kernel::parse_command_line("nolapic")), LocalApic::off);
  }
}

TEST(NotSimulated, ThePictureThatEfiShows) {
  Machine m = machine();
  m.acpi_tables.push_back({"BGRT", PhysRange::make(0x3f003000, 0x3f003038)});
  EXPECT_FALSE(notes(boot("", {6, 12, 0}, m), "BGRT"));
  m.firmware = Firmware::efi;
  EXPECT_TRUE(notes(boot("", {6, 12, 0}, m), "BGRT"));
  EXPECT_FALSE(notes(boot("bgrt_disable", {6, 12, 0}, m), "BGRT"));
  m.efi_picture = PhysRange::make(0x3e000000, 0x3e008000);
  EXPECT_FALSE(notes(boot("", {6, 12, 0}, m), "BGRT"));
}

TEST(NotSimulated, AStartWithoutRam) {
  Machine m = machine();
  kernel::Profile p = profile();
  constexpr std::string_view kWords = "how the kernel starts";
  EXPECT_FALSE(notes(boot("", p, m), kWords));
  const std::uint64_t base = p.default_phys_base;
  p.decompressor = kernel::Decompressor{.load_address = base, .init_size = 96 * kMiB};
  const auto with_ram_to = [&](std::uint64_t end) {
    m.firmware_map = {{PhysAddr{0}, 640 * kKiB, E820Type::ram},
                      {PhysAddr{64 * kMiB}, end - 64 * kMiB, E820Type::ram},
                      {PhysAddr{kMiB}, 63 * kMiB, E820Type::ram}};
    return boot("", p, m);
  };
  EXPECT_FALSE(notes(with_ram_to(base + 96 * kMiB), kWords));
  EXPECT_TRUE(notes(with_ram_to(base + 96 * kMiB - kPageSize),
                    "needs 98304 KiB to be unpacked, of "
                    "which the firmware's map has 98300"));
  // EFI's stub unpacks it itself since 6.6, and needs less.
  m.firmware = Firmware::efi;
  p.version = {6, 12, 0};
  EXPECT_FALSE(notes(with_ram_to(base + 90 * kMiB), kWords));
  p.version = {6, 1, 0};
  EXPECT_TRUE(notes(with_ram_to(base + 90 * kMiB), kWords));
}

TEST(NotSimulated, MemoryThatDoesNotLastUntilTheFirstProcess) {
  constexpr std::string_view kWords = "deadlocked on memory";
  EXPECT_FALSE(notes(boot(""), kWords));
  EXPECT_TRUE(too_little_for_init(kTakenUntilInit - kKiB).has_value());
  EXPECT_FALSE(too_little_for_init(kTakenUntilInit).has_value());
  EXPECT_TRUE(notes(boot("mem=48M"), kWords));
}

TEST(NotSimulated, NodesOfCxlWindows) {
  Machine m = machine();
  m.acpi_tables.push_back({"CEDT", PhysRange::make(0x3f003000, 0x3f003040)});
  kernel::Profile p = profile();
  EXPECT_TRUE(notes(boot("", p, m), "CXL"));
  EXPECT_FALSE(notes(boot("acpi=off", p, m), "CXL"));
  m.cxl_windows = {PhysRange::make(8 * kGiB, 12 * kGiB)};
  EXPECT_FALSE(notes(boot("", p, m), "CXL"));
  m.cxl_windows.clear();
  p.version = {5, 15, 0};
  EXPECT_FALSE(notes(boot("", p, m), "CXL"));
  p.version = {7, 1, 0};
  p.config.insert_or_assign("CXL_ACPI", "false");
  EXPECT_FALSE(notes(boot("", p, m), "CXL"));
  p.version = {6, 12, 0};
  EXPECT_TRUE(notes(boot("", p, m), "CXL"));
  p.numa = false;
  EXPECT_FALSE(notes(boot("", p, m), "CXL"));
}

TEST(ConfidentialGuest, HasABufferThatGrowsWithMemory) {
  struct Row {
    std::uint64_t above_4g;
    kernel::Version version;
    Encryption encryption;
    std::uint64_t want;
  };
  const Row kRows[] = {
      // 6 % of 10 GiB are 614 MiB, in a kernel with areas the next power of two.
      {8 * kGiB, {5, 19, 0}, Encryption::sev_snp, 614 * kMiB + 256 * kKiB},
      {8 * kGiB, {6, 12, 0}, Encryption::sev_snp, kGiB},
      {100 * kGiB, {6, 12, 0}, Encryption::sev, kGiB},
      {0, {6, 12, 0}, Encryption::sev_es, 128 * kMiB},
      {8 * kGiB, {6, 6, 0}, Encryption::tdx, 64 * kMiB},
      {8 * kGiB, {6, 7, 0}, Encryption::tdx, kGiB},
      {8 * kGiB, {5, 10, 0}, Encryption::sev, 64 * kMiB},
      {8 * kGiB, {6, 12, 0}, Encryption::sme, 64 * kMiB},
      {0, {6, 12, 0}, Encryption::sme, 64 * kMiB},
      {0, {6, 12, 0}, Encryption::none, 0},
  };
  for (const Row& r : kRows) {
    Machine m = with_ram(r.above_4g);
    m.memory_encryption = r.encryption;
    kernel::Profile p = profile(r.version);
    p.config["SWIOTLB"] = "true";
    Options with = test::default_options();
    with.command_line = "memblock=debug";
    with.record_memblock = true;
    const Outcome got = run(m, p, with);
    const std::uint64_t page = 4096;
    EXPECT_NEAR(static_cast<double>(buffer(got)), static_cast<double>(r.want),
                static_cast<double>(kMiB + page))
        << to_string(r.version) << " " << (r.above_4g >> 30);
    EXPECT_EQ(notes(got, "memory"), r.encryption != Encryption::none);
  }
}

TEST(ConfidentialGuest, IsToldWhatSplitsItsMemory) {
  Machine m = with_ram(100 * kGiB);
  m.firmware_map[2].size = 1800 * kMiB;
  m.acpi_tables.clear();
  m.memory_encryption = Encryption::sev_snp;
  m.initrd = PhysRange::make(900 * kMiB, 980 * kMiB);
  const Outcome got = boot("", {5, 19, 0}, m);
  EXPECT_TRUE(says(got, "software IO TLB: Cannot allocate buffer"));
  EXPECT_TRUE(says(got, "the initrd at [mem 0x38400000-0x3d3fffff] splits what is free"));
  EXPECT_TRUE(says(got, "has no bounce buffer"));
  // Later kernels take half.
  EXPECT_FALSE(says(boot("", {6, 12, 0}, m), "has no bounce buffer"));
}

TEST(XenDomain, IsNotBootedAsBareMetal) {
  Machine m = with_ram(8 * kGiB);
  m.xen_domain = XenDomain::pv;
  const Outcome got = boot("crashkernel=128M", {6, 12, 0}, m);
  EXPECT_TRUE(notes(got, "Xen PV guest"));
  EXPECT_TRUE(says(got, "Ignoring crashkernel for a Xen PV domain"));
  EXPECT_EQ(owned(got, "software IO TLB"), 0u);
  EXPECT_FALSE(got.state.direct_gbpages);
  m.xen_domain = XenDomain::pvh;
  EXPECT_TRUE(notes(boot("", {6, 12, 0}, m), "PVH"));
  m.xen_domain = XenDomain::none;
  EXPECT_FALSE(notes(boot("", {6, 12, 0}, m), ""));
}

TEST(SpecialKernel, IsToldOf) {
  kernel::Profile p = profile();
  p.config["KASAN"] = "true";
  p.config["SPARSEMEM_VMEMMAP"] = "false";
  p.config["SMP"] = "false";
  const Outcome got = boot("", p, machine());
  for (const char* word : {"KASAN", "without vmemmap", "without SMP"})
    EXPECT_TRUE(notes(got, word)) << word;
}

TEST(UnknownTypes, AreExplained) {
  Machine m = machine();
  EXPECT_TRUE(unknown_types(m).empty());
  m.firmware_map.push_back({PhysAddr{kGiB}, kMiB, E820Type{16}});
  m.firmware_map.push_back({PhysAddr{2 * kGiB}, kMiB, E820Type{16}});
  m.firmware_map.push_back({PhysAddr{3 * kGiB}, kMiB, E820Type{2954887168}});
  const auto got = unknown_types(m);
  ASSERT_EQ(got.size(), 2u);
  EXPECT_NE(got[0].find("coreboot"), std::string::npos);
  EXPECT_NE(got[1].find("damaged"), std::string::npos);
}

}  // namespace
}  // namespace memmap::boot
