/*
 * The kernel's own mm/memblock.c, built from the installed package, for comparison: its operations
 * without its headers. One per process. Addresses are the process's own: memory that its arrays may
 * grow into, or that it may zero, must be mapped.
 */
#ifndef MEMMAP_KERNEL_MEMBLOCK_H
#define MEMMAP_KERNEL_MEMBLOCK_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { KMB_MEMORY, KMB_RESERVED };

/* struct memblock_region */
struct kmb_region {
  uint64_t base;
  uint64_t size;
  uint32_t flags;
  int32_t nid;
};

struct kmb_list {
  uint64_t cnt;
  uint64_t max;
  uint64_t total_size;
  const struct kmb_region* regions;
};

/* Back to the state at boot, but for memblock_allow_resize(), which stays. */
void kmb_reset(void);
void kmb_set_switches(bool movable_node, bool mirrored_kernelcore);
struct kmb_list kmb_get(int list);
uint64_t kmb_printed(void); /* lines printed or warned of since kmb_reset(), WARN_ONCE() apart */
const char* kmb_last_format(void); /* of the last of them */

int kmb_add(uint64_t base, uint64_t size);
int kmb_add_node(uint64_t base, uint64_t size, int nid, uint32_t flags);
int kmb_remove(uint64_t base, uint64_t size);
int kmb_reserve(uint64_t base, uint64_t size);
int kmb_phys_free(uint64_t base, uint64_t size);
enum { KMB_MARK_HOTPLUG, KMB_CLEAR_HOTPLUG, KMB_MARK_MIRROR, KMB_MARK_NOMAP, KMB_CLEAR_NOMAP };
int kmb_mark(int what, uint64_t base, uint64_t size);
int kmb_set_node(int list, uint64_t base, uint64_t size, int nid);
void kmb_trim_memory(uint64_t align);
void kmb_cap_memory_range(uint64_t base, uint64_t size);
void kmb_mem_limit_remove_map(uint64_t limit);
void kmb_enforce_memory_limit(uint64_t limit);
void kmb_allow_resize(void);
void kmb_set_bottom_up(bool enable);
void kmb_set_current_limit(uint64_t limit);

enum { KMB_TRY_NID_RAW, KMB_EXACT_NID_RAW };
uint64_t kmb_alloc(int how, uint64_t size, uint64_t align, uint64_t min_addr, uint64_t max_addr,
                   int nid);
uint64_t kmb_phys_alloc_range(uint64_t size, uint64_t align, uint64_t start, uint64_t end);
uint64_t kmb_phys_alloc_try_nid(uint64_t size, uint64_t align, int nid);

bool kmb_is_memory(uint64_t addr);
bool kmb_is_map_memory(uint64_t addr);
bool kmb_is_reserved(uint64_t addr);
bool kmb_is_region_memory(uint64_t base, uint64_t size);
bool kmb_is_region_reserved(uint64_t base, uint64_t size);
/* for_each_free_mem_range() and _reverse(); returns how many, writes at most `room`. */
uint64_t kmb_free_mem_ranges(int nid, uint32_t flags, bool reverse, struct kmb_region* out,
                             uint64_t room);
/* for_each_mem_pfn_range(); base and size in pages. */
uint64_t kmb_mem_pfn_ranges(int nid, struct kmb_region* out, uint64_t room);

#ifdef __cplusplus
}
#endif

#endif
