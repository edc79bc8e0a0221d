// Where the image may be put, on small maps that can be followed by hand.
#include "kaslr/slots.h"

#include <gtest/gtest.h>

#include <string>

#include "kaslr/efi_slots.h"
#include "machine/efi.h"

namespace memmap::kaslr {
namespace {

constexpr std::uint64_t kMiB = 1 << 20;
constexpr std::uint64_t kGiB = 1 << 30;
constexpr std::uint64_t kMaxMem = std::uint64_t{1} << 46;
constexpr std::uint64_t kAlign = 2 * kMiB;

Choice choice(const std::string& line = "") {
  Choice c;
  c.image_size = 32 * kMiB;
  c.align = kAlign;
  c.minimum = 16 * kMiB;
  c.options = handle_mem_options(line, kMaxMem, {});
  c.memory = {{0, 640 * 1024}, {kMiB, 127 * kMiB}};
  return c;
}

// `16M:41 4096M:7`: each area's first place in MiB, and how many.
std::string text(const Slots& slots) {
  std::string out;
  for (const SlotArea& a : slots.areas) {
    if (!out.empty()) out += ' ';
    out += std::to_string(a.first / kMiB) + "M:" + std::to_string(a.count);
  }
  return out;
}

std::string found(const Choice& c) { return text(find_slots(c)); }

TEST(Slots, AreThoseOfMemoryThatHoldsTheImage) {
  EXPECT_EQ(found(choice()), "16M:41");  // the last one: 96M, which ends at 128M
  Choice c = choice();
  c.minimum = 97 * kMiB;
  EXPECT_EQ(found(c), "");
  c.memory.push_back({4 * kGiB + 1, 64 * kMiB});
  EXPECT_EQ(found(c), "4098M:16");
}

TEST(Slots, LieBetweenWhatIsAvoided) {
  Choice c = choice();
  c.avoid = {{60 * kMiB, 4096}};
  EXPECT_EQ(found(c), "16M:7 62M:18");
  c.avoid.push_back({40 * kMiB, 1});  // 16M to 40M holds no image
  EXPECT_EQ(found(c), "62M:18");
  c.avoid = {{60 * kMiB, 0}};  // an empty one has a place
  EXPECT_EQ(found(c), "16M:7 60M:19");
}

TEST(Slots, AreUnderTheLimitOfTheCommandLine) {
  EXPECT_EQ(found(choice("mem=64M")), "16M:9");
  EXPECT_EQ(found(choice("memmap=64M")), "16M:9");
  EXPECT_EQ(found(choice("mem=nopentium")), "16M:41");
  EXPECT_EQ(found(choice("mem=0 memmap=64M")), "16M:41");  // nothing behind it is read
  EXPECT_EQ(found(choice("mem=40M")), "");
  EXPECT_EQ(found(choice("-- mem=64M")), "16M:41");
}

TEST(Slots, KeepAwayFromFourOfMemmap) {
  EXPECT_EQ(found(choice("memmap=1M$60M")), "16M:7 62M:18");
  EXPECT_EQ(found(choice("memmap=1M#60M memmap=1M!16M")), "18M:6 62M:18");
  EXPECT_EQ(found(choice("memmap=1M@60M")), "16M:41");
  EXPECT_EQ(found(choice("memmap=exactmap,1M$60M")), "16M:41");
  EXPECT_EQ(found(choice("memmap=1M$60M,4K$1G,4K$2G,4K$3G")), "16M:7 62M:18");
  EXPECT_EQ(found(choice("memmap=1M$60M,4K$1G,4K$2G,4K$3G,4K$5G")), "");
  EXPECT_EQ(found(choice("memmap=4K$1G,4K$2G,4K$3G,4K$5G memmap=1M$60M")), "16M:41");
}

TEST(Slots, LeaveHugePagesAlone) {
  Choice c = choice("hugepagesz=1G hugepages=1");
  c.memory = {{kGiB / 2, 2 * kGiB}};  // one page of 1 GiB in 512M to 2560M
  EXPECT_EQ(found(c), "512M:241 2048M:241");
  c.options = handle_mem_options("hugepagesz=2M hugepages=1", kMaxMem, {});
  EXPECT_EQ(found(c), "512M:1009");
}

TEST(Slots, ThatAreImmovableAlone) {
  Choice c = choice();
  c.immovable = {{0, 64 * kMiB}};
  EXPECT_EQ(found(c), "16M:9");
}

TEST(Slots, AreNumberedInTheirOrder) {
  Choice c = choice();
  c.avoid = {{60 * kMiB, 4096}};
  const Slots slots = find_slots(c);
  ASSERT_EQ(slots.count(), 25u);
  EXPECT_EQ(slots.place(0, kAlign), 16 * kMiB);
  EXPECT_EQ(slots.place(6, kAlign), 28 * kMiB);
  EXPECT_EQ(slots.place(7, kAlign), 62 * kMiB);
  EXPECT_EQ(slots.place(24, kAlign), 96 * kMiB);
}

TEST(Slots, OfAHundredAreasAreAllThereAre) {
  Choice c = choice();
  c.memory.assign(200, {kMiB, 127 * kMiB});
  const Slots slots = find_slots(c);
  EXPECT_EQ(slots.areas.size(), 100u);
  EXPECT_TRUE(slots.full);
}

TEST(Slots, WhereEverythingWrapsEnd) {
  Choice c = choice();
  c.memory = {{~0ull - kMiB, kMiB}, {0, ~0ull}};
  c.avoid = {{64 * kMiB, ~0ull}};  // its end wraps to just below its start
  EXPECT_EQ(found(c), "16M:9 64M:33554385");
}

TEST(EfiSlots, AreThoseOfConventionalMemory) {
  EfiChoice c{.image_size = 32 * kMiB, .align = kAlign, .minimum = 16 * kMiB};
  const auto add = [&](std::uint64_t start, std::uint64_t end, std::uint32_t type,
                       std::uint64_t attributes = efi::kWriteBack) {
    c.map.push_back({PhysRange::make(start, end), type, attributes});
  };
  add(kMiB, 64 * kMiB, efi::kConventional);
  add(64 * kMiB, 256 * kMiB, efi::kBootServicesData);
  add(256 * kMiB, 300 * kMiB, efi::kConventional, efi::kSpecificPurpose);
  EXPECT_EQ(text(find_efi_slots(c)), "16M:9 256M:7");
  c.soft_reserve = true;
  EXPECT_EQ(text(find_efi_slots(c)), "16M:9");
  add(512 * kMiB, 544 * kMiB, efi::kConventional, efi::kMoreReliable);
  EXPECT_EQ(text(find_efi_slots(c)), "512M:1");
}

}  // namespace
}  // namespace memmap::kaslr
