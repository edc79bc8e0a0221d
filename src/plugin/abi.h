/* The plugin ABI of memmap. C99; usable from any language that can export a C object.
 *
 * A plugin is a shared object that exports one constant, `memmap_plugin`. The host checks it, asks
 * it for the interfaces it knows by id ("memmap.trim/1"), and calls those. share/doc/plugins.md
 * shows how to write one; plugin.hpp beside this spares C++ the boilerplate.
 *
 * Rules that hold for every struct and function here:
 *  - A struct opens with `struct_size`, the sizeof its writer was compiled with. A reader looks at
 * no more than that, and a minor version only appends: what lies beyond is unknown to one of the
 * two. The structs that travel in arrays (memmap_range_t, memmap_owned_t, memmap_zone_t,
 * memmap_free_run_t, memmap_mapping_t, memmap_event_t) never grow within a major version.
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
#define MEMMAP_ABI_MINOR 1u          /* the host warns of a plugin with a newer one */

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

/* What a check found. */
typedef struct memmap_finding {
  uint32_t struct_size;
  uint32_t reserved;
  uint64_t base; /* what it is about; base == end: nothing in particular */
  uint64_t end;
  const char* rule; /* that is broken: a-z 0-9 _, as the plugin's README lists them */
  const char* text; /* one line for people */
} memmap_finding_t;

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

  /* Since 1.1; a host that calls one of the interfaces below has them. */
  /* memmap.check: a rule is broken. */
  int32_t (*finding)(void* ctx, const memmap_finding_t* finding);
  /* memmap.source: an entry of the firmware's map, in its order. */
  int32_t (*entry)(void* ctx, const memmap_range_t* entry);
  /* memmap.source: something else that the source tells; MEMMAP_SOURCE_1 lists the keys. */
  int32_t (*fact)(void* ctx, const char* key, const char* value);
  /* memmap.source: the input is wrong there (from 1; 0: not known). Returns MEMMAP_OK, so that all
   * that is wrong can be told; read() ends with MEMMAP_FAILED, and no plugin is to blame. */
  int32_t (*input_error)(void* ctx, uint64_t line, uint64_t column, const char* message);
  /* memmap.report: the next bytes of the report. */
  int32_t (*write)(void* ctx, const void* bytes, size_t count);
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

/* ---------------------------------------------- the state of a boot, since 1.1 */

/* A piece of memory and what it is for. */
typedef struct memmap_owned {
  uint32_t struct_size;
  uint32_t reserved;
  uint64_t base;
  uint64_t end;
  const char* owner;    /* "initrd" */
  const char* function; /* of the kernel: who asked for it, or who reads it */
} memmap_owned_t;

#define MEMMAP_ZONE_DMA 0u
#define MEMMAP_ZONE_DMA32 1u
#define MEMMAP_ZONE_NORMAL 2u
#define MEMMAP_ZONE_MOVABLE 3u

/* A zone of a node, in pages of 4 KiB. */
typedef struct memmap_zone {
  uint32_t struct_size;
  uint32_t type; /* MEMMAP_ZONE_* */
  int32_t nid;
  uint32_t reserved;
  uint64_t start_pfn;
  uint64_t spanned_pages; /* from start_pfn on, holes included */
  uint64_t present_pages;
  uint64_t managed_pages; /* 0 before the hand-over to the page allocator */
} memmap_zone_t;

/* `count` free blocks of 2^order pages, one after the other from `first_pfn`. */
typedef struct memmap_free_run {
  uint32_t struct_size;
  uint32_t order;
  int32_t nid;
  uint32_t zone;        /* MEMMAP_ZONE_* */
  uint32_t migratetype; /* of the kernel's enum: 0 unmovable, 1 movable, ... */
  uint32_t reserved;
  uint64_t first_pfn;
  uint64_t count;
} memmap_free_run_t;

