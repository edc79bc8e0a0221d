// Who chooses and among which places, for whole machines.
#include "kaslr/possible_places.h"

#include <gtest/gtest.h>

#include <string>

#include "machine/efi.h"

namespace memmap::kaslr {
namespace {

// What `memmap kernel` reads of Debian's 6.12.117, where it concerns the choice.
kernel::Profile debian(std::string_view version = "6.12.117") {
  kernel::Profile profile;
  profile.version = *kernel::parse_version(version);
  profile.image.end = 0x2c30000;
  profile.decompressor = {.load_address = 0x1000000,
                          .align = 0x200000,
                          .init_size = 0x37ee000,
                          .input_offset = 0x2cc,
                          .end = 0xbe7000,
                          .output_len = 0x36fa00c};
  return profile;
}

// QEMU's map of 1 GiB, with an initrd at its end.
Machine gib() {
  Machine machine;
  machine.firmware_map = {{PhysAddr{0}, 0x9fc00, E820Type::ram},
                          {PhysAddr{0x9fc00}, 0x400, E820Type::reserved},
                          {PhysAddr{0xf0000}, 0x10000, E820Type::reserved},
                          {PhysAddr{0x100000}, 0x3fee0000, E820Type::ram},
                          {PhysAddr{0x3ffe0000}, 0x20000, E820Type::reserved}};
  machine.initrd = PhysRange::make(0x3ffd0000, 0x3ffe0000);
  return machine;
}

std::string text(const PossiblePlaces& places) {
  std::string out;
  for (const SlotArea& area : places.slots.areas) {
    out += (out.empty() ? "" : " ") + std::to_string(area.first / kMiB) +
           "M:" + std::to_string(area.count);
  }
  return out;
}

std::string found(const Machine& machine, std::string_view line = "",
                  const kernel::Profile& profile = debian()) {
  return text(possible_places(machine, profile, line, 4));
}

TEST(PossiblePlaces, KeepAwayFromTheDecompressorAndTheInitrd) {
  const PossiblePlaces places = possible_places(gib(), debian(), "", 4);
  EXPECT_EQ(places.chooser, Chooser::decompressor);
  EXPECT_EQ(places.image_size, 0x3800000u);
  EXPECT_EQ(text(places), "72M:448");
  EXPECT_EQ(places.virtual_slots, 1 + (kGiB - 16 * kMiB - 0x3800000) / (2 * kMiB));
  const std::vector<Gap> gaps = gaps_of(places);
  ASSERT_EQ(gaps.size(), 2u);
  EXPECT_EQ(gaps[0].why, "below the lowest place, the decompressor itself");
  EXPECT_EQ(gaps[1].range, (MemVector{0x3fe00000, 0x1e0000}));
  EXPECT_EQ(gaps[1].why, "initrd");
}

TEST(PossiblePlaces, AreOneWithoutKaslr) {
  const PossiblePlaces off = possible_places(gib(), debian(), "ro nokaslr", 4);
  EXPECT_EQ(off.chooser, Chooser::nobody);
  EXPECT_EQ(off.count(), 1u);
  EXPECT_EQ(off.place(0), 0x1000000u);
  EXPECT_FALSE(off.why_one.empty());
  ASSERT_EQ(off.assumed.size(), 1u);
  EXPECT_NE(off.assumed[0].find("boot loader put the kernel where it asks"), std::string::npos);
  kernel::Profile without = debian();
  without.config.emplace("RANDOMIZE_BASE", "false");
  EXPECT_EQ(possible_places(gib(), without, "", 4).count(), 1u);
  EXPECT_EQ(possible_places(gib(), debian(), "mem=64M", 4).place(0), 0x1000000u);
}

TEST(PossiblePlaces, AreEstimatedWithoutTheImage) {
  kernel::Profile profile = debian();
  profile.decompressor.reset();
  const PossiblePlaces places = possible_places(gib(), profile, "", 4);
  EXPECT_EQ(text(places), "16M:481");  // room for _end - _text alone
  EXPECT_TRUE(places.assumed.front().find("the least that it can be") != std::string::npos);
}

TEST(PossiblePlaces, AreInMemoryThatStays) {
  Machine machine = gib();
  machine.node_memory = {{PhysRange::make(0, 0x20000000), 0, false},
                         {PhysRange::make(0x20000000, 0x40000000), 1, true}};
  EXPECT_EQ(found(machine), "72M:193");  // movable_node or not
  EXPECT_EQ(found(machine, "acpi=off"), "72M:448");
  machine.node_memory[1].hotpluggable = false;
  EXPECT_EQ(found(machine), "72M:193 512M:228");  // no image in both
}

TEST(PossiblePlaces, OfAKernelBuiltWithParametersAreThoseOfTheLoaders) {
  kernel::Profile profile = debian();
  profile.config.emplace("CMDLINE_BOOL", "true");
  profile.config.emplace("CMDLINE", "nokaslr");
  EXPECT_EQ(found(gib(), "nokaslr ro", profile), "72M:448");
}

TEST(PossiblePlaces, AreThoseOfSetupData) {
  Machine machine = gib();
  machine.setup_data = {{.addr = PhysAddr{0x20000000}, .type = 2, .len = 0x100}};
  EXPECT_EQ(found(machine), "72M:193 514M:227");
}

TEST(PossiblePlaces, AreChosenByEfisStubFromLinux66On) {
  Machine machine = gib();
  machine.firmware = Firmware::efi;
  machine.efi_map = {
      {PhysRange::make(0x100000, 0x10000000), efi::kConventional, efi::kWriteBack},
      {PhysRange::make(0x10000000, 0x20000000), efi::kBootServicesData, efi::kWriteBack},
      {PhysRange::make(0x20000000, 0x23800000), efi::kLoaderCode, efi::kWriteBack},
      {PhysRange::make(0x23800000, 0x24000000), efi::kConventional, efi::kWriteBack},
  };
  machine.kernel_phys_base = PhysAddr{0x20000000};
  EXPECT_EQ(found(machine), "16M:93 512M:5");  // where the kernel lies was free
  const PossiblePlaces first = possible_places(machine, debian(), "mem=512M", 4);
  EXPECT_EQ(first.count(), 1u);
  EXPECT_EQ(first.place(0), 0x1000000u);
}

TEST(PossiblePlaces, BeforeThatAreAbove512MWhereFirmwareLoadedTheKernelHighUp) {
  Machine machine = gib();
  machine.firmware = Firmware::efi;
  machine.efi_map = {
      {PhysRange::make(0x100000, 0x30000000), efi::kConventional, efi::kWriteBack},
      {PhysRange::make(0x301fb000, 0x301fb000 + 0x39ee000), efi::kLoaderCode, efi::kWriteBack},
  };
  const PossiblePlaces places = possible_places(machine, debian("6.1.80"), "", 4);
  EXPECT_EQ(places.stays, 0x30200000u);
  EXPECT_EQ(text(places), "512M:101");
}

// Memory for specific purposes is for drivers, unless the kernel is built or told to take it.
TEST(PossiblePlaces, SpecialPurposeMemory) {
  Machine machine = gib();
  machine.firmware = Firmware::efi;
  machine.efi_map = {{PhysRange::make(0x100000, 0x10000000), efi::kConventional, efi::kWriteBack},
                     {PhysRange::make(0x10000000, 0x30000000), efi::kConventional,
                      efi::kWriteBack | efi::kSpecificPurpose}};
  for (const char* version : {"6.1.0", "6.12.117"}) {
    kernel::Profile profile = debian(version);
    const std::uint64_t without = possible_places(machine, profile, "", 4).count();
    EXPECT_LT(without, possible_places(machine, profile, "efi=nosoftreserve", 4).count());
    profile.config.emplace("EFI_SOFT_RESERVE", "false");
    EXPECT_LT(without, possible_places(machine, profile, "", 4).count());
  }
}

}  // namespace
}  // namespace memmap::kaslr
