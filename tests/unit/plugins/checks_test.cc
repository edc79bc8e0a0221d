// What checks ask for: what a call touches, never the whole lists.
#include <vector>

#include "plugin/adapt/call.h"
#include "shipped.h"

namespace memmap::test {
namespace {

// A state that counts how much of its lists it hands over: one region and one owner for each page
// from 1 MiB on, all reserved.
struct Counted {
  std::vector<memmap_range_t> regions{};
  std::vector<memmap_owned_t> owners{};
  std::size_t given = 0;

  explicit Counted(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint64_t base = kMiB + i * kPageSize;
      regions.push_back({sizeof(memmap_range_t), 1, base, base + kPageSize, 0, 0});
      owners.push_back({sizeof(memmap_owned_t), 0, base, base + kPageSize, "it", "f"});
    }
  }

  template <class T>
  std::size_t give(const std::vector<T>& from, const T** list, std::size_t begin, std::size_t end) {
    given += end - begin;
    *list = from.data() + begin;
    return end - begin;
  }
  static std::size_t at(std::uint64_t a) {
    return static_cast<std::size_t>((a - kMiB) / kPageSize);
  }
  static Counted& self(void* ctx) { return *static_cast<Counted*>(ctx); }
  static std::size_t all(void* ctx, const memmap_range_t** list) {
    return self(ctx).give(self(ctx).regions, list, 0, self(ctx).regions.size());
  }
  static std::size_t all_owners(void* ctx, const memmap_owned_t** list) {
    return self(ctx).give(self(ctx).owners, list, 0, self(ctx).owners.size());
  }
  static std::size_t part(void* ctx, std::uint64_t base, std::uint64_t end,
                          const memmap_range_t** list) {
    return self(ctx).give(self(ctx).regions, list, at(base), at(end));
  }
  static std::size_t owner_part(void* ctx, std::uint64_t base, std::uint64_t end,
                                const memmap_owned_t** list) {
    return self(ctx).give(self(ctx).owners, list, at(base), at(end));
  }
  static std::size_t none(void*, const memmap_owned_t**) { return 0; }

  memmap_state_t state() {
    memmap_state_t s{};
    s.struct_size = sizeof s;
    s.ctx = this;
    s.memory = all;
    s.reserved = all;
    s.owners = all_owners;
    s.in_use = none;
    s.memory_in = part;
    s.reserved_in = part;
    s.owners_in = owner_part;
    return s;
  }
};

// Eight thousand processors are as many calls, at as many regions: the whole list at each was 24 s.
TEST(Kmemcheck, AsksForWhatACallTouches) {
  constexpr std::size_t kCount = 1000;
  Counted boot(kCount);
  const memmap_state_t state = boot.state();
  const memmap_check_t& check = shipped_plugin("check_kmemcheck").interfaces().check;
  plugin::Call call("check_kmemcheck", {}, plugin::Call::Takes::findings);
  void* memory = nullptr;
  ASSERT_EQ(check.prepare(call.host(), &memory), MEMMAP_OK);
  for (std::size_t i = 0; i < kCount; ++i) {
    memmap_event_t e{};
    e.struct_size = sizeof e;
    e.kind = MEMMAP_EVENT_CALL;
    e.call = i % 2 == 0 ? MEMMAP_CALL_FREE : MEMMAP_CALL_RESERVE;
    e.step = e.text = e.owner = "";
    e.function = "memblock_alloc_range_nid";
    e.base = boot.regions[i].base;
    e.end = boot.regions[i].end;
    ASSERT_EQ(check.event(memory, call.host(), &e, &state), MEMMAP_OK);
  }
  check.release(memory);
  EXPECT_LE(boot.given, 2 * kCount);
}

}  // namespace
}  // namespace memmap::test
