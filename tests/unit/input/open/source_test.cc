#include "input/open/source.h"

#include <sys/stat.h>

#include "base/limits.h"
#include "input/open/archive.h"
#include "unit/input/input_files.h"

namespace memmap::input {
namespace {

constexpr const char* kCommandLine = "console=ttyS0 memblock=debug panic=-1 rdinit=/init nokaslr\n";

TEST(OpenSource, UnpacksByContentNotByName) {
  for (const char* name : {"cmdline.gzip", "cmdline.xz", "cmdline.zstd", "cmdline.bzip2"}) {
    const auto source = open_source(data_path(name));
    ASSERT_TRUE(source.ok()) << all_messages(source);
    EXPECT_EQ(source->bytes, kCommandLine) << name;
    EXPECT_EQ(source->name, data_path(name));
    EXPECT_FALSE(source->prefix_only);
  }
}

TEST(OpenSource, ACompressedTarStaysATar) {
  EXPECT_TRUE(is_tar(data_source("memmap-4g.tar.gz").bytes));
}

TEST(OpenSource, AFolderIsASource) {
  const ScratchFolder scratch;
  const auto source = open_source(scratch.path().string());
  ASSERT_TRUE(source.ok());
  EXPECT_TRUE(source->is_folder());
  EXPECT_TRUE(source->bytes.empty());
}

TEST(OpenSource, RefusesWhatCannotBeRead) {
  const ScratchFolder scratch;
  const struct {
    std::string path;
    const char* what;
  } cases[] = {
      {"", "empty"},
      {(scratch.path() / "missing").string(), "No such file"},
      {scratch.write("empty", ""), "is empty"},
      {"/dev/zero", "a device"},
      {scratch.write("file", "x") + "/below", "Not a directory"},
  };
  for (const auto& c : cases) {
    const auto source = open_source(c.path);
    ASSERT_FALSE(source.ok()) << c.path;
    EXPECT_NE(source.errors()[0].message.find(c.what), std::string::npos) << all_messages(source);
    EXPECT_EQ(source.errors()[0].origin.file, c.path);
  }
}

TEST(OpenSource, ALoopOfLinksIsAnError) {
  const ScratchFolder scratch;
  std::filesystem::create_symlink("loop", scratch.path() / "loop");
  EXPECT_FALSE(open_source((scratch.path() / "loop").string()).ok());
}

TEST(ReadFile, APipeIsNotWaitedFor) {
  const ScratchFolder scratch;
  const std::string pipe = (scratch.path() / "pipe").string();
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_FALSE(read_file(pipe).ok());
}

TEST(ReadFile, ALinkIntoProcIsRefused) {
  const ScratchFolder scratch;
  std::filesystem::create_symlink("/proc/version", scratch.path() / "dmesg.txt");
  std::filesystem::create_directory_symlink("/proc", scratch.path() / "folder");
  for (const char* name : {"dmesg.txt", "folder/version"}) {
    const auto bytes = read_file(scratch.path() / name);
    ASSERT_FALSE(bytes.ok()) << name;
    EXPECT_NE(bytes.errors()[0].message.find("a link into /proc"), std::string::npos);
  }
  EXPECT_TRUE(read_file("/proc/version").ok());
}

TEST(ReadFile, AnErrorHasACode) {
  const ScratchFolder scratch;
  EXPECT_EQ(read_file(scratch.path() / "missing").errors()[0].code, ErrorCode::not_found);
}

TEST(OpenSource, AnEndlessInputEndsEarly) {
  const ScratchFolder scratch;
  const std::string path = scratch.write("large", "y\n");
  std::filesystem::resize_file(path, limit_of(Limit::input_size) + 1);
  const auto source = open_source(path);
  ASSERT_FALSE(source.ok());
  EXPECT_NE(source.errors()[0].message.find("input-size=128M"), std::string::npos);
}

TEST(SourceFromBytes, DamagedAndCutShortTellWhere) {
  for (const char* name : {"cmdline.gzip", "cmdline.xz", "cmdline.zstd", "cmdline.bzip2"}) {
    std::string bytes = data_bytes(name);
    bytes.resize(bytes.size() - 12);
    const auto source = source_from_bytes("cut", bytes);
    ASSERT_FALSE(source.ok()) << name;
    EXPECT_TRUE(source.errors()[0].origin.offset.has_value());
    EXPECT_NE(source.errors()[0].message.find("damaged or cut short"), std::string::npos);
  }
}

TEST(SourceFromBytes, TextThatStartsLikeAMagicNumberIsText) {
  const auto source = source_from_bytes("t", "BZh9 is not bzip2, it is a remark");
  ASSERT_TRUE(source.ok());
  EXPECT_EQ(source->bytes.substr(0, 4), "BZh9");
}

TEST(SourceFromBytes, OfALargeElfFileOnlyTheBeginningIsKept) {
  std::string dump = data_bytes("core-5g.elf");
  dump.resize(kElfPrefixBytes + 1);
  const auto source = source_from_bytes("dump", dump);
  ASSERT_TRUE(source.ok());
  EXPECT_TRUE(source->prefix_only);
  EXPECT_EQ(source->bytes.size(), kElfPrefixBytes);
  const ScratchFolder scratch;
  const auto opened = open_source(scratch.write("dump", dump));
  ASSERT_TRUE(opened.ok());
  EXPECT_TRUE(opened->prefix_only);
  EXPECT_EQ(opened->bytes.size(), kElfPrefixBytes);
}

TEST(Unpack, StopsAtItsLimit) {
  const std::string packed = data_bytes("cmdline.gzip");
  const std::size_t size = std::string_view(kCommandLine).size();
  for (const std::size_t limit : {std::size_t{10}, size - 1}) {
    const auto out = unpack("bomb", packed, limit);
    ASSERT_TRUE(out.ok());
    EXPECT_TRUE(out->more) << limit;
    EXPECT_EQ(out->bytes.size(), limit);
  }
  const auto whole = unpack("fits", packed, size);
  ASSERT_TRUE(whole.ok());
  EXPECT_FALSE(whole->more);
}

TEST(TarMembers, BudgetsAreErrors) {
  const std::string tar = data_source("memmap-4g.tar.gz").bytes;
  EXPECT_TRUE(tar_members("t", tar, {.members = 100, .member_bytes = 100}).ok());
  EXPECT_FALSE(tar_members("t", tar, {.members = 10, .member_bytes = 100}).ok());
  EXPECT_FALSE(tar_members("t", tar, {.members = 100, .member_bytes = 5}).ok());
  EXPECT_FALSE(tar_members("t", tar.substr(0, 1200), {.members = 100, .member_bytes = 100}).ok());
}

}  // namespace
}  // namespace memmap::input
