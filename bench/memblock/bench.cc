// memblock with many reservations: ours beside the kernel's own. Each case runs on a list of N
// reserved pages, every other page of a large memory, in no order.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <random>
#include <vector>

#include "memblock/memblock.h"

#ifdef HAVE_KERNEL_MEMBLOCK
#include <sys/mman.h>

#include "support/kernel_memblock/kernel_memblock.h"
#endif

namespace {

using memmap::PhysAddr;
using memmap::memblock::Memblock;

constexpr std::uint64_t kArena = 0x100000000;  // memory that the arrays grow into
constexpr std::uint64_t kArenaSize = 64 << 20;
constexpr std::uint64_t kMemory = 1ull << 40;  // where the reservations are
constexpr std::uint64_t kStep = 8192;
constexpr std::uint64_t kPage = 4096;

struct Ours {
  Memblock mb{memmap::kernel::behaviour_of(memmap::kernel::Version{6, 12, 0}, 6)};
  Ours() { mb.allow_resize(); }
  void add(std::uint64_t base, std::uint64_t size) { mb.add(PhysAddr{base}, size); }
  void reserve(std::uint64_t base, std::uint64_t size) { mb.reserve(PhysAddr{base}, size); }
  void free(std::uint64_t base, std::uint64_t size) { mb.phys_free(PhysAddr{base}, size); }
  std::uint64_t alloc(std::uint64_t size, std::uint64_t align) {
    const auto found = mb.phys_alloc_range(size, align, PhysAddr{kMemory}, PhysAddr{~0ull});
    return found ? memmap::raw(*found) : 0;
  }
  void set_bottom_up(bool up) { mb.set_bottom_up(up); }
};

#ifdef HAVE_KERNEL_MEMBLOCK
struct Kernel {
  Kernel() {
    static void* const arena =
        mmap(reinterpret_cast<void*>(kArena), kArenaSize, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
    if (arena != reinterpret_cast<void*>(kArena)) std::abort();
    kmb_reset();
    kmb_allow_resize();
  }
  void add(std::uint64_t base, std::uint64_t size) { kmb_add(base, size); }
  void reserve(std::uint64_t base, std::uint64_t size) { kmb_reserve(base, size); }
  void free(std::uint64_t base, std::uint64_t size) { kmb_phys_free(base, size); }
  std::uint64_t alloc(std::uint64_t size, std::uint64_t align) {
    return kmb_phys_alloc_range(size, align, kMemory, ~0ull);
  }
  void set_bottom_up(bool up) { kmb_set_bottom_up(up); }
};
#endif

std::vector<std::uint64_t> shuffled(std::uint64_t n) {
  std::vector<std::uint64_t> at(n);
  for (std::uint64_t i = 0; i < n; ++i) at[i] = kMemory + i * kStep;
  std::shuffle(at.begin(), at.end(), std::mt19937_64(1));
  return at;
}

// Arrays grow into the arena; the memory that is reserved here is added later.
template <class Memory>
void fill(Memory& m, const std::vector<std::uint64_t>& at) {
  m.add(kArena, kArenaSize);
  for (const std::uint64_t a : at) m.reserve(a, kPage);
}

// All of the reservations, from none.
template <class Memory>
void reserve_all(benchmark::State& state) {
  const auto at = shuffled(static_cast<std::uint64_t>(state.range(0)));
  for (auto _ : state) {
    Memory m;
    fill(m, at);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

// The same, lowest first.
template <class Memory>
void reserve_ascending(benchmark::State& state) {
  auto at = shuffled(static_cast<std::uint64_t>(state.range(0)));
  std::sort(at.begin(), at.end());
  for (auto _ : state) {
    Memory m;
    fill(m, at);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

// One more reservation and its end, at changing places.
template <class Memory>
void reserve_and_free(benchmark::State& state) {
  const auto at = shuffled(static_cast<std::uint64_t>(state.range(0)));
  Memory m;
  fill(m, at);
  std::size_t i = 0;
  for (auto _ : state) {
    m.reserve(at[i] + kPage + 1024, 64);
    m.free(at[i] + kPage + 1024, 64);
    i = i + 1 < at.size() ? i + 1 : 0;
  }
}

enum class Fit { first, last, aligned };

// One allocation of two pages and its end. The room for it lies where the search begins, or where
// it ends: after every gap; or every gap is large enough, but none is aligned.
template <class Memory, Fit fit>
void allocate(benchmark::State& state) {
  const auto n = static_cast<std::uint64_t>(state.range(0));
  Memory m;
  fill(m, shuffled(n));
  // The array grows now, into the arena: behind the next line it would into memory that is none here.
  m.reserve(kMemory + (n * kStep), 64);
  m.free(kMemory + (n * kStep), 64);
  m.add(kMemory, n * kStep + (1 << 20));
  m.set_bottom_up(fit != Fit::first);
  const std::uint64_t size = fit == Fit::aligned ? 64 : 2 * kPage;
  const std::uint64_t align = fit == Fit::aligned ? 64 << 10 : kPage;
  for (auto _ : state) {
    const std::uint64_t a = m.alloc(size, align);
    if (a == 0) return state.SkipWithError("no memory");
    m.free(a, size);
  }
}

constexpr std::int64_t kCount = 100000;

BENCHMARK(reserve_all<Ours>)->Arg(1000)->Arg(kCount)->Unit(benchmark::kMillisecond);
BENCHMARK(reserve_ascending<Ours>)->Arg(kCount)->Unit(benchmark::kMillisecond);
BENCHMARK(reserve_and_free<Ours>)->Arg(128)->Arg(kCount)->Arg(10 * kCount);
BENCHMARK(allocate<Ours, Fit::first>)->Arg(128)->Arg(kCount)->Arg(10 * kCount);
BENCHMARK(allocate<Ours, Fit::last>)->Arg(128)->Arg(kCount)->Arg(10 * kCount);
BENCHMARK(allocate<Ours, Fit::aligned>)->Arg(128)->Arg(kCount);
#ifdef HAVE_KERNEL_MEMBLOCK
// Counts are given where finding them would fill the list again and again.
BENCHMARK(reserve_all<Kernel>)->Arg(1000)->Unit(benchmark::kMillisecond);
BENCHMARK(reserve_all<Kernel>)->Arg(kCount)->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK(reserve_ascending<Kernel>)->Arg(kCount)->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK(reserve_and_free<Kernel>)->Arg(128);
BENCHMARK(reserve_and_free<Kernel>)->Arg(kCount)->Iterations(2000);
BENCHMARK(allocate<Kernel, Fit::first>)->Arg(128);
BENCHMARK(allocate<Kernel, Fit::first>)->Arg(kCount)->Iterations(2000);
BENCHMARK(allocate<Kernel, Fit::last>)->Arg(128);
BENCHMARK(allocate<Kernel, Fit::last>)->Arg(kCount)->Iterations(2000);
BENCHMARK(allocate<Kernel, Fit::aligned>)->Arg(128);
BENCHMARK(allocate<Kernel, Fit::aligned>)->Arg(kCount)->Iterations(2000);
#endif

}  // namespace

BENCHMARK_MAIN();
