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
#define MEMMAP_ABI_MINOR 5u          /* the host warns of a plugin with a newer one */

#if defined(__GNUC__)
#define MEMMAP_EXPORT __attribute__((visibility("default")))
#else
#define MEMMAP_EXPORT
#endif

/* What functions return. */
#define MEMMAP_OK 0
#define MEMMAP_NONE 1      /* nothing: no such address, range, option; the next plugin is asked */
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

/* A name and what was set: a parameter of the command line. Travels in arrays, never grows. */
typedef struct memmap_setting {
  const char* name;
  const char* value; /* NULL: none was given (`name` without `=`) */
} memmap_setting_t;

/* A device on the PCI bus of segment 0. Travels in arrays, never grows. */
typedef struct memmap_pci {
  uint32_t address; /* bus << 8 | device << 3 | function */
  uint16_t vendor;
  uint16_t device;
} memmap_pci_t;

/* What is known of the machine and the kernel that boots. */
typedef struct memmap_facts {
  uint32_t struct_size;
  uint32_t max_nodes;                /* MAX_NUMNODES of the kernel */
  const char* command_line;          /* of the kernel; "" if none */
  const char* kernel_release;        /* "6.12.0"; "" if not known */
  const memmap_range_t* node_memory; /* the SRAT's memory affinities, `nid` the proximity domain */
  size_t node_memory_count;
  /* Variable MTRRs in order, `type` the MTRR's: MEMMAP_MTRR_*; at MEMMAP_HOOK_E820_MTRR as the kernel
   * has changed them (mtrr_cleanup()) */
  const memmap_range_t* mtrrs;
  size_t mtrr_count;
  uint32_t mtrr_default; /* MEMMAP_MTRR_*, or MEMMAP_MTRR_UNKNOWN */
  uint32_t reserved;
  /* Since 1.1 */
  uint32_t kernel_version[3]; /* 6, 12, 0 */
  uint32_t flags;             /* MEMMAP_FACT_* */
  uint64_t mtrr_tom2; /* AMD: RAM from 4 GiB up to here is cached whatever MTRRs say; or 0 */
  const memmap_setting_t* parameters; /* of the command line, in order, up to `--` */
  size_t parameter_count;
  const int32_t* cpu_nodes; /* the SRAT's nodes of the processors, in their order; -1: none */
  size_t cpu_node_count;
  const memmap_pci_t* pci; /* devices that are known of; none: nothing is known */
  size_t pci_count;
  const int32_t* other_nodes; /* the SRAT's without memory that need not have processors */
  size_t other_node_count;
  const uint8_t* distances; /* the SLIT, row by row, localities being proximity domains; none: not
                               known, which it may still be there: MEMMAP_FACT_SLIT */
  size_t distance_count;
} memmap_facts_t;

#define MEMMAP_FACT_NUMA 1u /* the kernel has CONFIG_NUMA */
#define MEMMAP_FACT_SLIT 2u /* firmware has a SLIT */
#define MEMMAP_FACT_ACPI 4u /* the kernel reads ACPI's tables: not with acpi=off */
/* The graphics are Sandy Bridge's, by the word of a kernel or a user. */
#define MEMMAP_FACT_SNB 8u

#define MEMMAP_MTRR_UNCACHABLE 0u
#define MEMMAP_MTRR_WRITE_COMBINING 1u
#define MEMMAP_MTRR_WRITE_THROUGH 4u
#define MEMMAP_MTRR_WRITE_PROTECT 5u
#define MEMMAP_MTRR_WRITE_BACK 6u
#define MEMMAP_MTRR_UNKNOWN 255u

/* Verbs of an answer. */
/* e820 hooks: entries of type `from` (0: any) in the range become `to` */
#define MEMMAP_RETYPE 1u
/* e820 hooks: entries of type `from` (0: any) leave; MEMBLOCK_FILLED and later: memory does */
#define MEMMAP_REMOVE 2u
/* memblock hooks: the range is reserved */
#define MEMMAP_RESERVE 3u
/* RAM at or above `base` leaves; `end` must be UINT64_MAX */
#define MEMMAP_CAP 4u
/* memmap.numa: memory in the range belongs to node `nid` */
#define MEMMAP_ASSIGN 5u
/* MEMBLOCK_FILLED and later, since 1.1: pieces of memory end at multiples of `align` (a power of
 * two), inwards, as memblock_trim_memory() does it: unlogged, and memblock's total counts them on.
 * The range must be [0, UINT64_MAX). */
#define MEMMAP_ALIGN 6u

