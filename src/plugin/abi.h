/* The plugin ABI of memmap. C99; usable from any language that can export a C object.
 *
 * A plugin is a shared object that exports one constant, `memmap_plugin`. The host checks it, asks
 * it for the interfaces it knows by id ("memmap.trim/1"), and calls those. share/doc/plugins.md
 * shows how to write one; plugin.hpp beside this spares C++ the boilerplate.
 *
 * Rules that hold for every struct and function here:
 *  - A struct opens with `struct_size`, the sizeof its writer was compiled with. A reader looks at
 * no more than that, and a minor version only appends: what lies beyond is unknown to one of the
 * two. memmap_range_t, which travels in arrays, never grows within a major version.
 *  - Addresses and sizes are bytes, ranges half-open [base, end), strings UTF-8 and NUL-terminated.
 *  - What the host passes (structs, strings, arrays, `host`) is valid until the call returns. What
 * a plugin passes is copied by the host before the callee returns; static tables live for ever, as
 * no plugin is ever unloaded.
 *  - One thread at a time. No C++ exception, longjmp or exit() may leave a plugin's function.
 *  - A plugin is pure: the same input gives the same answers. No clock, files, environment, random.
 */
#ifndef MEMMAP_PLUGIN_ABI_H
#define MEMMAP_PLUGIN_ABI_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MEMMAP_ABI_MAGIC 0x504d4d4du /* "MMMP" in little-endian bytes */
#define MEMMAP_ABI_MAJOR 1u          /* must be equal on both sides */
#define MEMMAP_ABI_MINOR 0u          /* the host warns of a plugin with a newer one */

#if defined(__GNUC__)
#define MEMMAP_EXPORT __attribute__((visibility("default")))
#else
#define MEMMAP_EXPORT
#endif

/* What functions return. */
#define MEMMAP_OK 0
#define MEMMAP_NONE 1      /* choose(): no address. The cursor's functions: no such range */
#define MEMMAP_FAILED (-1) /* after host->fail() said why */

/* ------------------------------------------------------------------ options */

/* Types of an option's value. The host refuses a value that is not of the type or out of bounds, so
 * that a plugin never sees one. */
#define MEMMAP_OPTION_TEXT 0u   /* as given */
#define MEMMAP_OPTION_BYTES 1u  /* 4096, 0x1000, 4G: min <= value <= max */
#define MEMMAP_OPTION_COUNT 2u  /* 12, 0xc: min <= value <= max */
#define MEMMAP_OPTION_FLAG 3u   /* yes or no */
#define MEMMAP_OPTION_CHOICE 4u /* one of `choices` */

#define MEMMAP_OPTION_REQUIRED 1u /* `flags`: must be given; has no default */

typedef struct memmap_option {
  uint32_t struct_size;
  uint32_t type;             /* MEMMAP_OPTION_* */
  const char* name;          /* a-z 0-9 _ */
  const char* help;          /* one line */
  const char* default_value; /* of the type; NULL: none, and option() gives NULL */
  const char* choices;       /* CHOICE: "low|high"; else NULL */
  uint64_t min;              /* BYTES, COUNT */
  uint64_t max;              /* BYTES, COUNT; 0: no upper bound */
  uint32_t flags;            /* MEMMAP_OPTION_REQUIRED or 0 */
  uint32_t reserved;         /* 0 */
} memmap_option_t;

/* ------------------------------------------------------------ what crosses */

/* A piece of memory. `type` is the e820 type at e820 hooks and 1 (RAM) elsewhere. */
typedef struct memmap_range {
  uint32_t struct_size;
  uint32_t type;
  uint64_t base;
  uint64_t end;
  int32_t nid;    /* -1: none yet */
  uint32_t flags; /* memblock flags; MEMMAP_NODE_HOTPLUG in facts->node_memory */
} memmap_range_t;

#define MEMMAP_NODE_HOTPLUG 1u

/* What is known of the machine and the kernel that boots. */
typedef struct memmap_facts {
  uint32_t struct_size;
  uint32_t max_nodes;                /* MAX_NUMNODES of the kernel */
  const char* command_line;          /* of the kernel; "" if none */
  const char* kernel_release;        /* "6.12.0"; "" if not known */
  const memmap_range_t* node_memory; /* the SRAT's memory affinities, `nid` the proximity domain */
  size_t node_memory_count;
  const memmap_range_t* mtrrs; /* variable MTRRs in order, `type` the MTRR's: MEMMAP_MTRR_* */
  size_t mtrr_count;
  uint32_t mtrr_default; /* MEMMAP_MTRR_*, or MEMMAP_MTRR_UNKNOWN */
  uint32_t reserved;
} memmap_facts_t;

