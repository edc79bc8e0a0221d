#include "input/formats.h"

#include <algorithm>
#include <set>

#include "unit/input/input_files.h"

namespace memmap::input {
namespace {

TEST(Formats, EachRowIsWhole) {
  std::set<std::string_view> ids;
  for (const Format& f : formats()) {
    EXPECT_TRUE(ids.insert(f.id).second) << f.id;
    EXPECT_FALSE(f.summary.empty());
    EXPECT_TRUE(f.example.find("memmap") != std::string_view::npos) << f.id;
    ASSERT_NE(f.recognise, nullptr);
    ASSERT_NE(f.read, nullptr);
  }
}

TEST(Formats, AMistypedIdIsSuggested) {
  const auto machine = read_machine(data_path("etc-e820.bin"), {.format = "etc_e820"});
  ASSERT_FALSE(machine.ok());
  EXPECT_NE(all_messages(machine).find("did you mean `etc-e820`"), std::string::npos);
  const auto other = read_machine(data_path("etc-e820.bin"), {.format = "something"});
  ASSERT_FALSE(other.ok());
  EXPECT_NE(all_messages(other).find("there are dmesg, sysfs, machine, sysfs-tar"),
            std::string::npos);
}

TEST(Formats, AForcedFormatThatDoesNotFitTellsPathAndReason) {
  for (const Format& f : formats()) {
    const auto machine =
        read_machine(Source{.name = "x.bin", .bytes = "hello\n"}, {.format = std::string(f.id)});
    ASSERT_FALSE(machine.ok()) << f.id;
    for (const Error& e : machine.errors()) EXPECT_EQ(e.origin.file, "x.bin") << f.id;
    EXPECT_FALSE(machine.errors()[0].message.empty());
  }
}

TEST(Formats, UnrecognisedNamesTheNearFormats) {
  auto machine = read_machine(
      Source{.name = "short", .bytes = data_bytes("boot_params-4g").substr(0, 2048)}, {});
  ASSERT_FALSE(machine.ok());
  EXPECT_NE(all_messages(machine).find("boot-params"), std::string::npos) << all_messages(machine);
  machine = read_machine(Source{.name = "nothing", .bytes = "hello\n"}, {});
  ASSERT_FALSE(machine.ok());
  EXPECT_NE(all_messages(machine).find("no line holds an address"), std::string::npos)
      << all_messages(machine);
  machine = read_machine(Source{.name = "nothing", .bytes = std::string("hello\0", 6)}, {});
  EXPECT_NE(all_messages(machine).find("iomem"), std::string::npos) << all_messages(machine);
}

TEST(Formats, AKernelsWordIsNoKeyOfAScenario) {
  const auto score = [](const char* text) {
    const auto all = formats();
    const auto it = std::ranges::find(all, "scenario", &Format::id);
    return it->recognise(Source{.name = "x", .bytes = text}).score;
  };
  EXPECT_EQ(score("e820: BIOS-provided physical RAM map:\ne820: last_pfn = 0x80000\n"
                  "e820: [mem 0x90000000-0xdfffffff] available for PCI devices\n"),
            0);
  EXPECT_GE(score("firmware: bios\ne820:\n  - {start: 0, size: 640K, type: ram}\n"), 80);
  EXPECT_GE(score("e820: [{start: 0, size: 640K, type: ram}]\n"), 80);
  EXPECT_GE(score("e820:  # the map\n"), 80);
}

TEST(Formats, AnUnknownFolderIsNotComparedWithFiles) {
  const ScratchFolder scratch;
  const auto machine = read_machine(scratch.path().string(), {});
  ASSERT_FALSE(machine.ok());
  EXPECT_NE(all_messages(machine).find("sysfs"), std::string::npos);
  EXPECT_EQ(all_messages(machine).find("elf-core"), std::string::npos) << all_messages(machine);
}

TEST(Formats, NoSampleIsTakenForAnother) {
  const struct {
    const char* file;
    const char* format;
  } cases[] = {
      {"boot_params-4g", "boot-params"},  {"boot_params-efi-4g", "boot-params"},
      {"core-5g.elf", "elf-core"},        {"etc-e820.bin", "etc-e820"},
      {"iomem-4g.txt", "iomem"},          {"memmap-4g.tar.gz", "sysfs-tar"},
      {"mtree-flat-vga-5g.txt", "mtree"}, {"mtree-pc-5g.txt", "mtree"},
  };
  for (const auto& c : cases) {
    const Source source = data_source(c.file);
    int best = 0;
    for (const Format& f : formats()) {
      const Recognition r = f.recognise(source);
      EXPECT_FALSE(r.reason.empty()) << f.id;
      if (f.id == c.format) {
        best = r.score;
      } else {
        EXPECT_LT(r.score, 20) << c.file << " as " << f.id;
      }
    }
    EXPECT_GE(best, 70) << c.file;
  }
}

}  // namespace
}  // namespace memmap::input
