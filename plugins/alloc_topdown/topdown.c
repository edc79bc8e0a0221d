/* The kernel's topdown policy: the highest block that fits.
 * kernel: __memblock_find_range_top_down(), mm/memblock.c */
#include <string.h>

#include "plugin/abi.h"

static int32_t choose(void* state, const memmap_host_t* host, const memmap_find_t* find,
                      const memmap_free_ranges_t* free_ranges, uint64_t* address) {
  (void)state;
  (void)host;
  (void)find;
  /* A walk over next_down() finds the same block, in linear time. */
  return free_ranges->first_fit_down(free_ranges->ctx, address);
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
    .abi_minor = MEMMAP_ABI_MINOR,
    .name = "alloc_topdown",
    .version = "1.0",
    .summary = "Allocates the highest block that fits, as the kernel does by default",
    .get_interface = get_interface,
};
