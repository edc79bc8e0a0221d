// The aperture of AMD's old northbridges; the first case is a board's whose log shows the place.
#include "boot/x86/aperture.h"

#include <gtest/gtest.h>

#include "made_up_boot.h"

namespace memmap::boot {
namespace {

struct ApertureCase {
  const char* name;
  std::vector<PhysRange> apertures;
  const char* line;
  std::uint64_t above_4g;
  std::uint64_t want;  // bytes
};
void PrintTo(const ApertureCase& c, std::ostream* out) { *out << c.name; }
class Aperture : public testing::TestWithParam<ApertureCase> {};

const PhysRange kGood = PhysRange::make(0xf4000000, 0xf8000000);
const PhysRange kBeyond = PhysRange::make(0x8144000000, 0x8146000000);

TEST_P(Aperture, IsTakenWhereFirmwareLeftNone) {
  Machine m = machine();
  m.firmware_map[2].size = 3 * kGiB - kMiB;
  if (GetParam().above_4g != 0)
    m.firmware_map.push_back({PhysAddr{4 * kGiB}, GetParam().above_4g, E820Type::ram});
  m.gart_apertures = GetParam().apertures;
  kernel::Profile p = profile();
  p.config["GART_IOMMU"] = "true";
  p.config["SWIOTLB"] = "true";
  const Outcome got = boot(GetParam().line, p, m);
  EXPECT_EQ(owned(got, "GART aperture"), GetParam().want);
  p.config["GART_IOMMU"] = "false";
  EXPECT_EQ(owned(boot(GetParam().line, p, m), "GART aperture"), 0u);
}

const ApertureCase kApertureCases[] = {
    {"none_known", {}, "", kGiB, 0},
    {"beyond_4g", {kBeyond}, "", kGiB, 64 * kMiB},
    {"good", {kGood}, "", kGiB, 0},
    {"at_zero", {PhysRange::make(0, 64 * kMiB)}, "", kGiB, 64 * kMiB},
    {"in_ram", {PhysRange::make(0x20000000, 0x24000000)}, "", kGiB, 64 * kMiB},
    {"small", {PhysRange::make(0xf4000000, 0xf6000000)}, "", kGiB, 64 * kMiB},
    {"two_differ", {kGood, PhysRange::make(0xe0000000, 0xe4000000)}, "", kGiB, 64 * kMiB},
    {"nothing_above", {kBeyond}, "", 0, 0},
    {"forced", {kBeyond}, "iommu=force", 0, 64 * kMiB},
    {"off", {kBeyond}, "iommu=off", kGiB, 0},
    {"no_aperture", {kBeyond}, "iommu=noaperture", kGiB, 0},
    {"in_memory", {kGood}, "iommu=memaper=2", kGiB, 128 * kMiB},
};
INSTANTIATE_TEST_SUITE_P(, Aperture, testing::ValuesIn(kApertureCases),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace memmap::boot
