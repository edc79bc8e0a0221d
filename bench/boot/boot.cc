// One boot of a machine of one node, of one with two and of one with eight, step by step side by
// side: reading its files, reading the kernel's profile, the boot itself, and all of it. Of the
// boot also what it costs to keep every call of memblock, and to follow what is taken of the page
// allocator, which only one report each shows.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <string>

#include "boot/run.h"
#include "input/formats.h"
#include "input/machine/machine_folder.h"
#include "profile/kernel_choice.h"
#include "support/default_chain.h"

namespace {

using namespace memmap;

const std::string kSource = MEMMAP_SOURCE_DIR;
// Machines of 1, 2 and 8 nodes: two gathered ones and a scenario.
constexpr const char* kKernels[] = {"6.1.0-55-amd64", "6.12.117+deb12-amd64",
                                    "6.12.117+deb12-amd64"};

template <class T>
T take(Result<T> result) {
  if (!result) std::abort();  // the repository's own files
  return std::move(*result);
}

Machine machine_of(std::int64_t boot) {
  const std::string boots = kSource + "/tests/conformance/boots/";
  if (boot == 0) return take(input::read_machine_folder(boots + "plain-1G-61/machine"));
  if (boot == 1) return take(input::read_machine_folder(boots + "numa2-6G-612/machine"));
  return take(input::read_machine(kSource + "/bench/boot/eight_nodes.yaml", {}));
}

kernel::Profile profile_of(std::int64_t boot) {
  return take(kernel::choose_kernel(kKernels[boot], {}, kSource + "/share/kernels")).profile;
}

void read_files(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(machine_of(state.range(0)));
}
void read_profile(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(profile_of(state.range(0)));
}
void boot_with(benchmark::State& state, bool record_memblock, bool follow_pages) {
  const Machine machine = machine_of(state.range(0));
  const kernel::Profile profile = profile_of(state.range(0));
  boot::Options options = test::default_options();
  options.record_memblock = record_memblock;
  options.follow_pages = follow_pages;
  std::size_t kept = 0;
  for (auto _ : state) {
    const boot::Outcome outcome = boot::run(machine, profile, options);
    kept = outcome.memblock_log.lines.size();
  }
  state.counters["kept"] = static_cast<double>(kept);
}
void boot_only(benchmark::State& state) { boot_with(state, false, false); }
void boot_and_record(benchmark::State& state) { boot_with(state, true, false); }
void boot_and_follow_pages(benchmark::State& state) { boot_with(state, false, true); }
void files_to_result(benchmark::State& state) {
  boot::Options options = test::default_options();
  options.record_memblock = false;
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        boot::run(machine_of(state.range(0)), profile_of(state.range(0)), options));
  }
}

BENCHMARK(read_files)->DenseRange(0, 2)->Unit(benchmark::kMillisecond);
BENCHMARK(read_profile)->DenseRange(0, 2)->Unit(benchmark::kMillisecond);
BENCHMARK(boot_only)->DenseRange(0, 2)->Unit(benchmark::kMillisecond);
BENCHMARK(boot_and_record)->DenseRange(0, 2)->Unit(benchmark::kMillisecond);
BENCHMARK(boot_and_follow_pages)->DenseRange(0, 2)->Unit(benchmark::kMillisecond);
BENCHMARK(files_to_result)->DenseRange(0, 2)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
