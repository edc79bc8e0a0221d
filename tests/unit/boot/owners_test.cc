#include "boot/owners.h"

#include <gtest/gtest.h>

namespace memmap::boot {
namespace {

constexpr memblock::Owner kA{"a", "a"};
constexpr memblock::Owner kB{"b", "b"};
constexpr memblock::Owner kC{"c", "c"};
constexpr memblock::Owner kD{"d", "d"};

PhysRange at(std::uint64_t base, std::uint64_t end) { return PhysRange::make(base, end); }

std::string show(const Owners& owners, std::uint64_t base = 0, std::uint64_t end = 100) {
  const memblock::Region region{at(base, end)};
  std::string out;
  for (const Owned& o : owners.of({&region, 1})) {
    out += std::to_string(raw(o.range.base())) + "-" + std::to_string(raw(o.range.end())) +
           o.words + " ";
  }
  return out;
}

TEST(Owners, TheFirstKeepsWhatItHas) {
  Owners owners;
  owners.reserve(at(10, 20), {"f", kA});
  owners.reserve(at(30, 40), {"f", kB});
  owners.reserve(at(5, 50), {"f", kC});
  EXPECT_EQ(show(owners), "5-10c 10-20a 20-30c 30-40b 40-50c ");
  owners.reserve(at(12, 18), {"f", kD});
  EXPECT_EQ(show(owners), "5-10c 10-20a 20-30c 30-40b 40-50c ");
}

TEST(Owners, WhatIsFreedIsNobodys) {
  Owners owners;
  owners.reserve(at(10, 40), {"f", kA});
  owners.free(at(20, 30));
  EXPECT_EQ(show(owners), "10-20a 30-40a ");
  owners.reserve(at(15, 35), {"f", kB});
  EXPECT_EQ(show(owners), "10-20a 20-30b 30-40a ");
  owners.free(at(0, 100));
  EXPECT_EQ(show(owners), "");
  owners.free(at(0, 100));
}

TEST(Owners, TouchingPiecesOfOneOwnerAreOne) {
  Owners owners;
  owners.reserve(at(10, 20), {"f", kA});
  owners.reserve(at(20, 30), {"f", kA});
  owners.reserve(at(30, 40), {"g", kA});
  EXPECT_EQ(show(owners), "10-30a 30-40a ");
  owners.reserve(at(0, 100), {"f", kA});
  EXPECT_EQ(show(owners), "0-30a 30-40a 40-100a ");
  owners.free(at(10, 50));
  owners.reserve(at(40, 50), {"f", kA});
  owners.reserve(at(20, 30), {"f", kA});
  owners.reserve(at(5, 60), {"f", kB});
  EXPECT_EQ(show(owners), "0-10a 10-20b 20-30a 30-40b 40-100a ");
}

TEST(Owners, OnlyWithinTheRegions) {
  Owners owners;
  owners.reserve(at(10, 40), {"f", kA});
  EXPECT_EQ(show(owners, 15, 20), "15-20a ");
  EXPECT_EQ(show(owners, 40, 50), "");
}

}  // namespace
}  // namespace memmap::boot
