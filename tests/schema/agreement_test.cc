// The readers and the schemas (validate.py) have the same opinion of the same files.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "input/scenario/json.h"
#include "input/scenario/scenario.h"
#include "kernel/profile_contents.h"
#include "profile/kernel_profile.h"

namespace memmap::input {
namespace {

namespace fs = std::filesystem;
const fs::path kRoot = MEMMAP_SOURCE_DIR;

Source open(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {.name = path.filename().string(), .bytes = {std::istreambuf_iterator<char>(in), {}}};
}

std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  if (!fs::exists(folder)) return files;
  for (const auto& entry : fs::directory_iterator(folder)) files.push_back(entry.path());
  return files;
}

// All that is wrong with a file; empty: nothing.
std::string faults(const fs::path& path, bool is_kernel) {
  const Source source = open(path);
  if (is_kernel) {
    const auto profile = kernel::read_kernel_profile(source);
    return profile ? "" : to_string(profile.errors());
  }
  const auto machine =
      path.extension() == ".json" ? read_json(source, {}) : read_scenario(source, {});
  return machine ? "" : to_string(machine.errors());
}

TEST(Agreement, GoodFilesAreRead) {
  for (const std::string kind : {"scenario", "kernel"}) {
    const auto files = files_in(kRoot / "tests/schema" / kind / "good");
    EXPECT_FALSE(files.empty());
    for (const auto& file : files) EXPECT_EQ(faults(file, kind == "kernel"), "") << file;
  }
}

TEST(Agreement, BadFilesAreRefusedAtAPlace) {
  for (const std::string kind : {"scenario", "kernel"}) {
    for (const auto& file : files_in(kRoot / "tests/schema" / kind / "bad")) {
      const std::string told = faults(file, kind == "kernel");
      EXPECT_TRUE(told.starts_with(file.filename().string() + ":")) << file << "\n" << told;
    }
  }
}

TEST(Agreement, ShippedFilesAreRead) {
  const auto kernels = files_in(kRoot / "share/kernels");
  EXPECT_GE(kernels.size(), 6u);
  for (const auto& file : kernels) {
    EXPECT_EQ(faults(file, true), "") << file;
    const auto profile = kernel::read_kernel_profile(open(file));
    ASSERT_TRUE(profile);
    EXPECT_EQ(profile->name + ".yaml", file.filename().string());
  }
  for (const auto& file : files_in(kRoot / "maps")) {
    if (file.extension() != ".yaml") continue;
    EXPECT_EQ(faults(file, false), "") << file;
  }
}

TEST(Agreement, DocumentedExamplesAreRead) {
  for (const auto& [page, is_kernel] : {std::pair("share/doc/scenario.md", false),
                                        std::pair("share/doc/kernel-profile.md", true)}) {
    const std::string text = open(kRoot / page).bytes;
    constexpr std::string_view kFence = "```yaml\n";
    const std::size_t begin = text.find(kFence);
    ASSERT_NE(begin, std::string::npos);
    const std::size_t start = begin + kFence.size();
    const Source source{.name = page, .bytes = text.substr(start, text.find("```", start) - start)};
    const bool ok =
        is_kernel ? kernel::read_kernel_profile(source).ok() : read_scenario(source, {}).ok();
    EXPECT_TRUE(ok) << page;
  }
}

// What kernel.json says of a number: what its row says.
nlohmann::json schema_of(std::string_view form, std::uint64_t smallest, std::uint64_t largest,
                         std::uint64_t multiple = 0) {
  nlohmann::json out = {
      {"$ref", "#/$defs/" + std::string(form)}, {"minimum", smallest}, {"maximum", largest}};
  if (multiple != 0) out["multipleOf"] = multiple;
  return out;
}

template <class Row>
nlohmann::json schema_of(std::span<const Row> rows, std::string_view form) {
  nlohmann::json out = nlohmann::json::object();
  for (const Row& row : rows) {
    const bool eights = row.shape == kernel::Shape::eights;
    out[std::string(row.name)] = schema_of(form, row.smallest, row.largest, eights ? 8 : 0);
  }
  return out;
}

nlohmann::json schema_of_options() {
  nlohmann::json out = nlohmann::json::object();
  for (const kernel::Option& row : kernel::option_rows()) {
    nlohmann::json& option = out[std::string(row.name)];
    if (row.kind == kernel::Kind::flag) option = {{"$ref", "#/$defs/flag"}};
    if (row.kind == kernel::Kind::text) option = {{"$ref", "#/$defs/text"}};
    if (row.kind == kernel::Kind::number) {
      option = schema_of("option_number", row.smallest, row.largest);
    }
  }
  return out;
}

// Where a row is new: what differs is printed, to be put into the schema.
TEST(Agreement, TheSchemaOfAKernelIsThatOfTheRows) {
  const auto schema = nlohmann::json::parse(open(kRoot / "share/schema/kernel.json").bytes);
  const nlohmann::json& properties = schema["properties"];
  const std::pair<const char*, nlohmann::json> groups[] = {
      {"config", schema_of_options()},
      {"struct_sizes", schema_of(kernel::struct_rows(), "count")},
      {"offsets", schema_of(kernel::member_rows(), "count")},
      {"constants", schema_of(kernel::constant_rows(), "count")},
      {"symbols", schema_of(kernel::symbol_rows(), "number")}};
  for (const auto& [group, want] : groups) {
    const auto difference = nlohmann::json::diff(properties[group]["properties"], want);
    EXPECT_TRUE(difference.empty()) << group << "\n" << difference.dump(1);
  }
  for (const kernel::SettingRow& row : kernel::setting_rows()) {
    if (std::holds_alternative<bool kernel::Profile::*>(row.member)) continue;
    EXPECT_EQ(properties[std::string(row.key)],
              schema_of(row.unit == 0 ? "count" : "number", row.smallest, row.largest, row.unit))
        << row.key;
  }
  for (const kernel::DecompressorRow& row : kernel::decompressor_rows()) {
    EXPECT_EQ(properties["decompressor"]["properties"][std::string(row.key)],
              schema_of("number", row.smallest, row.largest, row.unit))
        << row.key;
  }
  for (const kernel::ImageRow& row : kernel::image_rows()) {
    EXPECT_EQ(properties["image"]["properties"][std::string(row.key)]["maximum"],
              symbol::kLargestImage);
  }
}

// share/doc/kernel-profile.md has a line for each number that a .config tells, and each setting.
TEST(Agreement, TheDocumentHasTheNumbersOfTheRows) {
  const std::string page = open(kRoot / "share/doc/kernel-profile.md").bytes;
  const auto has = [&](const std::string& line) {
    EXPECT_NE(page.find("\n" + line), std::string::npos) << line;
  };
  for (const kernel::SettingRow& row : kernel::setting_rows()) {
    has("| `" + std::string(row.key) + "` | ");
  }
  for (const kernel::Option& row : kernel::option_rows()) {
    if (row.kind != kernel::Kind::number) continue;
    has("| `" + std::string(row.name) + "` | " + std::to_string(row.smallest) + " to " +
        std::to_string(row.largest) + " | " + std::to_string(row.otherwise) + " |");
  }
}

}  // namespace
}  // namespace memmap::input
