// Page tables as runs: what the direct map of a machine costs does not grow with its memory.
#include <benchmark/benchmark.h>

#include <vector>

#include "paging/address_space.h"
#include "paging/direct_map.h"
#include "paging/lookup.h"

namespace memmap::paging {
namespace {

DirectMapOptions options(std::uint64_t bytes) {
  DirectMapOptions o;
  o.features.gbpages = true;
  o.features.la57 = bytes > 64ull << 40;
  o.page_offset = fixed_bases(o.features.levels()).page_offset;
  o.max_pfn = Pfn{bytes / kPageSize};
  o.top_end = top_block_end(PhysAddr{bytes - kSize2M}, o.max_pfn);
  o.kernel_end = PhysAddr{64 << 20};
  o.brk_tables = PhysRange::make(0x3c20000, 0x3c20000 + 16 * kPageSize);
  return o;
}

// TiB of memory, with a hole below 4 GiB; pages of 1 GiB. Counters: runs that are kept, tables.
void direct_map_of(benchmark::State& state) {
  const std::uint64_t bytes = static_cast<std::uint64_t>(state.range(0)) << 40;
  const std::vector<PhysRange> memory = {PhysRange::make(0x1000, 0x9f000),
                                         PhysRange::make(0x100000, 0xc0000000),
                                         PhysRange::make(0x100000000, bytes)};
  const DirectMapOptions o = options(bytes);
  std::size_t runs = 0, tables = 0;
  for (auto _ : state) {
    const DirectMap map = direct_map(memory, o);
    AddressSpace space(o.features.levels());
    tables = 0;
    for (const MapStep& step : map.steps) {
      for (const TableRequest& table : step.tables) {
        for (std::uint64_t n = 0; n < table.count; ++n)
          space.add_table(table.level, table.virt_of(n), {});
        tables += table.count;
      }
    }
    for (const Mapping& m : map.mappings) space.map(m);
    runs = space.mappings().size();
    benchmark::DoNotOptimize(runs);
  }
  state.counters["runs"] = static_cast<double>(runs);
  state.counters["tables"] = static_cast<double>(tables);
}
BENCHMARK(direct_map_of)->Arg(1)->Arg(8)->Arg(64)->Unit(benchmark::kMicrosecond);

void one_address(benchmark::State& state) {
  AddressSpace space(4);
  for (std::uint64_t i = 0; i < 1000; ++i) {
    const VirtAddr virt{raw(kPageOffset4) + i * 2 * kSize4K};
    for (unsigned level = 1; level < 4; ++level) space.add_table(level, virt, {});
    space.map({virt, PhysAddr{i * kSize4K}, kSize4K, 1, kWritable});
  }
  for (auto _ : state)
    benchmark::DoNotOptimize(look_up(space, VirtAddr{raw(kPageOffset4) + 998 * kSize4K}));
}
BENCHMARK(one_address);

}  // namespace
}  // namespace memmap::paging

BENCHMARK_MAIN();
