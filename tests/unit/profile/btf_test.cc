#include "profile/btf.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace memmap::kernel {
namespace {

// Made by hand for these tests: a few structures of Linux 6.1, and two enums.
std::string sample() {
  std::ifstream file(MEMMAP_SOURCE_DIR "/tests/kernels/6.1-made/vmlinux.btf", std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Btf, TellsSizesOffsetsAndConstants) {
  const auto types = Types::read("b", sample());
  ASSERT_TRUE(types.ok());
  EXPECT_EQ(types->size_of("page"), 56u);
  EXPECT_EQ(types->size_of("phys_addr_t"), 8u);
  EXPECT_EQ(types->size_of("no_such_struct"), std::nullopt);
  EXPECT_EQ(types->offset_of("page", "_refcount"), 52u);
  EXPECT_EQ(types->offset_of("page", "lru"), 8u) << "in unnamed structs and unions";
  EXPECT_EQ(types->offset_of("page", "nothing"), std::nullopt);
  EXPECT_EQ(types->constant("MIGRATE_TYPES"), 5);
  EXPECT_EQ(types->constant("MIGRATE_CMA"), std::nullopt);
}

TEST(Btf, TellsAnEnumInItsOrder) {
  const auto types = Types::read("b", sample());
  ASSERT_TRUE(types.ok());
  const auto zones = types->constants_of("zone_type");
  ASSERT_EQ(zones.size(), 5u);
  EXPECT_EQ(zones.front(), (std::pair<std::string, std::int64_t>("ZONE_DMA", 0)));
  EXPECT_EQ(zones.back(), (std::pair<std::string, std::int64_t>("__MAX_NR_ZONES", 4)));
  EXPECT_TRUE(types->constants_of("fixed_addresses").empty());
  EXPECT_TRUE(types->constants_of("page").empty()) << "a structure";
}

std::string message(const std::string& bytes, std::uint64_t& offset) {
  const auto types = Types::read("b", bytes);
  if (types) return "";
  offset = types.errors().front().origin.offset.value_or(9999);
  return types.errors().front().message;
}

TEST(Btf, RefusesOtherOrdersVersionsAndPieces) {
  std::uint64_t offset = 0;
  std::string swapped = sample();
  std::swap(swapped[0], swapped[1]);
  EXPECT_EQ(message(swapped, offset), "BTF of the other byte order: of no x86 kernel");
  EXPECT_EQ(offset, 0u);
  std::string newer = sample();
  newer[2] = 2;
  EXPECT_EQ(message(newer, offset), "BTF version 2; only 1 is known");
  EXPECT_EQ(offset, 2u);
  EXPECT_EQ(message("text", offset), "cut short: BTF starts with 24 bytes");
}

TEST(Btf, EveryPieceOfItIsRefused) {
  const std::string whole = sample();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    std::uint64_t offset = 0;
    EXPECT_TRUE(message(whole.substr(0, size), offset).starts_with("cut short")) << size;
    EXPECT_EQ(offset, size);
  }
}

}  // namespace
}  // namespace memmap::kernel
