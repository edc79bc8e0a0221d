// Images and parts, read to the profile. data/vmlinuz: one made-up vmlinux (a few sections, BTF,
// IKCONFIG) in a made-up vmlinuz, packed by each program that kernels are packed with.
#include "profile/kernel_files.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "profile/kernel_choice.h"
#include "profile/kernel_image.h"
#include "profile/kernel_profile_yaml.h"

namespace memmap::kernel {
namespace {

const std::string kData = MEMMAP_SOURCE_DIR "/tests/unit/input/data/vmlinuz/vmlinuz-";
const std::string kKernelFilesParts = MEMMAP_SOURCE_DIR "/tests/kernels/6.1-made";

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class Packed : public testing::TestWithParam<const char*> {};

TEST_P(Packed, IsUnpackedToItsFacts) {
  const auto facts = read_kernel_files({.image = kData + GetParam()});
  ASSERT_TRUE(facts.ok()) << to_string(facts.errors());
  EXPECT_EQ(facts->banner, "6.1.0-9-made (nobody@nowhere) #1 SMP Debian 6.1.27-1 (2023-05-08)");
  const auto made = make_profile(*facts);
  ASSERT_TRUE(made.ok()) << to_string(made.errors());
  EXPECT_EQ(made->profile.name, "6.1.0-9-made");
  EXPECT_EQ(made->profile.version, (Version{6, 1, 27})) << "Debian's banner tells it";
  EXPECT_EQ(made->profile.distribution, "debian");
  EXPECT_EQ(made->profile.image.etext, 3000u);
  EXPECT_EQ(made->profile.image.end, 0x6000u);
  EXPECT_EQ(made->profile.struct_sizes.at("page"), 56u);
  EXPECT_EQ(made->profile.nodes_shift, 6u) << "of its IKCONFIG";
  EXPECT_EQ(made->profile.symbols.at("__per_cpu_end"), 512u);
  ASSERT_EQ(made->notes.size(), 3u) << "further symbols and parameters are asked for";
  EXPECT_TRUE(std::ranges::any_of(made->notes, [](const std::string& note) {
    return note.find("usual sizes are used") != std::string::npos &&
           note.find("cpu_entry_area") != std::string::npos;
  }));
}

TEST_P(Packed, CutShortIsTold) {
  const std::string whole = bytes_of(kData + GetParam());
  for (const std::size_t size : {0x203ul, 0x24dul, 0x405ul, 0x420ul, whole.size() - 1}) {
    Facts facts;
    const auto status = read_kernel_image("z", whole.substr(0, size), facts);
    ASSERT_FALSE(status.ok()) << size;
    EXPECT_TRUE(status.errors().front().origin.offset) << size;
  }
}

TEST_P(Packed, DamagedNeverCrashes) {
  const std::string whole = bytes_of(kData + GetParam());
  for (std::size_t at = 0x1f0; at < whole.size(); at += 7) {
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x55);
    Facts facts;
    const auto status = read_kernel_image("z", std::move(bytes), facts);
    if (status) continue;
    EXPECT_FALSE(status.errors().front().message.empty());
  }
}

INSTANTIATE_TEST_SUITE_P(All, Packed,
                         testing::Values("gzip", "xz", "zstd", "lz4", "lzma", "bzip2", "lzo"));

TEST(KernelFiles, ReadsAFolderOfParts) {
  const auto facts = read_kernel_files({.parts = kKernelFilesParts});
  ASSERT_TRUE(facts.ok()) << to_string(facts.errors());
  const auto made = make_profile(*facts);
  ASSERT_TRUE(made.ok()) << to_string(made.errors());
  EXPECT_EQ(made->profile.name, "6.1-made");
  EXPECT_EQ(made->profile.parameters.early, (std::vector<std::string>{"mem", "memmap"}));
}

TEST(KernelFiles, AsksForWhatIsMissing) {
  const auto facts = read_kernel_files({.parameters = kKernelFilesParts + "/params.txt"});
  ASSERT_TRUE(facts.ok());
  const auto made = make_profile(*facts);
  ASSERT_FALSE(made.ok());
  const std::string all = to_string(made.errors());
  for (const char* option : {"--config", "--btf", "--system-map", "--kallsyms", "--sections"}) {
    EXPECT_NE(all.find(option), std::string::npos) << option;
  }
}

TEST(KernelFiles, RefusesWhatIsNone) {
  EXPECT_FALSE(read_kernel_files({.image = kKernelFilesParts + "/config"}).ok());
  EXPECT_FALSE(read_kernel_files({.image = kKernelFilesParts + "/vmlinux.btf"}).ok());
  EXPECT_FALSE(read_kernel_files({.config = kKernelFilesParts + "/System.map"}).ok());
  EXPECT_FALSE(read_kernel_files({.parts = kData}).ok());
}

TEST(KernelFiles, AnotherConfigTellsWhatItCannotChange) {
  const auto made = make_profile(*read_kernel_files({.parts = kKernelFilesParts}));
  ASSERT_TRUE(made.ok());
  Profile profile = made->profile;
  Config config{.source = "other"};
  config.options = {{"X86_64", "y"}, {"NODES_SHIFT", "10"}, {"MEMCG", "y"}, {"ACPI", "y"}};
  const auto notes = overlay_config(config, profile);
  ASSERT_TRUE(notes.ok());
  EXPECT_EQ(profile.nodes_shift, 10u);
  EXPECT_TRUE(profile.has(config::ACPI));
  const std::string& warning = notes->at(1);
  EXPECT_NE(warning.find("CONFIG_MEMCG (true, was false)"), std::string::npos) << warning;
  EXPECT_NE(warning.find("CONFIG_NODES_SHIFT (10, was 6)"), std::string::npos) << warning;
  EXPECT_EQ(warning.find("CONFIG_ACPI"), std::string::npos) << warning;
}

TEST(KernelFiles, ExplainsWhichValuesAreToldOnly) {
  const auto made = make_profile(*read_kernel_files({.parts = kKernelFilesParts}));
  ASSERT_TRUE(made.ok());
  const std::string text = explain_profile(*made);
  const auto line_of = [&](const std::string& name) {
    const std::size_t at = text.find("\n  " + name + " ") + 1;
    return text.substr(at, text.find('\n', at) - at);
  };
  EXPECT_TRUE(
      line_of("LOCK_STAT").ends_with("structures with locks; told only, no boot asks for it"));
  EXPECT_TRUE(line_of("UNWINDER_ORC").ends_with("; told only, no boot asks for it"));
  EXPECT_TRUE(line_of("SMP").ends_with("per-CPU areas, the trampoline"));
  EXPECT_TRUE(line_of("memblock_region").ends_with("; told only, no boot asks for it"));
  EXPECT_TRUE(line_of("page").find("told") == std::string::npos);
}

TEST(KernelFiles, AnImageIsAKernelToChoose) {
  const auto choice = choose_kernel(kData + "zstd", std::nullopt, "");
  ASSERT_TRUE(choice.ok()) << to_string(choice.errors());
  EXPECT_EQ(choice->profile.name, "6.1.0-9-made");
}

}  // namespace
}  // namespace memmap::kernel
