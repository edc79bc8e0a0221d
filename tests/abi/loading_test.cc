// Plugins that must be refused, or contained, while they are loaded.
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "plugin/built_in.h"
#include "plugin/load/guard.h"
#include "plugin/load/host.h"

namespace memmap::plugin {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

const fs::path kFixtures = MEMMAP_FIXTURES;
const fs::path kShipped = fs::path(MEMMAP_BUILD_DIR) / "plugins";
const fs::path kModules = fs::path(MEMMAP_BUILD_DIR) / "built_in";  // of the kernel's own rules

PluginHost fixtures() { return PluginHost({{.path = kFixtures, .trust = Trust::foreign}}); }

std::string messages(const Errors& errors) { return to_string(errors); }

// A folder of one test's own, where only we may write.
class Scratch {
 public:
  Scratch() {
    std::string name = (fs::temp_directory_path() / "memmap-plugin-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) ADD_FAILURE() << "no scratch folder";
    path_ = name;
  }
  ~Scratch() { fs::remove_all(path_); }
  const fs::path& path() const { return path_; }
  fs::path copy(const fs::path& from) const {
    const fs::path to = path_ / from.filename();
    fs::copy_file(from, to);
    return to;
  }

 private:
  fs::path path_;
};

struct Refusal {
  const char* name;
  std::vector<const char*> says;
};

class Loading : public testing::TestWithParam<Refusal> {};

TEST_P(Loading, IsRefusedWithNameAndReason) {
  PluginHost host = fixtures();
  const auto plugin = host.load(GetParam().name);
  ASSERT_FALSE(plugin.ok());
  const std::string text = messages(plugin.errors());
  EXPECT_THAT(text, HasSubstr(std::string("plugin `") + GetParam().name + "`: "));
  for (const char* part : GetParam().says) EXPECT_THAT(text, HasSubstr(part));
}

const Refusal kRefusals[] = {
    {"bad_magic", {"no plugin descriptor", "0x1234"}},
    {"wrong_major", {"ABI 2.", "this memmap has 1."}},
    {"short_struct", {"struct_size 24; expected 64"}},
    {"missing_symbol", {"does not export `memmap_plugin`"}},
    {"wrong_name", {"names itself `another`"}},
    {"incomplete", {"its version is missing", "lacks get_interface()"}},
    {"null_choose", {"memmap.alloc/1 lacks choose()"}},
    {"short_interface", {"memmap.alloc/1 has the struct_size 16; expected 32"}},
    {"no_interface", {"offers none of the interfaces"}},
    {"null_check", {"memmap.check/1 lacks event()"}},
    {"bad_options",
     {"option 1 has the unknown type 77", "option 2 has a default that is none", "`many`",
      "option 3 has the name `No Name`", "two options `nodes`"}},
    {"unresolved", {"nobody_defines_this"}},
    {"exit_loading", {"ended the process while loading"}},
    {"exit_hard_loading", {"ended the process while loading"}},
    {"crash_loading", {"while loading"}},
    {"crash_get_interface", {"while loading"}},
};
INSTANTIATE_TEST_SUITE_P(All, Loading, testing::ValuesIn(kRefusals),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(LoadingNewer, MinorIsWarnedOfAndItsLargerStructsAreRead) {
  PluginHost host = fixtures();
  const auto plugin = host.load("newer_minor");
  ASSERT_TRUE(plugin.ok()) << messages(plugin.errors());
  const PluginInfo& info = (*plugin)->info();
  const std::string newer = "ABI 1." + std::to_string(MEMMAP_ABI_MINOR + 1) +
                            ", newer than this memmap's 1." + std::to_string(MEMMAP_ABI_MINOR);
  EXPECT_THAT(info.warnings, ElementsAre(HasSubstr(newer)));
  ASSERT_EQ(info.options.size(), 2u);
  EXPECT_EQ(info.options[0].name, "first");
  EXPECT_EQ(info.options[1].name, "second");
  EXPECT_EQ(info.options[1].type, OptionType::flag);
}

TEST(LoadingShipped, AllAreListedInNameOrder) {
  PluginHost host({{.path = kShipped, .trust = Trust::own}});
  const Listing listing = host.list();
  EXPECT_TRUE(listing.refused.empty()) << to_string(listing.refused);
  std::vector<std::string> names;
  for (const PluginInfo& p : listing.plugins) names.push_back(p.name);
  EXPECT_THAT(names,
              testing::IsSupersetOf({"alloc_bottomup", "alloc_topdown", "numa_flat", "trim_bios"}));
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
}

TEST(LoadingBuiltIn, NeedsNoFolderAndGivesWayToAModule) {
  PluginHost alone({});
  PluginHost modules({{.path = kModules, .trust = Trust::own}});
  for (const BuiltIn& own : built_in_plugins()) {
    const auto linked = alone.load(own.name);
    ASSERT_TRUE(linked.ok()) << messages(linked.errors());
    EXPECT_EQ((*linked)->info().file, "");
    EXPECT_EQ(*linked, *alone.load(own.name));
    EXPECT_TRUE(alone.knows(own.name));
    const auto module = modules.load(own.name);
    ASSERT_TRUE(module.ok()) << messages(module.errors());
    EXPECT_EQ((*module)->info().file, fs::canonical(kModules / (std::string(own.name) + ".so")));
    EXPECT_EQ((*module)->info().interfaces, (*linked)->info().interfaces);
  }
  EXPECT_EQ(alone.list().plugins.size(), built_in_plugins().size());
  EXPECT_FALSE(alone.knows("alloc_bestfit"));
}

TEST(LoadingShipped, ListTellsWhatItRefuses) {
  PluginHost host = fixtures();
  const Listing listing = host.list();
  EXPECT_GE(listing.refused.size(), std::size(kRefusals));
  EXPECT_FALSE(listing.plugins.empty());
}

TEST(LoadingTwice, GivesTheSameObject) {
  PluginHost host({{.path = kModules, .trust = Trust::own}});
  const auto first = host.load("alloc_topdown");
  const auto second = host.load((kModules / "alloc_topdown.so").string());
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(*first, *second);
}

TEST(LoadingFrom, NeverTheCurrentFolder) {
  const fs::path before = fs::current_path();
  fs::current_path(kShipped);
  PluginHost host({});
  const auto bare = host.load("alloc_bestfit");
  const auto relative = host.load("./alloc_bestfit.so");
  fs::current_path(before);
  ASSERT_FALSE(bare.ok());
  EXPECT_THAT(messages(bare.errors()), HasSubstr("not found in any folder"));
  ASSERT_FALSE(relative.ok());
  EXPECT_THAT(messages(relative.errors()), HasSubstr("relative path"));
}

TEST(LoadingFrom, UnknownNamesGetTheFoldersAndTheNames) {
  PluginHost host({{.path = kShipped, .trust = Trust::own}});
  const auto plugin = host.load("alloc_updown");
  ASSERT_FALSE(plugin.ok());
  EXPECT_THAT(messages(plugin.errors()), HasSubstr(kShipped.string()));
  EXPECT_THAT(messages(plugin.errors()),
              HasSubstr("alloc_bottomup, alloc_low_fragmentation, alloc_topdown"));
  EXPECT_FALSE(host.load("").ok());
  EXPECT_FALSE(host.load("a b").ok());
  EXPECT_FALSE(host.load("/nowhere/x.so").ok());
}

TEST(LoadingFrom, TheFirstFolderWins) {
  const Scratch scratch;
  scratch.copy(kModules / "alloc_topdown.so");
  PluginHost host(
      {{.path = scratch.path(), .trust = Trust::foreign}, {.path = kModules, .trust = Trust::own}});
  const auto plugin = host.load("alloc_topdown");
  ASSERT_TRUE(plugin.ok()) << messages(plugin.errors());
  EXPECT_EQ((*plugin)->info().file.parent_path(), fs::canonical(scratch.path()));
}

TEST(LoadingFrom, WritableByOthersIsRefused) {
  const Scratch scratch;
  const fs::path file = scratch.copy(kModules / "alloc_topdown.so");
  PluginHost host({{.path = scratch.path(), .trust = Trust::foreign}});
  const auto expect_refused = [&](const char* part) {
    const auto plugin = host.load("alloc_topdown");
    ASSERT_FALSE(plugin.ok());
    EXPECT_THAT(messages(plugin.errors()), HasSubstr(part));
  };
  ASSERT_EQ(::chmod(file.c_str(), 0775), 0);
  expect_refused("is group-writable");
  ASSERT_EQ(::chmod(file.c_str(), 0757), 0);
  expect_refused("is world-writable");
  ASSERT_EQ(::chmod(file.c_str(), 0755), 0);
  ASSERT_EQ(::chmod(scratch.path().c_str(), 0770), 0);
  expect_refused("folder");
  ASSERT_EQ(::chmod(scratch.path().c_str(), 0700), 0);
  EXPECT_TRUE(host.load("alloc_topdown").ok());
}

TEST(LoadingFrom, TruncatedAtAnyPlaceIsRefusedBeforeTheLoaderSeesIt) {
  std::ifstream in(kModules / "alloc_topdown.so", std::ios::binary);
  const std::string whole((std::istreambuf_iterator<char>(in)), {});
  ASSERT_GT(whole.size(), 1000u);
  const Scratch scratch;
  const fs::path file = scratch.path() / "cut.so";
  PluginHost host({{.path = scratch.path(), .trust = Trust::own}});  // no trial in a child
  for (std::size_t i = 0; i < 60; ++i) {
    const std::size_t size = i < 5 ? i * 16 : whole.size() * i / 60;
    std::ofstream(file, std::ios::binary | std::ios::trunc) << whole.substr(0, size);
    const auto plugin = host.load("cut");
    ASSERT_FALSE(plugin.ok()) << size;
  }
  std::ofstream(file, std::ios::binary | std::ios::trunc) << whole.substr(0, whole.size() - 1);
  EXPECT_THAT(messages(host.load("cut").errors()), HasSubstr("is truncated: section headers"));
  std::ofstream(file, std::ios::trunc) << "#!/bin/sh\n" << std::string(100, ' ');
  EXPECT_THAT(messages(host.load("cut").errors()), HasSubstr("is not an ELF file"));
}

// Whatever is wrong with a foreign file shows in the child. Each has a name of its own: a file that
// is mapped already must not be written to.
TEST(LoadingFrom, DamagedFilesNeverHurtTheHost) {
  std::ifstream in(kModules / "alloc_topdown.so", std::ios::binary);
  const std::string whole((std::istreambuf_iterator<char>(in)), {});
  const Scratch scratch;
  PluginHost host({{.path = scratch.path(), .trust = Trust::foreign}});
  std::uint64_t random = 1;
  const auto next = [&random](std::size_t below) {
    random = random * 6364136223846793005u + 1442695040888963407u;
    return static_cast<std::size_t>(random >> 33) % below;
  };
  for (int i = 0; i < 60; ++i) {
    std::string damaged = whole;
    // The first kilobytes hold what the loader acts on.
    for (int k = 0; k < 8; ++k) damaged[64 + next(4096)] = static_cast<char>(next(256));
    const std::string name = "damaged_" + std::to_string(i);
    std::ofstream(scratch.path() / (name + ".so"), std::ios::binary) << damaged;
    EXPECT_FALSE(host.load(name).ok());  // if not damaged enough, it has another's name
  }
}

TEST(LoadingFaults, AreToldFromRefusals) {
  PluginHost host = fixtures();
  EXPECT_EQ(host.load("exit_loading").errors()[0].code, ErrorCode::plugin_fault);
  EXPECT_EQ(host.load("crash_loading").errors()[0].code, ErrorCode::plugin_fault);
  EXPECT_NE(host.load("wrong_major").errors()[0].code, ErrorCode::plugin_fault);
  EXPECT_NE(host.load("nobody").errors()[0].code, ErrorCode::plugin_fault);
}

TEST(Examine, StopsAtTheFirstThatFails) {
  const auto reached = [](const fs::path& file) {
    std::size_t count = 0;
    for (const LoadCheck& c : examine(file)) count += c.reached && c.errors.empty();
    return count;
  };
  EXPECT_EQ(reached(kModules / "alloc_topdown.so"), 5u);
  EXPECT_EQ(reached("/nowhere/x.so"), 0u);
  EXPECT_EQ(reached(kFixtures / "missing_symbol.so"), 3u);
  EXPECT_EQ(reached(kFixtures / "crash_loading.so"), 3u);
  EXPECT_EQ(reached(kFixtures / "wrong_major.so"), 4u);
  EXPECT_EQ(reached(kFixtures / "crash_get_interface.so"), 4u);
  const Scratch scratch;
  std::ofstream(scratch.path() / "text.so") << "no object";
  EXPECT_EQ(reached(scratch.path() / "text.so"), 2u);
  ASSERT_EQ(::chmod((scratch.path() / "text.so").c_str(), 0666), 0);
  EXPECT_EQ(reached(scratch.path() / "text.so"), 1u);
}

// From the tool's own folder there is no trial in a child: the process ends, and says who did it.
TEST(LoadingDeathTest, AnOwnPluginThatEndsTheProcessIsNamed) {
  const auto load = [](const char* name) {
    PluginHost host({{.path = kFixtures, .trust = Trust::own}});
    static_cast<void>(host.load(name));
  };
  const auto code = testing::ExitedWithCode(kFaultExitCode);
  EXPECT_EXIT(load("exit_loading"), code, "plugin `exit_loading` ended the process in loading");
  EXPECT_EXIT(load("exit_hard_loading"), code, "plugin `exit_hard_loading` ended the process");
  EXPECT_EXIT(load("crash_loading"), code, "plugin `crash_loading` crashed in loading .signal 6");
}

}  // namespace
}  // namespace memmap::plugin
