/* Best fit: the smallest free range that holds the block; of ranges as large as each other the
 * highest. The block goes to the range's end, as the kernel's top-down search would put it. */
#include <string.h>

#include "plugin/abi.h"

static int32_t choose(void* state, const memmap_host_t* host, const memmap_find_t* find,
                      const memmap_free_ranges_t* free_ranges, uint64_t* address) {
  uint64_t base = 0;
  uint64_t end = 0;
  (void)state;
  if (host->abi_minor < 5) return host->fail(host->ctx, "needs a memmap of plugin ABI 1.5");
  if (free_ranges->smallest_piece(free_ranges->ctx, 0, &base, &end) != MEMMAP_OK) {
    return MEMMAP_NONE;
  }
  *address = (end - find->size) & ~(find->align - 1);
  return MEMMAP_OK;
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
    .name = "alloc_bestfit",
    .version = "1.0",
    .summary = "Allocates in the smallest free range that fits",
    .get_interface = get_interface,
};