#define MEMMAP_MTRR_UNCACHABLE 0u
#define MEMMAP_MTRR_WRITE_COMBINING 1u
#define MEMMAP_MTRR_WRITE_THROUGH 4u
#define MEMMAP_MTRR_WRITE_PROTECT 5u
#define MEMMAP_MTRR_WRITE_BACK 6u
#define MEMMAP_MTRR_UNKNOWN 255u

/* Verbs of an answer. */
#define MEMMAP_RETYPE                                                        \
  1u /* e820 hooks: entries of type `from` (0: any) in the range become `to` \
      */
#define MEMMAP_REMOVE \
  2u /* e820 hooks: entries of type `from` (0: any) leave; memblock: memory does */
#define MEMMAP_RESERVE 3u /* memblock hooks: the range is reserved */
#define MEMMAP_CAP 4u     /* RAM at or above `base` leaves; `end` must be UINT64_MAX */
#define MEMMAP_ASSIGN 5u  /* memmap.numa: memory in the range belongs to node `nid` */

typedef struct memmap_answer {
  uint32_t struct_size;
  uint32_t verb; /* MEMMAP_RETYPE ... */
  uint64_t base;
  uint64_t end;
  uint32_t from; /* RETYPE, REMOVE: e820 type; 0: any */
  uint32_t to;   /* RETYPE: e820 type */
  int32_t nid;   /* ASSIGN */
  uint32_t reserved;
  const char* reason; /* one line for the report; NULL: none */
} memmap_answer_t;

/* The host, as a plugin sees it during a call. */
typedef struct memmap_host {
  uint32_t struct_size;
  uint32_t abi_minor; /* of the host */
  void* ctx;          /* first argument of the functions below */
  /* An option's value: as given, else its default, else NULL. NULL too for an unknown name, which
   * makes the call fail. */
  const char* (*option)(void* ctx, const char* name);
  /* The value of a BYTES, COUNT or FLAG (0, 1) option. MEMMAP_NONE: not given and no default. */
  int32_t (*number)(void* ctx, const char* name, uint64_t* value);
  /* Hands over one answer. MEMMAP_FAILED: refused; return it at once. */
  int32_t (*emit)(void* ctx, const memmap_answer_t* answer);
  /* memmap.numa: the distance between two nodes, as in the SLIT (10: local; at most 255). */
  int32_t (*distance)(void* ctx, int32_t from, int32_t to, uint32_t distance);
  /* Tells the user something; the run goes on. */
  void (*warn)(void* ctx, const char* message);
  /* Says why the call fails and returns MEMMAP_FAILED: `return host->fail(host->ctx, "...")`.
   * Nothing that was emitted takes effect. */
  int32_t (*fail)(void* ctx, const char* message);
} memmap_host_t;

/* ------------------------------------------------------------ memmap.trim/1 */

#define MEMMAP_TRIM_1 "memmap.trim/1"

/* Where in the boot a trim acts: the kernel's own act at different times on different things.
 * Hooks up to E820_LAST see the e820 table, the later ones memblock.memory. */
#define MEMMAP_HOOK_E820_FIRMWARE 0x01u     /* after e820__memory_setup() */
#define MEMMAP_HOOK_E820_COMMAND_LINE 0x02u /* after mem= and memmap= */
#define MEMMAP_HOOK_E820_BIOS 0x04u         /* where trim_bios_range() runs */
#define MEMMAP_HOOK_E820_MTRR 0x08u         /* where mtrr_trim_uncached_memory() runs */
#define MEMMAP_HOOK_E820_LAST 0x80u
#define MEMMAP_HOOK_MEMBLOCK_EARLY 0x100u  /* with early_reserve_memory(); no memory yet */
#define MEMMAP_HOOK_MEMBLOCK_FILLED 0x200u /* after e820__memblock_setup() */

typedef struct memmap_trim_input {
  uint32_t struct_size;
  uint32_t hook; /* the one that is reached */
  const memmap_facts_t* facts;
  const memmap_range_t* ranges; /* ascending, disjoint */
  size_t range_count;
} memmap_trim_input_t;

