// One boot of a machine of one node and of one with two, step by step side by side: reading the
// gathered files, reading the kernel's profile, the boot itself, and all of it.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <string>

#include "boot/run.h"
#include "input/kernel_choice.h"
#include "input/machine_folder.h"
#include "support/default_chain.h"

namespace {

using namespace memmap;

const std::string kSource = MEMMAP_SOURCE_DIR;
constexpr const char* kBoots[] = {"plain-1G-61", "numa2-6G-612"};
constexpr const char* kKernels[] = {"6.1.0-55-amd64", "6.12.117+deb12-amd64"};

std::string folder(std::int64_t boot) {
  return kSource + "/tests/conformance/boots/" + kBoots[boot] + "/machine";
}

template <class T>
T take(Result<T> result) {
  if (!result) std::abort();  // the repository's own files
  return std::move(*result);
}

Machine machine_of(std::int64_t boot) { return take(input::read_machine_folder(folder(boot))); }

kernel::Profile profile_of(std::int64_t boot) {
  return take(input::choose_kernel(kKernels[boot], {}, kSource + "/share/kernels")).profile;
}

void read_files(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(machine_of(state.range(0)));
}
void read_profile(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(profile_of(state.range(0)));
}
void boot_only(benchmark::State& state) {
  const Machine machine = machine_of(state.range(0));
  const kernel::Profile profile = profile_of(state.range(0));
  const boot::Options options = test::default_options(MEMMAP_BUILD_DIR);
  for (auto _ : state) benchmark::DoNotOptimize(boot::run(machine, profile, options));
}
void files_to_result(benchmark::State& state) {
  const boot::Options options = test::default_options(MEMMAP_BUILD_DIR);
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        boot::run(machine_of(state.range(0)), profile_of(state.range(0)), options));
  }
}

BENCHMARK(read_files)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);
BENCHMARK(read_profile)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);
BENCHMARK(boot_only)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);
BENCHMARK(files_to_result)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
