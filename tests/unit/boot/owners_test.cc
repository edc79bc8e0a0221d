#include "boot/owners.h"

#include <gtest/gtest.h>

namespace memmap::boot {
namespace {

constexpr memblock::Owner kA{"a", "a"};
constexpr memblock::Owner kB{"b", "b"};
constexpr memblock::Owner kC{"c", "c"};
constexpr memblock::Owner kD{"d", "d"};

PhysRange range(std::uint64_t base, std::uint64_t end) { return PhysRange::make(base, end); }

std::string show(const Owners& owners, std::uint64_t base = 0, std::uint64_t end = 100) {
  const memblock::Region region{range(base, end)};
  std::string out;
  for (const Owned& o : owners.of({&region, 1})) {
    out += std::to_string(raw(o.range.base())) + "-" + std::to_string(raw(o.range.end())) +
           o.words + " ";
  }
  return out;
}

TEST(Owners, TheFirstKeepsWhatItHas) {
  Owners owners;
  owners.reserve(range(10, 20), {"f", kA});
  owners.reserve(range(30, 40), {"f", kB});
  owners.reserve(range(5, 50), {"f", kC});
  EXPECT_EQ(show(owners), "5-10c 10-20a 20-30c 30-40b 40-50c ");
  owners.reserve(range(12, 18), {"f", kD});
  EXPECT_EQ(show(owners), "5-10c 10-20a 20-30c 30-40b 40-50c ");
}

TEST(Owners, WhatIsFreedIsNobodys) {
  Owners owners;
  owners.reserve(range(10, 40), {"f", kA});
  owners.free(range(20, 30));
  EXPECT_EQ(show(owners), "10-20a 30-40a ");
  owners.reserve(range(15, 35), {"f", kB});
  EXPECT_EQ(show(owners), "10-20a 20-30b 30-40a ");
  owners.free(range(0, 100));
  EXPECT_EQ(show(owners), "");
  owners.free(range(0, 100));
}

TEST(Owners, TouchingPiecesOfOneOwnerAreOne) {
  Owners owners;
  owners.reserve(range(10, 20), {"f", kA});
  owners.reserve(range(20, 30), {"f", kA});
  owners.reserve(range(30, 40), {"g", kA});
  EXPECT_EQ(show(owners), "10-30a 30-40a ");
  owners.reserve(range(0, 100), {"f", kA});
  EXPECT_EQ(show(owners), "0-30a 30-40a 40-100a ");
  owners.free(range(10, 50));
  owners.reserve(range(40, 50), {"f", kA});
  owners.reserve(range(20, 30), {"f", kA});
  owners.reserve(range(5, 60), {"f", kB});
  EXPECT_EQ(show(owners), "0-10a 10-20b 20-30a 30-40b 40-100a ");
}

TEST(Owners, OnlyWithinTheRegions) {
  Owners owners;
  owners.reserve(range(10, 40), {"f", kA});
  EXPECT_EQ(show(owners, 15, 20), "15-20a ");
  EXPECT_EQ(show(owners, 40, 50), "");
}

}  // namespace
}  // namespace memmap::boot