typedef struct memmap_answer {
  uint32_t struct_size;
  uint32_t verb; /* MEMMAP_RETYPE ... */
  uint64_t base;
  uint64_t end;
  uint32_t from;      /* RETYPE, REMOVE: e820 type; 0: any */
  uint32_t to;        /* RETYPE: e820 type */
  int32_t nid;        /* ASSIGN */
  uint32_t flags;     /* ASSIGN: MEMMAP_NODE_HOTPLUG or 0; else 0 */
  const char* reason; /* one line for the report; NULL: none */
  /* Since 1.1 */
  const char* rule; /* the kernel's, if it is one of its own: `trim_snb_memory(), FILE`; or NULL */
  uint64_t align;   /* ALIGN */
} memmap_answer_t;

#define MEMMAP_SEVERITY_DEBUG 0u   /* the kernel prints nothing, or a KERN_DEBUG line */
#define MEMMAP_SEVERITY_INFO 1u    /* the kernel says so */
#define MEMMAP_SEVERITY_WARNING 2u /* it warns, or the outcome is likely not what was wanted */
#define MEMMAP_SEVERITY_PANIC 3u   /* the kernel stops; no plugin says so */

/* What the boot tells of itself: a line of its story. */
typedef struct memmap_message {
  uint32_t struct_size;
  uint32_t severity; /* MEMMAP_SEVERITY_* up to WARNING */
  const char* text;  /* in the kernel's own words where it prints any */
  const char* rule;  /* as in an answer; or NULL */
  uint64_t base;     /* what it is about; base == end: nothing in particular */
  uint64_t end;
} memmap_message_t;

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
   * Nothing that was emitted takes effect. The plugin is to blame; for a user's mistake there are
   * bad_option() and input_error(). */
  int32_t (*fail)(void* ctx, const char* message);

  /* Since 1.1 */
  /* memmap.trim, memmap.numa: a line of the boot's story, between what was emitted before and after
   * it. Stands where the call returns MEMMAP_NONE, too. Since 1.4, memmap.check's access(): a line
   * that the kernel prints there; leading spaces are kept. */
  void (*say)(void* ctx, const memmap_message_t* message);
  /* Reads a number at the front of `text` as the kernel does: decimal, 0x, octal; with MEMMAP_SIZE
   * a suffix K M G T P E counts, as memparse() has it. Gives what follows; `text` itself: none. */
  const char* (*read_number)(void* ctx, const char* text, uint32_t form, uint64_t* value);
  /* Whether the kernel was built with an option (`NUMA_EMU`): 1 or 0. Not for memmap.alloc and
   * memmap.source, which know of no kernel: 0. */
  int32_t (*has_config)(void* ctx, const char* option);
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

  /* Since 1.2: look at `abi_minor` first. */
  /* Says that the user gave `option` a value that is wrong in a way that its type and bounds do not
   * tell, and returns MEMMAP_FAILED, as fail() does; but it is bad input, and no plugin is to
   * blame. */
  int32_t (*bad_option)(void* ctx, const char* option, const char* message);

  /* Since 1.3: look at `abi_minor` first. */
  /* Whether the kernel that boots does what a version changed: 1 or 0. `difference` is a name that
   * `memmap kernels --differences A B --format json` tells; an unknown one makes the call fail. Not
   * for memmap.alloc and memmap.source, which know of no kernel: 0. */
  int32_t (*kernel_does)(void* ctx, const char* difference);
} memmap_host_t;

#define MEMMAP_PLAIN 0u
#define MEMMAP_SIZE 1u

/* ------------------------------------------------------------ memmap.trim/1 */

#define MEMMAP_TRIM_1 "memmap.trim/1"

/* Where in the boot a trim acts: the kernel's own act at different times on different things.
 * Hooks up to E820_LAST see the e820 table, the later ones memblock.memory. The table is in its own
 * order; E820_PARAMETER and E820_BIOS may find it neither sorted nor disjoint. What a plugin
 * changes at a hook, the next one at the same hook sees. */
#define MEMMAP_HOOK_E820_FIRMWARE 0x01u     /* after e820__memory_setup() */
#define MEMMAP_HOOK_E820_COMMAND_LINE 0x02u /* after mem= and memmap= */
#define MEMMAP_HOOK_E820_BIOS 0x04u         /* where trim_bios_range() runs */
#define MEMMAP_HOOK_E820_MTRR 0x08u         /* where mtrr_trim_uncached_memory() runs */
/* Since 1.1: at each parameter of the command line, in order, as early_param()s are called. OK: it
 * was taken, and the map counts as the user's from now on (it is sorted and told anew when all
 * parameters are read); NONE: it was not. A CAP counts as mem= for memory hotplug. */