typedef struct memmap_trim {
  uint32_t struct_size;
  uint32_t hooks; /* MEMMAP_HOOK_* or'ed: where run() is called */
  /* Emits RETYPE, REMOVE, RESERVE, CAP. Answers are applied in order; two of one verb must not
   * overlap. */
  int32_t (*run)(const memmap_trim_input_t* input, const memmap_host_t* host);
} memmap_trim_t;

/* ------------------------------------------------------------ memmap.numa/1 */

#define MEMMAP_NUMA_1 "memmap.numa/1"

typedef struct memmap_numa_input {
  uint32_t struct_size;
  uint32_t reserved;
  const memmap_facts_t* facts;
  const memmap_range_t* memory; /* memblock.memory: ascending, disjoint */
  size_t memory_count;
} memmap_numa_input_t;

typedef struct memmap_numa {
  uint32_t struct_size;
  uint32_t reserved;
  /* Emits ASSIGN so that each byte of memory has one node; ranges may span holes, each must hold
   * some memory. Distances that are not told are 10 to the node itself and 20 to others. */
  int32_t (*run)(const memmap_numa_input_t* input, const memmap_host_t* host);
} memmap_numa_t;

/* ----------------------------------------------------------- memmap.alloc/1 */

#define MEMMAP_ALLOC_1 "memmap.alloc/1"

/* One search, as memblock_find_in_range_node() makes it. */
typedef struct memmap_find {
  uint32_t struct_size;
  int32_t nid;    /* -1: any */
  uint64_t size;  /* > 0 */
  uint64_t align; /* a power of two */
  uint64_t base;  /* the block must lie in [base, end) */
  uint64_t end;
  uint32_t flags; /* memblock flags asked for */
  uint32_t reserved;
} memmap_find_t;

/* The free ranges that fit the search's node and flags, cut to its limits. All functions return
 * MEMMAP_OK or MEMMAP_NONE and take logarithmic time. */
typedef struct memmap_free_ranges {
  uint32_t struct_size;
  uint32_t reserved;
  void* ctx; /* first argument of the functions below */
  /* The first range that ends above `after` (start with the search's `base`), cut to start there.
   */
  int32_t (*next_up)(void* ctx, uint64_t after, uint64_t* base, uint64_t* end);
  /* The last range that starts below `before` (start with `end`), cut to end there. */
  int32_t (*next_down)(void* ctx, uint64_t before, uint64_t* base, uint64_t* end);
  /* The lowest / highest block that fits: what a walk over the above would find first. */
  int32_t (*first_fit_up)(void* ctx, uint64_t* address);
  int32_t (*first_fit_down)(void* ctx, uint64_t* address);
} memmap_free_ranges_t;

typedef struct memmap_alloc {
  uint32_t struct_size;
  uint32_t reserved;
  /* Called once, before the first search: reads the options into *state. NULL: nothing to do. */
  int32_t (*prepare)(const memmap_host_t* host, void** state);
  /* Called once, after the last search, if prepare() succeeded. NULL: nothing to do. */
  void (*release)(void* state);
  /* MEMMAP_OK and an *address such that [*address, *address + size) lies in the limits and in one
   * free range and is aligned; MEMMAP_NONE; or MEMMAP_FAILED. The host checks the answer. */
  int32_t (*choose)(void* state, const memmap_host_t* host, const memmap_find_t* find,
                    const memmap_free_ranges_t* free_ranges, uint64_t* address);
} memmap_alloc_t;

/* ------------------------------------------------------------ the descriptor */

typedef struct memmap_plugin {
  uint32_t struct_size;
  uint32_t magic;     /* MEMMAP_ABI_MAGIC */
  uint32_t abi_major; /* MEMMAP_ABI_MAJOR */
  uint32_t abi_minor; /* MEMMAP_ABI_MINOR */
  const char* name;   /* the file's name without .so: a-z 0-9 _, at most 63 */
  const char* version;
  const char* summary; /* one line */
  const memmap_option_t* options;
  size_t option_count;
  /* The interface of that id, a static struct that opens with its struct_size; NULL: not offered.
   */
  const void* (*get_interface)(const char* id);
} memmap_plugin_t;

/* What a plugin defines: `MEMMAP_EXPORT const memmap_plugin_t memmap_plugin = {...};` */
extern MEMMAP_EXPORT const memmap_plugin_t memmap_plugin;

#ifdef __cplusplus
}
#endif

#endif /* MEMMAP_PLUGIN_ABI_H */
