// cpio archives in a row, as an initrd has them.
#include "input/open/initrd.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace memmap::input {
namespace {

std::string padded(std::string text) {
  text.resize((text.size() + 3) / 4 * 4);
  return text;
}

std::string entry(const std::string& name, std::uint32_t mode, const std::string& bytes = {}) {
  std::string header = "070701";
  for (const std::size_t field :
       {std::size_t{1}, std::size_t{mode}, std::size_t{0}, std::size_t{0}, std::size_t{1},
        std::size_t{0}, bytes.size(), std::size_t{0}, std::size_t{0}, std::size_t{0},
        std::size_t{0}, name.size() + 1, std::size_t{0}})
    header += fmt::format("{:08x}", field);
  return padded(header + name + '\0') + padded(bytes);
}

std::string archive(std::size_t file_bytes) {
  return entry("bin", 0040755) + entry("bin/x", 0100755, std::string(file_bytes, 'x')) +
         entry("lib", 0120777, "usr/lib") + entry("TRAILER!!!", 0);
}

TEST(Initrd, CountsPagesOfFiles) {
  const auto read = initrd_contents("initrd", archive(4097));
  ASSERT_TRUE(read) << to_string(read.errors());
  EXPECT_EQ(read->pages, 2u);
  EXPECT_EQ(read->entries, 3u);
  EXPECT_TRUE(read->packing.empty());
}

TEST(Initrd, ReadsArchivesInARow) {
  const auto read = initrd_contents("initrd", archive(1) + std::string(512, '\0') + archive(5000));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->pages, 3u);
  EXPECT_EQ(read->entries, 6u);
}

TEST(Initrd, RefusesWhatIsNone) {
  for (const std::string& bytes : {std::string("hello"), std::string(), archive(10).substr(0, 200),
                                   std::string("070701") + std::string(104, 'g')}) {
    EXPECT_FALSE(initrd_contents("initrd", bytes)) << bytes.size();
  }
}

}  // namespace
}  // namespace memmap::input
