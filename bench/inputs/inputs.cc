// The cost of large inputs: a scenario of 100,000 entries, a boot log of a million lines; side by
// side with what reads the same bytes without understanding them (cat, awk).
//
//   inputs [RUNS]      default 3; the inputs lie in a temporary folder meanwhile
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <vector>

#include "inputs/generate.h"
#include "support/process.h"

namespace {

using memmap::bench::median_of;
using memmap::bench::print_heading;
using memmap::bench::print_row;

constexpr std::size_t kEntries = 100'000;
constexpr std::size_t kLines = 1'000'000;

// A folder of its own that goes when it does.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "memmap-bench-XXXXXX").string();
    if (mkdtemp(name.data()) != nullptr) path_ = name;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  // Empty if it could not be made.
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// False if the file cannot be written.
bool write(const std::filesystem::path& path, void (*content)(std::ostream&, std::size_t),
           std::size_t size) {
  std::ofstream file(path, std::ios::binary);
  content(file, size);
  return static_cast<bool>(file.flush());
}

}  // namespace

int main(int argc, char** argv) {
  const int runs = argc > 1 ? std::atoi(argv[1]) : 3;
  if (runs <= 0) return 2;
  const TemporaryFolder folder;
  const std::string yaml = folder.path() / "entries.yaml";
  const std::string log = folder.path() / "boot.log";
  if (folder.path().empty() || !write(yaml, memmap::bench::write_scenario, kEntries) ||
      !write(log, memmap::bench::write_boot_log, kLines)) {
    std::fprintf(stderr, "inputs: cannot write the inputs to a temporary folder\n");
    return 1;
  }

  const std::string program = MEMMAP_PROGRAM;
  const std::string of = ", median of " + std::to_string(runs);
  print_heading("scenario of 100,000 entries" + of);
  print_row("cat", median_of(runs, {"/bin/cat", yaml}));
  print_row("memmap convert --to etc-e820",
            median_of(runs, {program, "convert", yaml, "--to", "etc-e820"}));
  print_row("memmap simulate --no-entry-limit",
            median_of(runs, {program, "simulate", "--e820", yaml, "--no-entry-limit"}));

  print_heading("boot log of 1,000,000 lines" + of);
  print_row("cat", median_of(runs, {"/bin/cat", log}));
  print_row("awk /BIOS-e820/", median_of(runs, {"/usr/bin/awk", "/BIOS-e820/", log}));
  print_row("memmap convert --to etc-e820",
            median_of(runs, {program, "convert", log, "--to", "etc-e820"}));
  print_row("memmap simulate", median_of(runs, {program, "simulate", "--e820", log}));
  return 0;
}
