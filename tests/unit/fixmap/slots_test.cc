#include "fixmap/slots.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "fixmap/fixmap.h"
#include "profile/built_in.h"
#include "profile/kernel_profile.h"

namespace memmap::fixmap {
namespace {

std::vector<kernel::Profile> shipped() {
  std::vector<kernel::Profile> out;
  for (const kernel::BuiltInProfile& p : kernel::built_in_profiles()) {
    const auto profile =
        kernel::read_kernel_profile({.name = std::string(p.name), .bytes = std::string(p.text)});
    if (profile) out.push_back(*profile);
  }
  return out;
}

kernel::Profile profile_of(kernel::Version version) {
  kernel::Profile p;
  p.version = version;
  return p;
}

// Two sides that do not know each other: what a kernel's BTF says, and its header's rule.
TEST(Slots, TheOptionsMakeTheEnumOfEveryShippedKernel) {
  const auto all = shipped();
  ASSERT_GE(all.size(), 10u);
  for (const kernel::Profile& p : all) {
    ASSERT_FALSE(p.fixmap.empty()) << p.name;
    const auto made = fixed_addresses(p);
    ASSERT_TRUE(made) << p.name;
    EXPECT_EQ(*made, p.fixmap) << p.name;
    EXPECT_EQ(Slots(p).origin(), Origin::kernel) << p.name;
  }
}

struct Case {
  const char* name;
  kernel::Version version;
  std::map<std::string, std::string, std::less<>> config;
  FixedAddresses want;  // some of them
};

// By the header's own arithmetic, by hand.
const Case kCases[] = {
    {"all_slots",
     {6, 12, 0},
     {},
     {{"VSYSCALL_PAGE", 511},
      {"FIX_APIC_BASE", 514},
      {"FIX_APEI_GHES_NMI", 645},
      {"FIX_BTMAP_END", 1024},
      {"FIX_TBOOT_BASE", 1536}}},
    {"no_vsyscall",
     {6, 12, 0},
     {{"X86_VSYSCALL_EMULATION", "false"}},
     {{"FIX_DBGP_BASE", 0},
      {"FIX_APIC_BASE", 2},
      {"__end_of_permanent_fixed_addresses", 134},
      {"FIX_BTMAP_END", 512},
      {"FIX_BTMAP_BEGIN", 1023}}},
    {"few_slots",
     {6, 12, 0},
     {{"X86_VSYSCALL_EMULATION", "false"},
      {"X86_IO_APIC", "false"},
      {"X86_LOCAL_APIC", "false"},
      {"PARAVIRT_XXL", "false"},
      {"ACPI_APEI_GHES", "false"},
      {"INTEL_TXT", "false"}},
     {{"__end_of_permanent_fixed_addresses", 2},
      {"FIX_BTMAP_END", 512},
      {"__end_of_fixed_addresses", 1024}}},
    {"firewire",
     {6, 12, 0},
     {{"PROVIDE_OHCI1394_DMA_INIT", "true"}},
     {{"FIX_OHCI1394_BASE", 514}, {"FIX_APIC_BASE", 515}}},
    {"kmaps",
     {6, 12, 0},
     {{"DEBUG_KMAP_LOCAL_FORCE_MAP", "true"}, {"NR_CPUS", "64"}},
     {{"FIX_KMAP_BEGIN", 643},
      {"FIX_KMAP_END", 643 + 33 * 64 - 1},
      {"FIX_PCIE_MCFG", 2755},
      {"FIX_BTMAP_END", 3072}}},
    {"no_kmaps_before_5_11",
     {5, 10, 0},
     {{"DEBUG_KMAP_LOCAL_FORCE_MAP", "true"}},
     {{"FIX_PARAVIRT_BOOTMAP", 643}}},
    {"text_poke",
     {5, 1, 0},
     {},
     {{"FIX_TEXT_POKE1", 644}, {"FIX_TEXT_POKE0", 645}, {"FIX_APEI_GHES_IRQ", 646}}},
    {"paravirt_was_enough",
     {5, 4, 0},
     {{"PARAVIRT_XXL", "false"}},
     {{"FIX_PARAVIRT_BOOTMAP", 643}}},
};

TEST(Slots, FollowTheOptions) {
  for (const Case& c : kCases) {
    kernel::Profile p = profile_of(c.version);
    p.config = c.config;
    const auto made = fixed_addresses(p);
    ASSERT_TRUE(made) << c.name;
    for (const auto& [name, value] : c.want) {
      ASSERT_TRUE(made->contains(name)) << c.name << ": " << name;
      EXPECT_EQ(made->at(name), value) << c.name << ": " << name;
    }
    EXPECT_EQ(Slots(p).origin(), Origin::options) << c.name;
  }
}

TEST(Slots, OfOldKernelsAreAssumed) {
  const kernel::Profile old = profile_of({4, 14, 0});
  EXPECT_FALSE(fixed_addresses(old));
  EXPECT_EQ(Slots(old).origin(), Origin::assumed);
}

TEST(Slots, HaveNames) {
  const Slots slots(profile_of({6, 12, 0}));
  const std::pair<std::uint64_t, const char*> names[] = {{0, ""},
                                                         {511, "VSYSCALL_PAGE"},
                                                         {514, "FIX_APIC_BASE"},
                                                         {515, "FIX_IO_APIC_BASE_0"},
                                                         {518, "FIX_IO_APIC_BASE_0 + 3"},
                                                         {642, "FIX_IO_APIC_BASE_0 + 127"},
                                                         {646, ""},
                                                         {1023, ""},
                                                         {1535, "FIX_BTMAP slot 0 page 0"},
                                                         {1402, "FIX_BTMAP slot 2 page 5"},
                                                         {1024, "FIX_BTMAP slot 7 page 63"},
                                                         {1536, "FIX_TBOOT_BASE"},
                                                         {1537, ""}};
  for (const auto& [number, name] : names) {
    EXPECT_EQ(slots.name_of(number), name) << number;
    EXPECT_EQ(slots.name_of(VirtAddr{raw(fix_to_virt(number)) + 0x123}), name) << number;
  }
  EXPECT_EQ(slots.name_of(VirtAddr{0xffffffffff800000}), "") << "above the fixmap";
  EXPECT_EQ(slots.name_of(VirtAddr{0x1000}), "");
}

TEST(Slots, AreListedOnceAndInOrder) {
  for (const kernel::Profile& p : shipped()) {
    const Slots slots(p);
    std::uint64_t end = 0;
    for (const Slot& s : slots.list()) {
      EXPECT_LE(end, s.first) << p.name << ": " << s.name;
      EXPECT_LE(s.first, s.last) << p.name << ": " << s.name;
      end = s.last + 1;
      EXPECT_EQ(slots.at(s.first), &s);
      EXPECT_EQ(slots.at(s.last), &s);
    }
    EXPECT_EQ(end, p.fixmap.at("__end_of_fixed_addresses")) << p.name;
    EXPECT_EQ(slots.btmap_windows(), 8u);
  }
}

TEST(Slots, ArePermanentUpToTheMarker) {
  const Slots slots(profile_of({6, 12, 0}));
  EXPECT_EQ(slots.at(645)->lifetime, Lifetime::permanent);
  EXPECT_EQ(*slots.at(1024), (Slot{"FIX_BTMAP", 1024, 1535, Lifetime::boot}));
  EXPECT_EQ(slots.at(1536)->lifetime, Lifetime::boot);
}

}  // namespace
}  // namespace memmap::fixmap
