// Where the default contiguous area lies, by version.
#include <gtest/gtest.h>

#include <algorithm>

#include "boot/owner.h"
#include "made_up_boot.h"

namespace memmap::boot {
namespace {

std::vector<PhysRange> area(kernel::Version version) {
  Machine m = machine();
  m.firmware_map[2].size = 3 * kGiB - kMiB;
  m.firmware_map.push_back({PhysAddr{4 * kGiB}, 3 * kGiB, E820Type::ram});
  m.initrd = PhysRange::make(0x1a7700000, 0x1bd000000);
  kernel::Profile p = profile(version);
  for (const char* option : {"CMA", "DMA_CMA", "CMA_SIZE_SEL_MBYTES"}) p.config[option] = "true";
  p.config["CMA_SIZE_MBYTES"] = "200";
  std::vector<PhysRange> out;
  const Outcome outcome = boot("", p, m);
  for (const Owned& o : outcome.owners) {
    if (o.owner == &owner::kCMADMABuffers) out.push_back(o.range);
  }
  return out;
}

TEST(Cma, GoesDownFromTheTopBefore512) {
  // The highest multiple of 4 MiB with 200 MiB below the initrd.
  const std::uint64_t top = 0x1a7400000 - 200 * kMiB;
  const std::vector<PhysRange> below = {PhysRange::make(top, top + 200 * kMiB)};
  EXPECT_EQ(area({4, 17, 0}), below);
  EXPECT_EQ(area({5, 11, 0}), below);
  const std::vector<PhysRange> bottom = {PhysRange::make(4 * kGiB, 4 * kGiB + 200 * kMiB)};
  EXPECT_EQ(area({5, 12, 0}), bottom);
  EXPECT_EQ(area({6, 12, 0}), bottom);
}

// memblock cuts what reaches behind the last address; so does what is told of it.
TEST(Cma, AtTheLastAddressIsWhereMemblockHasIt) {
  kernel::Profile p = profile({7, 2, 0});
  for (const char* option : {"CMA", "DMA_CMA", "CMA_SIZE_SEL_MBYTES"}) p.config[option] = "true";
  p.config["CMA_SIZE_MBYTES"] = "0";
  const Outcome outcome = boot("cma=4M@0xffffffffffc00000-0", p, machine());
  for (const Event& e : outcome.events)
    EXPECT_EQ(e.text.find("at 0x0000000000000000"), e.text.npos);
}

// What is told of an area is the size that was asked for, and before 6.15 what it comes to.
TEST(Cma, ToldIsWhatWasAskedFor) {
  const auto tells = [](kernel::Version version, std::string_view text) {
    kernel::Profile p = profile(version);
    for (const char* option : {"CMA", "DMA_CMA"}) p.config[option] = "true";
    const Outcome outcome = boot("cma=125M", p, machine());
    return std::ranges::any_of(outcome.events,
                               [text](const Event& e) { return e.text.starts_with(text); });
  };
  EXPECT_TRUE(tells({6, 12, 0}, "cma: Reserved 126 MiB at 0x"));
  EXPECT_TRUE(tells({6, 15, 0}, "cma: Reserved 125 MiB at 0x"));
}

}  // namespace
}  // namespace memmap::boot
