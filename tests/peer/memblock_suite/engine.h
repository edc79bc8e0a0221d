/*
 * Our engine as the shim sees it: one memblock, in C, without a kernel header.
 */
#ifndef MEMMAP_PEER_ENGINE_H
#define MEMMAP_PEER_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { PEER_MEMORY, PEER_RESERVED, PEER_LISTS };

/* As the kernel's struct memblock_region lies in memory. */
struct peer_region {
  uint64_t base;
  uint64_t size;
  uint32_t flags;
  int32_t nid;
};

struct peer_list {
  uint64_t cnt;
  uint64_t max;
  uint64_t total_size;
  uint64_t array; /* address of the array's own memory; 0: the static one */
};

struct peer_switches {
  bool bottom_up;
  uint64_t current_limit;
  bool movable_node;
  bool mirrored_kernelcore;
};

/* State, both ways. Switches that the engine fixes when it starts restart it. */
void peer_set_switches(const struct peer_switches* switches);
struct peer_list peer_get_list(int list);
void peer_get_regions(int list, struct peer_region* out); /* room for cnt */
void peer_set_list(int list, const struct peer_list* state, const struct peer_region* regions);

/* Operations: 0, or -1 for -ENOMEM. */
int peer_add(uint64_t base, uint64_t size);
int peer_add_node(uint64_t base, uint64_t size, int nid, uint32_t flags);
int peer_remove(uint64_t base, uint64_t size);
int peer_reserve(uint64_t base, uint64_t size);
int peer_phys_free(uint64_t base, uint64_t size);
int peer_mark_hotplug(uint64_t base, uint64_t size);
void peer_trim_memory(uint64_t align);
void peer_allow_resize(void);
bool peer_overlaps(int list, uint64_t base, uint64_t size);

/* Allocations: an address, or 0. */
enum { PEER_TRY_NID, PEER_TRY_NID_RAW, PEER_EXACT_NID_RAW };
uint64_t peer_alloc(int how, uint64_t size, uint64_t align, uint64_t min_addr, uint64_t max_addr,
                    int nid);

uint64_t peer_start_of_DRAM(void);
uint64_t peer_end_of_DRAM(void);

#ifdef __cplusplus
}
#endif

#endif
