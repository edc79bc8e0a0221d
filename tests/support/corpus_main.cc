// Runs every file of the folders and files on the command line through a fuzz target, once.
//
//   fuzz_corpus TARGET FILE-OR-FOLDER...
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

// CMake writes a line TARGET(name) for each fuzz target, whose LLVMFuzzerTestOneInput() is linked here
// under that name.
#define TARGET(name) extern "C" int memmap_fuzz_##name(const std::uint8_t* data, std::size_t size);
#include "fuzz_targets.inc"
#undef TARGET

namespace {

struct Target {
  std::string_view name;
  int (*run)(const std::uint8_t* data, std::size_t size);
};

const Target kTargets[] = {
#define TARGET(name) {#name, memmap_fuzz_##name},
#include "fuzz_targets.inc"
#undef TARGET
};

}  // namespace

int main(int argc, char** argv) {
  namespace fs = std::filesystem;
  const Target* target = nullptr;
  for (const Target& each : kTargets) {
    if (argc > 1 && each.name == argv[1]) target = &each;
  }
  if (target == nullptr) {
    std::fprintf(stderr, "usage: fuzz_corpus TARGET FILE-OR-FOLDER...\n");
    return 2;
  }
  std::size_t runs = 0;
  for (int i = 2; i < argc; ++i) {
    std::vector<fs::path> files;
    if (fs::is_directory(argv[i])) {
      for (const auto& entry : fs::directory_iterator(argv[i])) files.push_back(entry.path());
    } else {
      files.emplace_back(argv[i]);
    }
    for (const fs::path& file : files) {
      std::ifstream in(file, std::ios::binary);
      const std::string bytes{std::istreambuf_iterator<char>(in), {}};
      target->run(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
      ++runs;
    }
  }
  std::printf("%zu inputs\n", runs);
  return runs > 0 ? 0 : 1;  // an empty corpus tests nothing
}
