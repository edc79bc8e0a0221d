/* Best fit: the smallest free range that holds the block; of ranges as large as each other the
 * highest. The block goes to the range's end, as the kernel's top-down search would put it. */
#include <string.h>

#include "plugin/abi.h"

static int32_t choose(void* state, const memmap_host_t* host, const memmap_find_t* find,
                      const memmap_free_ranges_t* free_ranges, uint64_t* address) {
  uint64_t base = 0;
  uint64_t end = 0;
  uint64_t best = UINT64_MAX;
  uint64_t at = find->end;
  (void)state;
  (void)host;
  while (free_ranges->next_down(free_ranges->ctx, at, &base, &end) == MEMMAP_OK) {
    at = base;
    if (end - base < find->size || end - base >= best) continue;
    {
      const uint64_t block = (end - find->size) & ~(find->align - 1);
      if (block < base) continue;
      best = end - base;
      *address = block;
    }
  }
  return best != UINT64_MAX ? MEMMAP_OK : MEMMAP_NONE;
}

static const memmap_alloc_t alloc = {
    .struct_size = sizeof(memmap_alloc_t),
    .choose = choose,
};

static const void* get_interface(const char* id) {
  return strcmp(id, MEMMAP_ALLOC_1) == 0 ? &alloc : NULL;
}

MEMMAP_EXPORT const memmap_plugin_t memmap_plugin = {
    .struct_size = sizeof(memmap_plugin_t),
    .magic = MEMMAP_ABI_MAGIC,
    .abi_major = MEMMAP_ABI_MAJOR,
    .abi_minor = 0, /* needs nothing newer */
    .name = "alloc_bestfit",
    .version = "1.0",
    .summary = "Allocates in the smallest free range that fits",
    .get_interface = get_interface,
};
