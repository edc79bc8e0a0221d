// What the plugin ABI costs: a search through a plugin against the same search called directly, and
// the loading of what we ship.
#include <benchmark/benchmark.h>

#include <cstdio>

#include "plugin/adapt/alloc.h"

namespace memmap::plugin {
namespace {

namespace fs = std::filesystem;

// One range: the search itself costs next to nothing, what is left is the way to it.
class OneRange : public memblock::FreeRanges {
 public:
  std::optional<PhysRange> next_up(PhysAddr after) override {
    return PhysRange::from_bounds(after, PhysAddr{kGiB});
  }
  std::optional<PhysRange> next_down(PhysAddr before) override {
    return PhysRange::from_bounds(PhysAddr{0}, before);
  }
  std::optional<PhysAddr> first_fit_up() override { return PhysAddr{0}; }
  std::optional<PhysAddr> first_fit_down() override { return PhysAddr{kGiB - kPageSize}; }
  std::optional<PhysRange> smallest_piece(std::uint64_t) override {
    return PhysRange::make(0, kGiB);
  }
};

class TopDown : public memblock::AllocationPolicy {
 public:
  std::optional<PhysAddr> choose(const memblock::FindRequest&,
                                 memblock::FreeRanges& ranges) override {
    return ranges.first_fit_down();
  }
};

void search(benchmark::State& state, memblock::AllocationPolicy& policy) {
  const memblock::FindRequest request{
      .size = kPageSize, .align = kPageSize, .limits = PhysRange::make(0, kGiB)};
  OneRange ranges;
  for (auto _ : state) benchmark::DoNotOptimize(policy.choose(request, ranges));
}

void direct(benchmark::State& state) {
  TopDown policy;
  memblock::AllocationPolicy* p = &policy;
  benchmark::DoNotOptimize(p);
  search(state, *p);
}
BENCHMARK(direct);

void through_plugin(benchmark::State& state) {
  PluginHost host({});
  const auto plugin = host.load("alloc_topdown");
  if (!plugin) return state.SkipWithError(to_string(plugin.errors()).c_str());
  const auto policy = AllocPlugin::create(**plugin, {});
  search(state, **policy);
}
BENCHMARK(through_plugin);

// Files are mapped already after the first round: the checks, and the loader finding that out.
void load_all(benchmark::State& state, Trust trust) {
  for (auto _ : state) {
    PluginHost host({{.path = fs::path(MEMMAP_BUILD_DIR) / "plugins", .trust = trust}});
    benchmark::DoNotOptimize(host.list());
  }
}
BENCHMARK_CAPTURE(load_all, own, Trust::own);
BENCHMARK_CAPTURE(load_all, tried_in_a_child, Trust::foreign);

}  // namespace
}  // namespace memmap::plugin

BENCHMARK_MAIN();
