// Makes the table of built_in.h, as the build asks it to:   memmap_built_in OUT PROFILE.yaml...
#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "input/document/yaml_reader.h"
#include "input/open/source.h"

namespace memmap::kernel {
namespace {

namespace fs = std::filesystem;

// The row of one profile, behind the values that it is about.
Status add(const fs::path& file, std::size_t number, std::string& values, std::string& rows) {
  const auto text = input::read_file(file);
  if (!text) return text.errors();
  const auto document = input::read_yaml(file.filename().string(), *text);
  if (!document) return document.errors();
  const input::DocumentTables tables = document->tables();
  values += fmt::format("constexpr DocumentValue kValues{}[] = {{\n", number);
  for (const input::DocumentValue& v : tables.values) {
    values += fmt::format("    {{{}, {}, {}, {}, {}u, ValueKind{{{}}}}},\n", v.line, v.column,
                          v.text, v.length, v.next, static_cast<unsigned>(v.kind));
  }
  values += "};\n";
  // Their lengths are told: clang does not count that far in a constant.
  rows += fmt::format(
      "    {{\"{}\", {{R\"yaml({})yaml\", {}}}, {{{{R\"yaml({})yaml\", {}}}, kValues{}}}}},\n",
      file.stem().string(), *text, text->size(), tables.texts, tables.texts.size(), number);
  return Done{};
}

int make(const fs::path& out, std::vector<fs::path> profiles) {
  std::ranges::sort(profiles, {}, [](const fs::path& p) { return p.stem().string(); });
  std::string values;
  std::string rows;
  for (std::size_t i = 0; i < profiles.size(); ++i) {
    const Status added = add(profiles[i], i, values, rows);
    if (added) continue;
    std::cerr << to_string(added.errors());
    return 2;
  }
  std::ofstream file(out, std::ios::binary);
  file << "#include \"profile/built_in.h\"\n\nnamespace memmap::kernel {\nnamespace {\n\n"
          "using input::DocumentValue;\nusing input::ValueKind;\n\n"
       << values << "\nconstexpr BuiltInProfile kProfiles[] = {\n"
       << rows
       << "};\n\n}  // namespace\n\n"
          "std::span<const BuiltInProfile> built_in_profiles() { return kProfiles; }\n\n"
          "}  // namespace memmap::kernel\n"
       << std::flush;
  if (file) return 0;
  std::cerr << out << ": cannot be written\n";
  return 2;
}

}  // namespace
}  // namespace memmap::kernel

int main(int argc, char** argv) try {
  if (argc < 2) return 2;
  return memmap::kernel::make(argv[1], {argv + 2, argv + argc});
} catch (const std::exception& e) {
  std::cerr << e.what() << '\n';
  return 2;
}
