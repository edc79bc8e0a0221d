// Which files tell of a kernel, by name and by place.
#include "profile/parts.h"

#include <gtest/gtest.h>

namespace memmap::kernel {
namespace {

struct PartsCase {
  const char* path;
  std::optional<Part> part;
  const char* release;
};

TEST(Parts, AreKnownByTheirNames) {
  const PartsCase kCases[] = {
      {"vmlinuz", Part::image, ""},
      {"vmlinuz-6.1.0-9-amd64", Part::image, "6.1.0-9-amd64"},
      {"vmlinux-6.4-default.xz", Part::image, "6.4-default"},
      {"config-6.1.gz", Part::config, "6.1"},
      {".config", Part::config, ""},
      {"System.map-6.1", Part::symbols, "6.1"},
      {"vmlinux.btf.zst", Part::btf, ""},
      {"params.txt", Part::parameters, ""},
      {"vmlinuz-6.1.old", std::nullopt, ""},
      {"vmlinuz-0-rescue-4f21", std::nullopt, ""},
      {"initrd.img-6.1", std::nullopt, ""},
      {"vmlinux.o", std::nullopt, ""},
      {"configs", std::nullopt, ""},
  };
  for (const PartsCase& c : kCases) {
    const auto got = part_named(c.path);
    ASSERT_EQ(got.has_value(), c.part.has_value()) << c.path;
    if (!got) continue;
    EXPECT_EQ(got->part, *c.part) << c.path;
    EXPECT_EQ(got->release, c.release) << c.path;
  }
}

TEST(Parts, AreKnownByTheirPlaces) {
  const PartsCase kCases[] = {
      {"boot/vmlinuz-6.1.0-9-amd64", Part::image, "6.1.0-9-amd64"},
      {"usr/lib/modules/7.2.12+deb13-amd64/vmlinuz", Part::image, "7.2.12+deb13-amd64"},
      {"lib/modules/6.9-200.fc40.x86_64/config", Part::config, "6.9-200.fc40.x86_64"},
      {"usr/lib/modules/6.9.1-arch1-1/build/.config", Part::config, "6.9.1-arch1-1"},
      {"usr/lib/debug/boot/vmlinux-6.8.0-31-generic", Part::image, "6.8.0-31-generic"},
      {"usr/lib/debug/lib/modules/6.9-200/vmlinux", Part::image, "6.9-200"},
      {"usr/src/linux-headers-6.1.0-9-amd64/.config", Part::config, "6.1.0-9-amd64"},
      {"usr/src/linux-6.1/.config", std::nullopt, ""},
      {"usr/share/doc/linux/config", std::nullopt, ""},
      {"lib/modules/6.1/kernel/vmlinuz", std::nullopt, ""},
      {"lib/modules/6.1/params.txt", std::nullopt, ""},
      {"boot/grub/config", std::nullopt, ""},
      {"vmlinuz", std::nullopt, ""},
      {"", std::nullopt, ""},
  };
  for (const PartsCase& c : kCases) {
    const auto got = part_at(c.path);
    ASSERT_EQ(got.has_value(), c.part.has_value()) << c.path;
    if (!got) continue;
    EXPECT_EQ(got->part, *c.part) << c.path;
    EXPECT_EQ(got->release, c.release) << c.path;
  }
}

TEST(Parts, AStubIsToldFromSymbols) {
  EXPECT_TRUE(
      is_stub("ffffffffffffffff B The real System.map is in the linux-image-6.1-dbg package"));
  EXPECT_FALSE(is_stub("ffffffff81000000 T _text\n"));
}

}  // namespace
}  // namespace memmap::kernel
