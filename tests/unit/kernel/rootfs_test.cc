#include "kernel/rootfs.h"

#include <gtest/gtest.h>

#include <string>

namespace memmap::kernel {
namespace {

Profile kernel_of(Version version) {
  Profile out;
  out.version = version;
  out.parameters.setup = {"initramfs_options="};
  return out;
}

constexpr std::uint64_t kMemory = 1001 * kPageSize;

Rootfs with(const std::string& options, const Profile& profile = kernel_of({6, 18, 0})) {
  return rootfs_of("initramfs_options=\"" + options + "\"", profile, kMemory);
}

TEST(Rootfs, AnOptionThatATmpfsTakes) {
  for (const char* options : {"size=20M",
                              "size=50%",
                              "nr_blocks=1k",
                              "nr_inodes=10000",
                              "mode=755",
                              "mode=01777",
                              "uid=0",
                              "gid=0x10",
                              "huge=never",
                              "huge=always",
                              "huge=within_size",
                              "mpol=interleave:0,2",
                              "inode32",
                              "inode64",
                              "noswap",
                              "quota",
                              "usrquota_block_hardlimit=1G",
                              "casefold",
                              "casefold=utf8-12.1.0",
                              "ro",
                              "sync=yes",
                              "source=none",
                              "size=1M,,mode=700",
                              "=x,size=1M",
                              ""})
    EXPECT_FALSE(with(options).is_refused) << options;
}

TEST(Rootfs, OthersItRefuses) {
  for (const char* options : {"size=20MB",
                              "size=",
                              "size",
                              "size=50%%",
                              "nr_blocks=1x",
                              "nr_blocks=0x8000000000000000",
                              "nr_inodes=abc",
                              "nr_inodes=0x40000000000000",
                              "mode=9",
                              "mode=",
                              "mode=7777777777777",
                              "uid=x",
                              "uid=0xffffffff",
                              "gid=-1",
                              "huge=yes",
                              "noswap=1",
                              "quota=x",
                              "bogus=1",
                              "bogus",
                              "usrquota_block_hardlimit=0",
                              "mode=755,bogus",
                              "sizes=1M"})
    EXPECT_TRUE(with(options).is_refused) << options;
}

TEST(Rootfs, WhatItTakesDependsOnTheKernel) {
  EXPECT_TRUE(with("noswap", kernel_of({6, 1, 170})).is_refused);
  EXPECT_FALSE(with("noswap", kernel_of({6, 6, 0})).is_refused);
  EXPECT_TRUE(with("quota", kernel_of({6, 4, 0})).is_refused);
  EXPECT_TRUE(with("casefold", kernel_of({6, 12, 0})).is_refused);
  Profile without_huge = kernel_of({6, 18, 0});
  without_huge.config["TRANSPARENT_HUGEPAGE"] = "n";
  EXPECT_TRUE(with("huge=always", without_huge).is_refused);
  EXPECT_FALSE(with("huge=never", without_huge).is_refused);
}

// The last counts. A share is rounded up to a page, where half of the memory by default is rounded down.
TEST(Rootfs, ItsLimit) {
  const auto pages = [](const char* options) { return with(options).limit / kPageSize; };
  EXPECT_EQ(pages(""), 500u);
  EXPECT_EQ(pages("mode=755"), 500u);
  EXPECT_EQ(pages("size=50%"), 501u);
  EXPECT_EQ(pages("size=100%"), 1001u);
  EXPECT_EQ(pages("size=4097"), 2u);
  EXPECT_EQ(pages("size=8K"), 2u);
  EXPECT_EQ(pages("nr_blocks=3,size=0"), 0u);
  EXPECT_EQ(pages("size=1M,nr_blocks=7"), 7u);
  EXPECT_EQ(pages("mpol=bind:0,1,2,size=16K"), 4u);
}

TEST(Rootfs, IsARamfsWithARoot) {
  const Profile profile = kernel_of({6, 18, 0});
  const Rootfs fs = rootfs_of("root=/dev/sda1 initramfs_options=bogus", profile, kMemory);
  EXPECT_FALSE(fs.is_tmpfs);
  EXPECT_FALSE(fs.is_refused);
  EXPECT_EQ(fs.limit, 0u);
  EXPECT_FALSE(rootfs_of("initramfs_options=bogus", Profile(), kMemory).is_refused);  // not known
}

}  // namespace
}  // namespace memmap::kernel
