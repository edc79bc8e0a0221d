#include "input/map/sysfs.h"

#include "input/formats.h"
#include "input/map/sysfs_entries.h"
#include "input/map/sysfs_tar.h"
#include "unit/input/input_files.h"

namespace memmap::input {
namespace {

Result<Machine> read_folder(const std::filesystem::path& folder) {
  return read_sysfs({.name = "memmap", .folder = folder}, {});
}

TEST(Sysfs, TenComesAfterNine) {
  const ScratchFolder scratch;
  for (int i = 0; i <= 10; ++i) {
    const std::string base = "0x" + std::to_string(10 + i);
    scratch.write_entry(std::to_string(i), base + "000\n", base + "fff\n", "System RAM\n");
  }
  const auto machine = read_folder(scratch.path());
  ASSERT_TRUE(machine.ok()) << all_messages(machine);
  ASSERT_EQ(machine->firmware_map.size(), 11u);
  EXPECT_EQ(machine->firmware_map[10], (E820Entry{PhysAddr{0x20000}, 0x1000, E820Type::ram}));
}

TEST(Sysfs, ReadsEachType) {
  const struct {
    const char* name;
    E820Type type;
  } types[] = {
      {"System RAM", E820Type::ram},
      {"Reserved", E820Type::reserved},
      {"reserved", E820Type::reserved},
      {"device reserved", E820Type::reserved},
      {"ACPI Tables", E820Type::acpi},
      {"ACPI Non-volatile Storage", E820Type::nvs},
      {"Unusable memory", E820Type::unusable},
      {"Persistent Memory", E820Type::pmem},
      {"Persistent Memory (legacy)", E820Type::pram},
      {"Soft Reserved", E820Type::soft_reserved},
  };
  for (const auto& t : types) {
    const EntryFolders folders = {
        {0,
         {.name = "0", .start = {{"s", "0x0"}}, .end = {{"e", "0xfff"}}, .type = {{"t", t.name}}}}};
    const auto map = map_of_folders("m", folders);
    ASSERT_TRUE(map.ok()) << t.name;
    EXPECT_EQ(map->entries[0].type, t.type) << t.name;
    EXPECT_TRUE(map->notes.empty());
  }
}

TEST(Sysfs, AnUnknownTypeIsNoted) {
  const ScratchFolder scratch;
  scratch.write_entry("0", "0x0\n", "0xffffffffffff\n", "Unknown E820 type\n");
  const auto machine = read_folder(scratch.path());
  ASSERT_TRUE(machine.ok());
  EXPECT_EQ(machine->notes.size(), 1u);
}

TEST(Sysfs, TellsAllThatIsWrong) {
  const ScratchFolder scratch;
  scratch.write_entry("0", "0x0\n", "0xfff\n", "Sistem RAM\n");
  scratch.write_entry("1", "zero\n", "0x1fff\n", "Reserved\n");
  scratch.write_entry("3", "0x4000\n", "0x3000\n", "Reserved\n");
  scratch.write("4/start", "0x9000\n");
  scratch.write_entry("6", "0x0\n", "0xffffffffffffffff\n", "Reserved\n");
  scratch.write("README", "hello");
  const auto machine = read_folder(scratch.path());
  ASSERT_FALSE(machine.ok());
  const std::string text = all_messages(machine);
  for (const char* want :
       {"did you mean `System RAM`", "0/type", "1/start", "`zero`", "entry 2 is missing",
        "before the start", "no file `end`", "no file `type`", "entry 5 is missing",
        "whole 64-bit space", "README"}) {
    EXPECT_NE(text.find(want), std::string::npos) << want << "\n" << text;
  }
}

TEST(Sysfs, NamesTheFolderThatWasMeant) {
  const ScratchFolder scratch;
  scratch.write_entry("memmap/0", "0x0\n", "0xfff\n", "System RAM\n");
  const auto machine = read_machine(scratch.path().string(), {});
  ASSERT_FALSE(machine.ok());
  EXPECT_NE(all_messages(machine).find("its folder `memmap`"), std::string::npos);
}

TEST(SysfsTar, ReadsATarUnderAnyPath) {
  for (const char* name : {"memmap-4g.tar.gz", "memmap-4g-padded.tar.gz"}) {
    const auto machine = read_machine(data_path(name), {});
    ASSERT_TRUE(machine.ok()) << all_messages(machine);
    EXPECT_EQ(show(machine->firmware_map), kMap4G) << name;
    EXPECT_EQ(machine->format, "sysfs-tar");
    EXPECT_EQ(machine->source, data_path(name));
  }
}

TEST(SysfsTar, ATarCutShortOrWithoutAMapIsAnError) {
  Source source = data_source("memmap-4g.tar.gz");
  const std::string whole = source.bytes;
  source.bytes = whole.substr(0, 2048);
  EXPECT_FALSE(read_sysfs_tar(source, {}).ok());
  source.bytes = whole.substr(0, 512) + std::string(1024, '\0');
  EXPECT_FALSE(read_sysfs_tar(source, {}).ok());
  source.bytes = "no tar";
  EXPECT_FALSE(read_sysfs_tar(source, {}).ok());
}

}  // namespace
}  // namespace memmap::input
