// A hundred thousand combinations with rules, swept in one process, beside a process of `memmap simulate`
// for each: combinations a second. What QEMU takes for one stands in share/doc/sweep.md.
//
//   sweep [THREADS...]      default 1 2
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "support/process.h"

namespace {

using memmap::bench::Cost;

// 16 machines, 2 kernels, 113 sizes of a crash kernel, 29 of memory.
constexpr double kCombinations = 16.0 * 2 * 113 * 29;

std::string matrix() {
  const std::string source = MEMMAP_SOURCE_DIR;
  return "machines: " + source +
         "/maps/*.yaml\n"
         "kernels: [6.1.0-55-amd64, 6.12.117+deb12-amd64]\n"
         "append: crashkernel={64M..512M..4M} mem={1G..8G..256M}\n"
         "require:\n"
         "  - mem_total >= 512M\n"
         "  - crashkernel >= 100M\n"
         "  - reserved < 50% of memory\n";
}

void print_rate(const std::string& label, double combinations, const std::optional<Cost>& cost) {
  if (!cost) {
    std::printf("  %-44s %12s\n", label.c_str(), "not here");
    return;
  }
  std::printf("  %-46s %10.0f %14.0f %10.1f\n", label.c_str(), combinations / cost->wall_ms * 1e3,
              combinations / cost->cpu_ms * 1e3,
              static_cast<double>(cost->peak_bytes) / (1024.0 * 1024.0));
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string program = MEMMAP_PROGRAM;
  std::vector<std::string> threads(argv + 1, argv + argc);
  if (threads.empty()) threads = {"1", "2"};
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / "memmap_bench_sweep";
  std::filesystem::create_directories(folder);
  const std::string file = (folder / "matrix.yaml").string();
  const std::string rows = (folder / "rows.jsonl").string();
  std::ofstream(file) << matrix();

  std::printf("%.0f combinations\n  %-46s %10s %14s %10s\n", kCombinations, "", "a second",
              "a CPU second", "peak MiB");
  for (const std::string& n : threads) {
    print_rate("memmap sweep --threads " + n, kCombinations,
               memmap::bench::run({program, "sweep", file, "--threads", n, "--force", "-o", rows}));
  }
  const std::string map = std::string(MEMMAP_SOURCE_DIR) + "/maps/qemu-q35-3g.yaml";
  print_rate("memmap simulate --format json, a process each", 1,
             memmap::bench::median_of(50, {program, "simulate", map, "--format", "json"}));
  std::filesystem::remove_all(folder);
  return 0;
}
