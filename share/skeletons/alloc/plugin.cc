// What this policy is for.
#include <memmap/plugin/plugin.hpp>

namespace {

// Called at each search for free memory. The block must lie in one free range, aligned; the host
// checks that. first_fit_up() and first_fit_down() are the kernel's own rules; next_up() and
// next_down() walk over the free ranges for a rule of your own.
std::int32_t choose(void*, const memmap_host_t*, const memmap_find_t* find,
                    const memmap_free_ranges_t* ranges, std::uint64_t* address) {
  std::uint64_t base = 0;
  std::uint64_t end = 0;
  std::uint64_t largest = 0;
  for (std::uint64_t at = find->base; ranges->next_up(ranges->ctx, at, &base, &end) == MEMMAP_OK;
       at = end) {
    const std::uint64_t block = (base + find->align - 1) & ~(find->align - 1);
    const bool fits = block >= base && block < end && end - block >= find->size;
    if (!fits || end - base <= largest) continue;
    largest = end - base;
    *address = block;
  }
  return largest != 0 ? MEMMAP_OK : MEMMAP_NONE;
}

constexpr memmap_alloc_t kAlloc = {sizeof(memmap_alloc_t), 0, nullptr, nullptr, choose};

const void* get_interface(const char* id) {
  return memmap::plugin::is_interface(id, MEMMAP_ALLOC_1) ? &kAlloc : nullptr;
}

}  // namespace

const memmap_plugin_t memmap_plugin = memmap::plugin::describe(
    "@NAME@", "0.1", "Allocates at the beginning of the largest free range", get_interface);