#define MEMMAP_HOOK_E820_PARAMETER 0x10u
#define MEMMAP_HOOK_E820_LAST 0x80u
#define MEMMAP_HOOK_MEMBLOCK_EARLY 0x100u  /* with early_reserve_memory(); no memory yet */
#define MEMMAP_HOOK_MEMBLOCK_FILLED 0x200u /* in e820__memblock_setup(), when all RAM is added */
/* Since 1.1: where trim_platform_memory_ranges() runs, in kernels before 5.13 */
#define MEMMAP_HOOK_MEMBLOCK_PLATFORM 0x400u

typedef struct memmap_trim_input {
  uint32_t struct_size;
  uint32_t hook; /* the one that is reached */
  const memmap_facts_t* facts;
  const memmap_range_t* ranges; /* ascending, disjoint, but see above */
  size_t range_count;
  /* Since 1.1 */
  const memmap_setting_t* parameter; /* E820_PARAMETER: the one that is read; else NULL */
  uint64_t end_of_ram; /* E820_MTRR and memblock's hooks: where max_pfn is; 0: not known yet */
} memmap_trim_input_t;

typedef struct memmap_trim {
  uint32_t struct_size;
  uint32_t hooks; /* MEMMAP_HOOK_* or'ed: where run() is called */
  /* Emits RETYPE, REMOVE, RESERVE, CAP, ALIGN. Answers are applied in order; two of one verb must
   * not overlap. MEMMAP_NONE: nothing to do; nothing may have been emitted. */
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
  /* Since 1.1 */
  uint64_t end_of_ram; /* where max_pfn is */
  /* For one that TRANSFORMS: what the kernel accepted. */
  const memmap_range_t* blocks; /* numa_meminfo, cleaned up, in its order */
  size_t block_count;
  const int32_t* nodes; /* those that may be, without memory too, ascending */
  size_t node_count;
} memmap_numa_input_t;

/* `flags`, since 1.1. Answers of one with any of them are judged by the kernel, not by the host:
 * ranges may overlap, lack memory or leave some out, nodes may be too many, and where the kernel
 * would not have it, the next source is asked. An empty range is a node without memory. */
/* A source that hands over firmware's tables: processors keep the nodes that they have there. */
#define MEMMAP_NUMA_FIRMWARE 1u
/* No source: asked when one was accepted, and given its nodes, to make others of them. */
#define MEMMAP_NUMA_TRANSFORMS 2u
/* A source that is a rule of the kernel's own. */
#define MEMMAP_NUMA_KERNELS 4u

