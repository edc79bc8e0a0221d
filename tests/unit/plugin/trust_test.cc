#include "plugin/load/trust.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>

namespace memmap::plugin {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

TEST(SearchFolders, NamedThenListedThenOwn) {
  const auto folders = search_folders({"/usr"}, "/one::/two:");
  ASSERT_TRUE(folders.ok()) << to_string(folders.errors());
  ASSERT_EQ(folders->size(), 5u);
  EXPECT_EQ((*folders)[0].path, "/usr");
  EXPECT_EQ((*folders)[1].path, "/one");
  EXPECT_EQ((*folders)[2].path, "/two");
  EXPECT_EQ((*folders)[2].trust, Trust::foreign);
  EXPECT_EQ((*folders)[3].path, fs::read_symlink("/proc/self/exe").parent_path() / "plugins");
  EXPECT_EQ((*folders)[3].trust, Trust::own);
  EXPECT_THAT((*folders)[4].path.string(), testing::EndsWith("/memmap/plugins"));
}

TEST(SearchFolders, NamedOnesAreMadeAbsolute) {
  const std::string here = fs::path(".").string();
  const auto folders = search_folders({here}, "");
  ASSERT_TRUE(folders.ok());
  EXPECT_EQ((*folders)[0].path, fs::current_path() / here);
}

TEST(SearchFolders, WhatIsNamedIsThere) {
  const auto folders = search_folders({"/nowhere/at/all", "/proc/self/exe"}, "/nowhere/either");
  ASSERT_FALSE(folders.ok());
  EXPECT_EQ(folders.errors().size(), 2u) << to_string(folders.errors());
  EXPECT_THAT(to_string(folders.errors()), HasSubstr("`/nowhere/at/all` is no folder"));
}

TEST(SearchFolders, RelativeElementsOfTheListAreRefused) {
  const auto folders = search_folders({""}, "a:/b:.");
  ASSERT_FALSE(folders.ok());
  EXPECT_EQ(folders.errors().size(), 3u) << to_string(folders.errors());
  EXPECT_THAT(to_string(folders.errors()), HasSubstr("`a` is not an absolute path"));
}

TEST(Writable, AMissingFileIsAnError) {
  EXPECT_FALSE(check_not_writable_by_others("/nowhere/at/all.so").ok());
}

TEST(Writable, AnotherUsersIsAnError) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root gives files away";
  const fs::path folder = fs::path(testing::TempDir()) / "trust_owner";
  fs::create_directories(folder);
  fs::permissions(folder, fs::perms(0755));
  const fs::path file = folder / "x.so";
  std::ofstream(file) << "x";
  fs::permissions(file, fs::perms(0644));
  EXPECT_TRUE(check_not_writable_by_others(file).ok());
  for (const fs::path& given : {file, folder}) {
    ASSERT_EQ(::chown(given.c_str(), 65534, 65534), 0);
    const Status status = check_not_writable_by_others(file);
    EXPECT_FALSE(status.ok());
    if (!status) {
      EXPECT_THAT(to_string(status.errors()), HasSubstr("belongs to another user"));
    }
    ASSERT_EQ(::chown(given.c_str(), 0, 0), 0);
  }
  fs::remove_all(folder);
}

}  // namespace
}  // namespace memmap::plugin