/* `pages` pages of `page_size` bytes from `virt` map to consecutive frames from `phys`. */
typedef struct memmap_mapping {
  uint32_t struct_size;
  uint32_t flags; /* MEMMAP_MAPPING_* */
  uint64_t virt;
  uint64_t phys;
  uint64_t page_size;
  uint64_t pages;
} memmap_mapping_t;

#define MEMMAP_MAPPING_WRITABLE 1u
#define MEMMAP_MAPPING_NO_EXECUTE 2u
#define MEMMAP_MAPPING_GLOBAL 4u
#define MEMMAP_MAPPING_USER 8u
#define MEMMAP_MAPPING_CACHE_DISABLE 16u
#define MEMMAP_MAPPING_WRITE_THROUGH 32u

#define MEMMAP_EVENT_STEP 1u    /* the kernel function `step` is done */
#define MEMMAP_EVENT_CALL 2u    /* memblock is called; the lists are as before the call */
#define MEMMAP_EVENT_MESSAGE 4u /* the kernel says or does something worth telling */

#define MEMMAP_CALL_ADD 0u
#define MEMMAP_CALL_REMOVE 1u
#define MEMMAP_CALL_RESERVE 2u /* also the second half of an allocation: the address is chosen */
#define MEMMAP_CALL_FREE 3u
#define MEMMAP_CALL_ALLOC \
  4u /* the first half: what is asked for. Not all are told, as in the log */

#define MEMMAP_SEVERITY_DEBUG 0u
#define MEMMAP_SEVERITY_INFO 1u
#define MEMMAP_SEVERITY_WARNING 2u
#define MEMMAP_SEVERITY_PANIC 3u

typedef struct memmap_event {
  uint32_t struct_size;
  uint32_t kind;        /* MEMMAP_EVENT_* */
  uint32_t call;        /* CALL: MEMMAP_CALL_*; else 0 */
  uint32_t severity;    /* MESSAGE: MEMMAP_SEVERITY_*; else 0 */
  const char* step;     /* the kernel function that the boot is at */
  const char* text;     /* CALL: memblock's function; MESSAGE: what is said; STEP: its file */
  const char* function; /* CALL: who calls; MESSAGE: the rule that it follows; STEP: "" */
  const char* owner;    /* CALL: what the memory is for; else "" */
  uint64_t base;        /* the range that it is about; base == end: none */
  uint64_t end;
  uint64_t size;  /* ALLOC */
  uint64_t align; /* ALLOC */
  uint64_t from;  /* ALLOC: limits as the caller gave them */
  uint64_t to;    /* ALLOC; 0 and 1: up to the current limit */
  int32_t nid;    /* ALLOC, ADD: -1: any */
  uint32_t flags; /* ADD: memblock flags */
} memmap_event_t;

#define MEMMAP_STATE_BOTTOM_UP 1u   /* memblock allocates from below */
#define MEMMAP_STATE_PANICKED 2u    /* the kernel stopped; later stages are empty */
#define MEMMAP_STATE_HANDED_OVER 4u /* memblock_free_all() is done: there are free blocks */
#define MEMMAP_STATE_DEFERRED 8u    /* the kernel hands over the end of each node later */

/* The state at the time of the call. Each function sets *list to an array, ascending and disjoint
 * where that applies, and returns how many there are; the array is made when it is first asked for
 * and is valid until the call returns: what is not asked for costs nothing. */
typedef struct memmap_state {
  uint32_t struct_size;
  uint32_t flags; /* MEMMAP_STATE_* */
  const memmap_facts_t* facts;
  uint64_t current_limit; /* of memblock: allocations end below it */
  uint64_t max_pfn;
  void* ctx; /* first argument of the functions below */
  size_t (*e820)(void* ctx, const memmap_range_t** list);     /* the kernel's table */
  size_t (*memory)(void* ctx, const memmap_range_t** list);   /* memblock.memory */
  size_t (*reserved)(void* ctx, const memmap_range_t** list); /* memblock.reserved */
  size_t (*owners)(void* ctx, const memmap_owned_t** list);   /* of what is reserved */
  /* What the kernel reads later on, wherever it lies: its image, the initrd, firmware's tables.
   * Not sorted. Empty in reports. */
  size_t (*in_use)(void* ctx, const memmap_owned_t** list);
  size_t (*nodes)(void* ctx, const memmap_range_t** list); /* pieces of memory by node */
  size_t (*zones)(void* ctx, const memmap_zone_t** list);  /* by node, then type */
  size_t (*free_blocks)(void* ctx, const memmap_free_run_t** list);
  size_t (*mappings)(void* ctx, const memmap_mapping_t** list);
  size_t (*messages)(void* ctx, const memmap_event_t** list); /* so far */
} memmap_state_t;