typedef struct memmap_numa {
  uint32_t struct_size;
  uint32_t flags; /* MEMMAP_NUMA_* */
  /* Emits ASSIGN so that each byte of memory has one node; ranges may span holes, each must hold
   * some memory. Distances that are not told are 10 to the node itself and 20 to others.
   * MEMMAP_NONE: it has nothing to tell, the next source is asked; nothing may have been emitted
   * that counts. */
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
  /* Since 1.5: look at the host's `abi_minor` first. The smallest piece of free memory that holds a block of the
   * search's size and alignment; of pieces as large as each other the highest. A `grain` of 0: pieces
   * are the free ranges. Else, a power of two: what lies of a range before and behind its whole,
   * aligned blocks of `grain` bytes, or a range that has none. Logarithmic where searches in the same
   * limits follow one another. */
  int32_t (*smallest_piece)(void* ctx, uint64_t grain, uint64_t* base, uint64_t* end);
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

#define MEMMAP_EVENT_STEP 1u    /* the kernel function `step`, or a part of it, is done */
#define MEMMAP_EVENT_CALL 2u    /* memblock is called; the lists are as before the call */
#define MEMMAP_EVENT_MESSAGE 4u /* the kernel says or does something worth telling */

#define MEMMAP_CALL_ADD 0u
#define MEMMAP_CALL_REMOVE 1u
#define MEMMAP_CALL_RESERVE 2u /* also the second half of an allocation: the address is chosen */
#define MEMMAP_CALL_FREE 3u
#define MEMMAP_CALL_ALLOC \
  4u /* the first half: what is asked for. Not all are told, as in the log */

typedef struct memmap_event {
  uint32_t struct_size;
  uint32_t kind;        /* MEMMAP_EVENT_* */
  uint32_t call;        /* CALL: MEMMAP_CALL_*; else 0 */
  uint32_t severity;    /* MESSAGE: MEMMAP_SEVERITY_*; else 0 */
  const char* step;     /* the kernel function that the boot is at */
  const char* text;     /* CALL: memblock's function; MESSAGE: what is said; STEP: its file */
  const char* function; /* CALL: who calls; MESSAGE: the rule that it follows; STEP: "" */
  const char* owner;    /* CALL: what the memory is for; MESSAGE: whose doing, `trim_bios: ...` */
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
  /* Since 1.2: look at `struct_size` first. What lies in [base, end) of memory, reserved and
   * owners, cut to it, in logarithmic time and what it gives. At each call of memblock the whole
   * lists are too much: there are as many calls as regions. */
  size_t (*memory_in)(void* ctx, uint64_t base, uint64_t end, const memmap_range_t** list);
  size_t (*reserved_in)(void* ctx, uint64_t base, uint64_t end, const memmap_range_t** list);
  size_t (*owners_in)(void* ctx, uint64_t base, uint64_t end, const memmap_owned_t** list);
} memmap_state_t;

/* ------------------------------------------------ accesses to memory, since 1.4 */

/* What a script of accesses does once the kernel has booted (`memmap access`). */
#define MEMMAP_ACCESS_ALLOCATED 1u    /* an allocator of the kernel's gives memory */
#define MEMMAP_ACCESS_FREED 2u        /* and takes it back */
#define MEMMAP_ACCESS_READ 4u         /* up to the first byte that faults, if one does */
#define MEMMAP_ACCESS_WRITTEN 8u      /* likewise */
#define MEMMAP_ACCESS_EXECUTED 16u    /* likewise */
#define MEMMAP_ACCESS_COPIED 32u      /* `size` bytes from `from`, by `rep movs` */
#define MEMMAP_ACCESS_INITIALIZED 64u /* declared to be, as kmemcheck_annotate_bitfield() does */
#define MEMMAP_ACCESS_SETTING 128u    /* a file in /proc/sys is written */
#define MEMMAP_ACCESS_INTERRUPTS 256u /* are switched on (`value` 1) or off (0) */
#define MEMMAP_ACCESS_CONTENTS 512u   /* nobody's access: what is in memory there */

/* Of an allocation, and of its end. kernel: include/linux/gfp.h, include/linux/slab.h, v4.14 */
#define MEMMAP_GFP_ZERO 1u
#define MEMMAP_GFP_NOTRACK 2u
#define MEMMAP_GFP_HIGHMEM 4u
#define MEMMAP_SLAB_NOTRACK 16u
#define MEMMAP_SLAB_CONSTRUCTOR 32u
#define MEMMAP_SLAB_BY_RCU 64u /* SLAB_DESTROY_BY_RCU, SLAB_TYPESAFE_BY_RCU */
/* Of an access. */
#define MEMMAP_TOUCH_MMIO 1u     /* no RAM is there */
#define MEMMAP_TOUCH_USER 2u     /* a program does it */
#define MEMMAP_TOUCH_PHYSICAL 4u /* no page table was asked; `virt` is 0 */

/* One of them. What does not apply is 0, NULL or "". */
typedef struct memmap_access {
  uint32_t struct_size;
  uint32_t kind;  /* MEMMAP_ACCESS_* */
  uint32_t flags; /* MEMMAP_GFP_*, MEMMAP_SLAB_*; MEMMAP_TOUCH_* */
  uint32_t unit;  /* COPIED: by steps of so many bytes: 1, 2, 4 or 8 */
  uint64_t step;  /* of the script, from 1; an access may be told in parts */
  uint64_t virt;  /* the first byte */
  uint64_t phys;
  uint64_t size;      /* bytes; of an allocation those that it gave: the object's, or all pages' */
  uint64_t from;      /* COPIED: the first byte of the source */
  uint64_t slab_base; /* ALLOCATED: of the slab that the object is the first of; or 0, 0 */
  uint64_t slab_end;
  const uint8_t* bytes; /* WRITTEN, CONTENTS; NULL: not known */
  size_t byte_count;
  const char* by;    /* ALLOCATED, FREED: the kernel's function; SETTING: `kernel.kmemcheck` */
  const char* cache; /* of slab that the object is of; "": whole pages */
  uint64_t value;    /* SETTING: what is written; INTERRUPTS */
} memmap_access_t;

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
  /* Since 1.4 */
  uint32_t accesses; /* MEMMAP_ACCESS_* or'ed: for which access() is called; 0: for none */
  uint32_t reserved; /* 0 */
  /* After finish(), where a script of accesses follows: as each is done. It may say() what the
   * kernel prints. NULL if `accesses` is 0. */
  int32_t (*access)(void* state, const memmap_host_t* host, const memmap_access_t* access,
                    const memmap_state_t* boot);
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
