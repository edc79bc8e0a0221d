// What hibernation keeps of the memory map.
#include "diff/resume.h"

#include <gtest/gtest.h>

namespace memmap::diff {
namespace {

E820Entry entry(std::uint64_t base, std::uint64_t size, E820Type type) {
  return {PhysAddr{base}, size, type};
}

// Sums of `struct.pack("<I", n) + b"".join(struct.pack("<QQI", addr, size, type) ...)` by Python's zlib
// and hashlib.
TEST(Resume, SumsAreOfThePackedTable) {
  const E820Entries table{entry(0, 0x9fc00, E820Type::ram),
                          entry(0x9fc00, 0x400, E820Type::reserved),
                          entry(0x100000, 0x3ff00000, E820Type::ram)};
  const ResumeSums sums = resume_sums(table);
  EXPECT_EQ(sums.crc32, 0x5ffe3f5au);
  EXPECT_EQ(md5_text(sums), "cee3de54135c79a7348eb4d9def40cbd");
}

TEST(Resume, AnEmptyTableHasASumToo) {
  EXPECT_EQ(resume_sums({}).crc32, 0x2144df1cu);
  EXPECT_EQ(md5_text(resume_sums({})), "f1d3ff8443297732862df21dc4e57262");
}

TEST(Resume, OrderTypeAndSizeCount) {
  const E820Entry low = entry(0, 0x9fc00, E820Type::ram);
  const E820Entry high = entry(0x100000, 0x3ff00000, E820Type::ram);
  const auto sum = resume_sums({low, high});
  EXPECT_NE(sum, resume_sums({high, low}));
  EXPECT_NE(sum, resume_sums({low, entry(0x100000, 0x3ff00000, E820Type::nvs)}));
  EXPECT_NE(sum, resume_sums({low, entry(0x100000, 0x3fe00000, E820Type::ram)}));
}

TEST(Resume, UsableIsByBytesNotByEntries) {
  const E820Entries whole{entry(0, 0x2000, E820Type::ram),
                          entry(0x5000, 0x1000, E820Type::reserved)};
  const E820Entries pieces{entry(0x1000, 0x1000, E820Type::ram), entry(0, 0x1000, E820Type::ram),
                           entry(0x5000, 0x1000, E820Type::nvs)};
  EXPECT_TRUE(same_usable(whole, pieces));
  EXPECT_FALSE(same_usable(whole, {entry(0, 0x1000, E820Type::ram)}));
}

}  // namespace
}  // namespace memmap::diff