/* ------------------------------------------------ memmap.check/1, since 1.1 */

#define MEMMAP_CHECK_1 "memmap.check/1"

typedef struct memmap_check {
  uint32_t struct_size;
  uint32_t events; /* MEMMAP_EVENT_* or'ed: for which event() is called; 0: for none */
  /* Called once, before the boot: reads the options into *state. NULL: nothing to do. */
  int32_t (*prepare)(const memmap_host_t* host, void** state);
  /* Called once, after finish(), if prepare() succeeded. NULL: nothing to do. */
  void (*release)(void* state);
  /* As it happens. NULL if `events` is 0. */
  int32_t (*event)(void* state, const memmap_host_t* host, const memmap_event_t* event,
                   const memmap_state_t* boot);
  /* After the last step, also of a boot that panicked. NULL: nothing to do. */
  int32_t (*finish)(void* state, const memmap_host_t* host, const memmap_state_t* boot);
} memmap_check_t;

/* ----------------------------------------------- memmap.source/1, since 1.1 */

/* Keys of fact(): "command_line", "kernel_release", "firmware" (bios, efi, xen), "note" (for the
 * report; any number of them). */
#define MEMMAP_SOURCE_1 "memmap.source/1"

typedef struct memmap_source_input {
  uint32_t struct_size;
  uint32_t reserved;
  const char* name;     /* as the user named it, for messages */
  const uint8_t* bytes; /* unpacked; a NUL that does not count follows the last */
  size_t byte_count;
} memmap_source_input_t;

typedef struct memmap_source {
  uint32_t struct_size;
  uint32_t reserved;
  const char* summary; /* one line for `memmap formats` */
  const char* example; /* a command line that reads it */
  /* How sure it is of this format: 0, it is not; 100, no other looks like that. *reason: one phrase
   * that says why, for messages. Looks at the beginning or at marks only. */
  int32_t (*recognise)(const memmap_source_input_t* input, const memmap_host_t* host,
                       const char** reason);
  /* Hands over entry() and fact(), or says input_error(). An entry's `nid` of 0 or more tells the
   * node of its memory too. */
  int32_t (*read)(const memmap_source_input_t* input, const memmap_host_t* host);
} memmap_source_t;

/* ----------------------------------------------- memmap.report/1, since 1.1 */

#define MEMMAP_REPORT_1 "memmap.report/1"

#define MEMMAP_REPORT_TEXT 1u /* what is written is UTF-8; the host refuses what is not */

/* The outcome in two forms, of which a plugin takes what suits it: the text that --format json
 * would write, complete and versioned by its own schema, and structs that need no parser. */
typedef struct memmap_report_input {
  uint32_t struct_size;
  uint32_t reserved;
  const char* json; /* schema memmap/result/1; NUL-terminated */
  size_t json_size;
  const memmap_state_t* state; /* at the end of the boot */
  const char* source;          /* what was read, as the user named it */
  const char* format;          /* id of its format */
  const char* kernel;          /* the profile's name */
  const char* command_line;
  const char* policy; /* the allocation policy in force */
} memmap_report_input_t;

typedef struct memmap_report {
  uint32_t struct_size;
  uint32_t flags;      /* MEMMAP_REPORT_TEXT */
  const char* summary; /* one line */
  int32_t (*render)(const memmap_report_input_t* input, const memmap_host_t* host);
} memmap_report_t;

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
