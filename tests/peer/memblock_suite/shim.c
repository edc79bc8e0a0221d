/*
 * The functions of the package's include/linux/memblock.h that its test suite calls, answered by
 * our engine. The suite reads and writes `struct memblock` and its arrays directly, so each call
 * first takes over what the suite changed since the last one, and then writes the engine's state
 * back:
 *
 *   suite writes memblock.reserved.cnt = 0   ->  adopt()   ->  engine
 *   suite reads memblock.reserved.regions[0] <-  publish() <-  engine
 */
#include <linux/memblock.h>
#include <linux/memory_hotplug.h>
#include <linux/slab.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"

#define STATIC_REGIONS 128
#define SEEN_MAX 4096

bool mirrored_kernelcore = false;
unsigned long max_low_pfn;
unsigned long min_low_pfn;
unsigned long max_pfn;
unsigned long long max_possible_pfn;

static struct memblock_region static_regions[PEER_LISTS][STATIC_REGIONS];

struct memblock memblock = {
    .memory.regions = static_regions[PEER_MEMORY],
    .memory.max = STATIC_REGIONS,
    .memory.name = "memory",
    .reserved.regions = static_regions[PEER_RESERVED],
    .reserved.max = STATIC_REGIONS,
    .reserved.name = "reserved",
    .current_limit = MEMBLOCK_ALLOC_ANYWHERE,
};

_Static_assert(sizeof(struct memblock_region) == sizeof(struct peer_region), "built with NUMA=1");

/* What publish() wrote last. */
static struct memblock seen;
static struct memblock_region seen_regions[PEER_LISTS][SEEN_MAX];

static struct memblock_type* list_of(struct memblock* m, int list) {
  return list == PEER_MEMORY ? &m->memory : &m->reserved;
}

static void adopt(void) {
  const struct peer_switches switches = {memblock.bottom_up, memblock.current_limit,
                                         movable_node_is_enabled(), mirrored_kernelcore};
  peer_set_switches(&switches);
  for (int list = 0; list < PEER_LISTS; list++) {
    const struct memblock_type* now = list_of(&memblock, list);
    const struct memblock_type* then = list_of(&seen, list);
    if (now->cnt == then->cnt && now->max == then->max && now->total_size == then->total_size &&
        now->regions == then->regions &&
        memcmp(now->regions, seen_regions[list], now->cnt * sizeof(*now->regions)) == 0)
      continue;
    const struct peer_list state = {
        now->cnt, now->max, now->total_size,
        now->regions == static_regions[list] ? 0 : (uint64_t)now->regions};
    peer_set_list(list, &state, (const struct peer_region*)now->regions);
  }
}

static void publish(void) {
  for (int list = 0; list < PEER_LISTS; list++) {
    struct memblock_type* out = list_of(&memblock, list);
    const struct peer_list state = peer_get_list(list);
    const unsigned long before = out->cnt;
    if (state.cnt > SEEN_MAX) abort();
    out->cnt = state.cnt;
    out->max = state.max;
    out->total_size = state.total_size;
    /* A grown array lies where the engine put it, as the kernel's would. */
    out->regions = state.array ? (struct memblock_region*)state.array : static_regions[list];
    peer_get_regions(list, (struct peer_region*)out->regions);
    memcpy(seen_regions[list], out->regions, state.cnt * sizeof(*out->regions));
    /* The kernel clears the first entry of a list that became empty. */
    if (state.cnt == 0 && before != 0) {
      memset(out->regions, 0, sizeof(*out->regions));
      out->regions[0].nid = MAX_NUMNODES;
    }
  }
  seen = memblock;
}

#define ANSWER(type, call)    \
  do {                        \
    adopt();                  \
    const type answer = call; \
    publish();                \
    return answer;            \
  } while (0)

int memblock_add(phys_addr_t base, phys_addr_t size) { ANSWER(int, peer_add(base, size)); }

int memblock_add_node(phys_addr_t base, phys_addr_t size, int nid, enum memblock_flags flags) {
  ANSWER(int, peer_add_node(base, size, nid, flags));
}

int memblock_remove(phys_addr_t base, phys_addr_t size) { ANSWER(int, peer_remove(base, size)); }

int memblock_reserve(phys_addr_t base, phys_addr_t size) { ANSWER(int, peer_reserve(base, size)); }

int memblock_phys_free(phys_addr_t base, phys_addr_t size) {
  ANSWER(int, peer_phys_free(base, size));
}

void memblock_free(void* ptr, size_t size) {
  if (ptr) memblock_phys_free((phys_addr_t)ptr, size);
}

int memblock_mark_hotplug(phys_addr_t base, phys_addr_t size) {
  ANSWER(int, peer_mark_hotplug(base, size));
}

void memblock_trim_memory(phys_addr_t align) {
  adopt();
  peer_trim_memory(align);
  publish();
}

void memblock_allow_resize(void) { peer_allow_resize(); }

bool memblock_overlaps_region(struct memblock_type* type, phys_addr_t base, phys_addr_t size) {
  const int list = type == &memblock.memory ? PEER_MEMORY : PEER_RESERVED;
  ANSWER(bool, peer_overlaps(list, base, size));
}

static phys_addr_t alloc(int how, phys_addr_t size, phys_addr_t align, phys_addr_t min_addr,
                         phys_addr_t max_addr, int nid) {
  ANSWER(phys_addr_t, peer_alloc(how, size, align, min_addr, max_addr, nid));
}

/* Addresses are the suite's own memory: physical and virtual are the same. */
void* memblock_alloc_try_nid(phys_addr_t size, phys_addr_t align, phys_addr_t min_addr,
                             phys_addr_t max_addr, int nid) {
  void* ptr = (void*)alloc(PEER_TRY_NID, size, align, min_addr, max_addr, nid);
  if (ptr) memset(ptr, 0, size);
  return ptr;
}

void* memblock_alloc_try_nid_raw(phys_addr_t size, phys_addr_t align, phys_addr_t min_addr,
                                 phys_addr_t max_addr, int nid) {
  return (void*)alloc(PEER_TRY_NID_RAW, size, align, min_addr, max_addr, nid);
}

void* memblock_alloc_exact_nid_raw(phys_addr_t size, phys_addr_t align, phys_addr_t min_addr,
                                   phys_addr_t max_addr, int nid) {
  return (void*)alloc(PEER_EXACT_NID_RAW, size, align, min_addr, max_addr, nid);
}

phys_addr_t memblock_start_of_DRAM(void) { ANSWER(phys_addr_t, peer_start_of_DRAM()); }

phys_addr_t memblock_end_of_DRAM(void) { ANSWER(phys_addr_t, peer_end_of_DRAM()); }
