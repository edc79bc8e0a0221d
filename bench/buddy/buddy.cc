// The hand-over, and requests after it: memory of 4 GiB, 1 TiB and 64 TiB cut into as many free ranges
// as it says, few of which begin or end at a round address. Up to 1,000 ranges the hand-over takes
// less than a millisecond.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <random>

#include "buddy/allocator.h"

namespace {

using memmap::kGiB;
using memmap::kPageShift;
using memmap::Pfn;
using memmap::PhysRange;
using memmap::raw;
namespace buddy = memmap::buddy;
namespace zones = memmap::zones;

struct Machine {
  memmap::memblock::Regions memory{};
  memmap::memblock::Regions reserved{};
  std::vector<zones::Node> nodes{};
  buddy::AllocatorOptions options{};

  Machine(std::uint64_t pages, std::uint64_t ranges) {
    memory.push_back({PhysRange::make(0, pages << kPageShift), 0, 0});
    const std::uint64_t step = pages / ranges;
    for (std::uint64_t i = 0; i < ranges; ++i) {
      const std::uint64_t page = i * step + 1 + i % 7;
      reserved.push_back({PhysRange::make(page << kPageShift, (page + 1) << kPageShift), 0, 0});
    }
    const std::uint64_t dma32 = (4 * kGiB) >> kPageShift;
    const auto zone = [&](zones::ZoneType type, std::uint64_t start, std::uint64_t end) {
      end = std::min(end, pages);
      return start < end ? zones::Zone{type, Pfn{start}, end - start, end - start}
                         : zones::Zone{type};
    };
    nodes.push_back({0,
                     Pfn{0},
                     pages,
                     pages,
                     {zone(zones::ZoneType::dma, 0, 4096),
                      zone(zones::ZoneType::dma32, 4096, dma32),
                      zone(zones::ZoneType::normal, dma32, pages),
                      {zones::ZoneType::movable}}});
    options.handoff.max_low_pfn = Pfn{pages};
    options.handoff.behaviour =
        memmap::kernel::behaviour_of(memmap::kernel::Version{6, 12, 117}, 6);
  }

  buddy::Handoff hand_over() const {
    return buddy::free_all(memory, reserved, nodes, options.handoff);
  }
};

void arguments(benchmark::internal::Benchmark* b) {
  b->ArgNames({"GiB", "ranges"})->Unit(benchmark::kMicrosecond);
  for (const int gib : {4, 1024, 65536}) {
    for (const int ranges : {10, 1000, 100000}) b->Args({gib, ranges});
  }
}

Machine machine(const benchmark::State& state) {
  return {static_cast<std::uint64_t>(state.range(0)) * kGiB >> kPageShift,
          static_cast<std::uint64_t>(state.range(1))};
}

void hand_over(benchmark::State& state) {
  const Machine m = machine(state);
  for (auto _ : state) benchmark::DoNotOptimize(m.hand_over());
}
BENCHMARK(hand_over)->Apply(arguments);

void allocator(benchmark::State& state) {
  const Machine m = machine(state);
  const buddy::Handoff handoff = m.hand_over();
  for (auto _ : state) {
    benchmark::DoNotOptimize(buddy::Allocator(m.memory, m.nodes, handoff, m.options));
  }
}
BENCHMARK(allocator)->Apply(arguments);

// 1,000 pages taken, then given back in another order.
void take_and_free(benchmark::State& state) {
  const Machine m = machine(state);
  buddy::Allocator a(m.memory, m.nodes, m.hand_over(), m.options);
  std::vector<Pfn> taken(1000);
  std::vector<std::size_t> order(taken.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::shuffle(order.begin(), order.end(), std::mt19937_64(1));
  for (auto _ : state) {
    for (Pfn& pfn : taken) pfn = a.alloc({})->pfn;
    for (const std::size_t i : order) a.free(taken[i], 0);
  }
  state.SetItemsProcessed(state.iterations() * 2 * static_cast<std::int64_t>(taken.size()));
}
BENCHMARK(take_and_free)->Apply(arguments);

}  // namespace

BENCHMARK_MAIN();
