/*
 * See kernel_memblock.h. Compiled with the headers of the package's tools/testing/memblock; stands
 * in for the parts of the kernel that memblock calls.
 */
#include "kernel_memblock.h"

#include <limits.h>
#include <linux/memblock.h>
#include <linux/memory_hotplug.h>
#include <linux/mmzone.h>
#include <linux/slab.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

extern bool mirrored_kernelcore; /* defined by the suite's internal.h, in memblock.c */
bool movable_node_enabled;

static uint64_t printed;
static const char* last_format = "";
static struct memblock initial;
static bool have_initial;

_Static_assert(sizeof(struct memblock_region) == sizeof(struct kmb_region), "built with NUMA");

/* What memblock.c prints through; memblock.c is compiled with printf and fprintf renamed. */
static int count(const char* format) {
  /* Warned of once in the life of a process: of no use to who compares runs. */
  if (strstr(format, "deprecated")) return 0;
  last_format = format;
  printed++;
  return 0;
}

int kmb_printf(const char* format, ...) { return count(format); }

int kmb_fprintf(void* stream, const char* format, ...) {
  (void)stream;
  return count(format);
}

bool slab_is_available(void) { return false; }
void* kmalloc(size_t size, gfp_t gfp) { return malloc(size); }
void kfree(void* p) { free(p); }
struct pglist_data* first_online_pgdat(void) {
  return NULL;
}
struct pglist_data* next_online_pgdat(struct pglist_data* pgdat) {
  return NULL;
}
#ifdef KMB_RESERVE_BOOTMEM_NID
void reserve_bootmem_region(phys_addr_t start, phys_addr_t end, int nid) {}
#else
void reserve_bootmem_region(phys_addr_t start, phys_addr_t end) {}
#endif
void atomic_long_set(atomic_long_t* v, long i) {}
unsigned long long memparse(const char* text, char** rest) { return strtoull(text, rest, 0); }

void kmb_reset(void) {
  if (!have_initial) {
    initial = memblock;
    have_initial = true;
  }
  memblock = initial;
  memset(memblock.memory.regions, 0, memblock.memory.max * sizeof(struct memblock_region));
  memset(memblock.reserved.regions, 0, memblock.reserved.max * sizeof(struct memblock_region));
  printed = 0;
}

void kmb_set_switches(bool movable_node, bool mirrored) {
  movable_node_enabled = movable_node;
  mirrored_kernelcore = mirrored;
}

static struct memblock_type* type_of(int list) {
  return list == KMB_MEMORY ? &memblock.memory : &memblock.reserved;
}

struct kmb_list kmb_get(int list) {
  const struct memblock_type* t = type_of(list);
  return (struct kmb_list){t->cnt, t->max, t->total_size, (const struct kmb_region*)t->regions};
}

uint64_t kmb_printed(void) { return printed; }
const char* kmb_last_format(void) { return last_format; }

int kmb_add(uint64_t base, uint64_t size) { return memblock_add(base, size); }
int kmb_add_node(uint64_t base, uint64_t size, int nid, uint32_t flags) {
  return memblock_add_node(base, size, nid, flags);
}
int kmb_remove(uint64_t base, uint64_t size) { return memblock_remove(base, size); }
int kmb_reserve(uint64_t base, uint64_t size) { return memblock_reserve(base, size); }
int kmb_phys_free(uint64_t base, uint64_t size) { return memblock_phys_free(base, size); }

int kmb_mark(int what, uint64_t base, uint64_t size) {
  switch (what) {
    case KMB_MARK_HOTPLUG:
      return memblock_mark_hotplug(base, size);
    case KMB_CLEAR_HOTPLUG:
      return memblock_clear_hotplug(base, size);
    case KMB_MARK_MIRROR:
      return memblock_mark_mirror(base, size);
    case KMB_MARK_NOMAP:
      return memblock_mark_nomap(base, size);
    default:
      return memblock_clear_nomap(base, size);
  }
}

int kmb_set_node(int list, uint64_t base, uint64_t size, int nid) {
  return memblock_set_node(base, size, type_of(list), nid);
}

void kmb_trim_memory(uint64_t align) { memblock_trim_memory(align); }
void kmb_cap_memory_range(uint64_t base, uint64_t size) { memblock_cap_memory_range(base, size); }
void kmb_mem_limit_remove_map(uint64_t limit) { memblock_mem_limit_remove_map(limit); }
void kmb_enforce_memory_limit(uint64_t limit) { memblock_enforce_memory_limit(limit); }
void kmb_allow_resize(void) { memblock_allow_resize(); }
void kmb_set_bottom_up(bool enable) { memblock_set_bottom_up(enable); }
void kmb_set_current_limit(uint64_t limit) { memblock_set_current_limit(limit); }

uint64_t kmb_alloc(int how, uint64_t size, uint64_t align, uint64_t min_addr, uint64_t max_addr,
                   int nid) {
  return (uint64_t)(how == KMB_TRY_NID_RAW
                        ? memblock_alloc_try_nid_raw(size, align, min_addr, max_addr, nid)
                        : memblock_alloc_exact_nid_raw(size, align, min_addr, max_addr, nid));
}

uint64_t kmb_phys_alloc_range(uint64_t size, uint64_t align, uint64_t start, uint64_t end) {
  return memblock_phys_alloc_range(size, align, start, end);
}

uint64_t kmb_phys_alloc_try_nid(uint64_t size, uint64_t align, int nid) {
  return memblock_phys_alloc_try_nid(size, align, nid);
}

bool kmb_is_memory(uint64_t addr) { return memblock_is_memory(addr); }
bool kmb_is_map_memory(uint64_t addr) { return memblock_is_map_memory(addr); }
bool kmb_is_reserved(uint64_t addr) { return memblock_is_reserved(addr); }
bool kmb_is_region_memory(uint64_t base, uint64_t size) {
  return memblock_is_region_memory(base, size);
}
bool kmb_is_region_reserved(uint64_t base, uint64_t size) {
  return memblock_is_region_reserved(base, size);
}

static uint64_t put(struct kmb_region* out, uint64_t room, uint64_t n, uint64_t start, uint64_t end,
                    int nid) {
  if (n < room) out[n] = (struct kmb_region){start, end - start, 0, nid};
  return n + 1;
}

uint64_t kmb_free_mem_ranges(int nid, uint32_t flags, bool reverse, struct kmb_region* out,
                             uint64_t room) {
  uint64_t n = 0;
  u64 i;
  phys_addr_t start, end;
  int found;
  if (reverse) {
    for_each_free_mem_range_reverse(i, nid, flags, &start, &end, &found) n =
        put(out, room, n, start, end, found);
  } else {
    for_each_free_mem_range(i, nid, flags, &start, &end, &found) n =
        put(out, room, n, start, end, found);
  }
  return n;
}

uint64_t kmb_mem_pfn_ranges(int nid, struct kmb_region* out, uint64_t room) {
  uint64_t n = 0;
  int i, found;
  unsigned long start, end;
  for_each_mem_pfn_range(i, nid, &start, &end, &found) n = put(out, room, n, start, end, found);
  return n;
}
