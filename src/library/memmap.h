/* libmemmap: the simulation as a C library. C99; usable from any language that can call C.
 *
 * A request says which machine boots which kernel with which command line, by the names that the
 * command line has (`e820`, `kernel`, `cmdline`, ...). It is booted, and the boot is asked:
 * figures, ranges, what becomes of an address, reports in every format of `memmap simulate`.
 *
 *   memmap_request_t* request = memmap_request_new();
 *   memmap_boot_t* boot = NULL;
 *   uint64_t mem_total = 0;
 *   memmap_request_set(request, "e820", "boot.log");
 *   if (memmap_request_boot(request, &boot) != MEMMAP_DONE)
 *    fputs(memmap_request_mistakes_text(request), stderr);
 *   else if (memmap_boot_figure(boot, "mem_total", &mem_total) == MEMMAP_DONE)
 *    printf("%" PRIu64 "\n", mem_total);
 *   memmap_boot_free(boot);
 *   memmap_request_free(request);
 *
 * Rules that hold for every function and struct here:
 * - Addresses and sizes are bytes, ranges half-open [start, end), strings UTF-8 and
 *   NUL-terminated; what stands in files may be any bytes, and is handed on as it is.
 * - Ownership: what a handle gives (`const char*`, what structs point to) is the handle's, good
 *   until it is freed; of mistakes, until the next call with the handle. Names
 *   (memmap_format_name() and its like) are good for ever. What is passed in is copied. A text
 *   that is made (`char** text`) is the caller's, who gives it to memmap_text_free(). Freeing
 *   NULL does nothing.
 * - Functions return MEMMAP_DONE or why not. Nothing is written where they fail, but *text and
 *   *boot become NULL. No function prints, exits, aborts or lets an exception out; a check of the
 *   library's own that fails, and memory that runs out, are codes as well, as far as C++ allows
 *   it (share/doc/library.md). There are two exceptions, both of which the caller asks for by
 *   name: `plugin` with a module (a file, not what is built in) runs its code in this process,
 *   which it may end (share/doc/plugins.md), and the library then takes SIGSEGV and its
 *   like to name it; pictures by Graphviz (png, pdf, dot's svg) are drawn in a process of their
 *   own, which is forked.
 * - Threads: one at a time uses a handle, and each may use its own at the same time. A boot does
 *   not need its request any more. What boots often (check, sweep, kaslr, suggest) does so on
 *   all cores that the calling thread may run on: on threads of its own, which end with the
 *   call and take no signals; where a plugin is a file, on the calling one alone.
 * - The same request gives the same answers, byte for byte, as long as the files that it names
 *   are the same. The environment is not read, nor the current locale, nor standard input.
 *
 * Versions: MEMMAP_0 is the version of every symbol and 0 the number in the name of the library
 * (libmemmap.so.0). Both change when a function is removed or an old program would be served
 * otherwise. Until then functions, names of options, figures, lists and formats, and members at
 * the end of structs are only added. A struct that the library fills opens with `struct_size`, to
 * which the caller sets its sizeof: no more than that is written.
 */
#ifndef MEMMAP_MEMMAP_H
#define MEMMAP_MEMMAP_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define MEMMAP_API __attribute__((visibility("default")))
#else
#define MEMMAP_API
#endif

/* What functions return. */
#define MEMMAP_DONE 0    /* all is well */
#define MEMMAP_NO_SUCH 1 /* there is nothing of that name, or at that index or address */
#define MEMMAP_ABSENT 2 /* the figure exists, but this boot has none of it, or it cannot be known */
#define MEMMAP_REFUSED 3 /* bad input: the handle's mistakes tell what and where */
#define MEMMAP_MISUSED 4 /* the call is wrong: NULL where none may be, a struct that is too small */
#define MEMMAP_NO_MEMORY 5 /* memory ran out; the handle is as good as before */
#define MEMMAP_BROKEN 6    /* a bug of memmap's, or of a plugin: the handle's mistakes tell */

/* In a few words: `bad input`. */
MEMMAP_API const char* memmap_status_words(int32_t status);

/* Of the library that runs: major << 16 | minor << 8 | patch. */
MEMMAP_API uint32_t memmap_library_version(void);

/* ------------------------------------------------------------------ names */

/* The names that there are, by index from 0; NULL behind the last. */
MEMMAP_API const char* memmap_option_name(size_t index);     /* of memmap_request_set() */
MEMMAP_API const char* memmap_format_name(size_t index);     /* of memmap_boot_report() */
MEMMAP_API const char* memmap_list_name(size_t index);       /* of memmap_boot_pieces() */
MEMMAP_API const char* memmap_kernel_name(size_t index);     /* for the option `kernel` */
MEMMAP_API const char* memmap_table_name(size_t index);      /* of memmap_boot_show() */
MEMMAP_API const char* memmap_suggestion_name(size_t index); /* of memmap_boot_suggest() */

/* Units of a figure. */
#define MEMMAP_UNIT_BYTES 0u
#define MEMMAP_UNIT_ADDRESS 1u
#define MEMMAP_UNIT_COUNT 2u

typedef struct memmap_figure {
  uint32_t struct_size;
  uint32_t unit;    /* MEMMAP_UNIT_* */
  const char* name; /* `mem_total`: letters, digits and _ */
  const char* what; /* in words: `MemTotal` */
} memmap_figure_t;

/* The figures that memmap_boot_figure() knows, as share/doc/check.md lists them. MEMMAP_NO_SUCH:
 * behind the last. */
MEMMAP_API int32_t memmap_figure_at(size_t index, memmap_figure_t* figure);

/* --------------------------------------------------------------- mistakes */

/* One thing that is wrong with what was read or asked for. */
typedef struct memmap_mistake {
  uint32_t struct_size;
  uint32_t code;    /* MEMMAP_MISTAKE_* */
  const char* text; /* what is wrong and what was expected, one sentence */
  const char*
      file; /* as it was named; an option: `--at`; `memmap`: the request as a whole; "": none */
  uint64_t line;         /* from 1; 0: not known, or no text */
  uint64_t column;       /* in bytes, from 1; 0: the line as a whole */
  uint64_t length;       /* bytes at fault, from the column on */
  const char* line_text; /* the line; "": not known */
} memmap_mistake_t;

#define MEMMAP_MISTAKE_BAD_INPUT 0u
#define MEMMAP_MISTAKE_NOT_FOUND 1u     /* no such file */
#define MEMMAP_MISTAKE_NO_ACCESS 2u     /* its permissions forbid it */
#define MEMMAP_MISTAKE_NOT_PERMITTED 3u /* the system forbids it */
#define MEMMAP_MISTAKE_PLUGIN 4u        /* the fault is a plugin's */
#define MEMMAP_MISTAKE_INTERNAL 5u      /* the fault is memmap's */

/* ---------------------------------------------------------------- request */

typedef struct memmap_request memmap_request_t;
typedef struct memmap_boot memmap_boot_t;

/* One that names nothing yet; NULL: no memory. */
MEMMAP_API memmap_request_t* memmap_request_new(void);
MEMMAP_API void memmap_request_free(memmap_request_t* request);

/* Sets an option of the command line's, named without its dashes: one of memmap_option_name(). The
 * value is read when the request is booted. A switch (`live`, `no-entry-limit`) takes NULL or "".
 * Options that may be repeated (`plugin`, `without-plugin`, `plugin-dir`, `kaslr-base`) gather
 * values; of others the last counts. MEMMAP_NO_SUCH: no such option. MEMMAP_REFUSED: no value
 * where one belongs, or one at a switch; `-` as a file. */
MEMMAP_API int32_t memmap_request_set(memmap_request_t* request, const char* option,
                                      const char* value);

/* Sets what an option names by its content instead of by a file: `e820` (of any format, packed or
 * not), `kernel` (a profile) or `config`. `name` stands for it in mistakes and reports; NULL: the
 * option's name. MEMMAP_NO_SUCH: an option that names no file. MEMMAP_REFUSED: empty, damaged, too
 * large unpacked. */
MEMMAP_API int32_t memmap_request_set_bytes(memmap_request_t* request, const char* option,
                                            const char* name, const void* bytes, size_t length);

/* Takes an option away, with all its values. MEMMAP_NO_SUCH: no such option. */
MEMMAP_API int32_t memmap_request_unset(memmap_request_t* request, const char* option);

/* Reads the machine and the kernel, and boots. A kernel that panics is booted well: see
 * memmap_boot_panicked(). The request stays as it is, and may be changed and booted again. */
MEMMAP_API int32_t memmap_request_boot(memmap_request_t* request, memmap_boot_t** boot);

/* Holds the boots that a policy (share/doc/check.md) asks for against it, as `memmap check` does:
 * what the request sets stands in place of the policy's. `name` is the policy's file, beside which
 * it finds what it names; it is read from there where `bytes` is NULL. `format` is one of `memmap
 * check`; NULL: text. *fails: 1 where a rule fails, else 0; it may be NULL. */
MEMMAP_API int32_t memmap_request_check(memmap_request_t* request, const char* name,
                                        const void* bytes, size_t bytes_length, const char* format,
                                        char** text, size_t* length, int32_t* fails);

/* What `memmap lint` answers: what is wrong with a command line. That is the request's `cmdline`, or
 * that of its machine, or those of a file, `name` (/etc/default/grub, grub.cfg, a boot entry, a boot
 * log, ...), whose content is `bytes` if that is not NULL; NULL for `name`: no file. `kernel` says
 * for which kernel, a machine for which memory; neither needs to be there, but with a machine the
 * line is booted too. `format`: `json`, or `text`, which NULL stands for. *findings: how many there
 * are. Either `text` or `findings` may be NULL. */
MEMMAP_API int32_t memmap_request_lint(memmap_request_t* request, const char* name,
                                       const void* bytes, size_t bytes_length, const char* format,
                                       char** text, size_t* length, size_t* findings);

/* Boots the combinations of a matrix (share/doc/sweep.md), as `memmap sweep` does, and gives its
 * rows: what the command writes to a file, byte for byte. `name` is the matrix's file, beside which
 * it finds what it names; it is read from there where `bytes` is NULL. `format`: `csv`, or `jsonl`,
 * which NULL stands for. `options`, pairs as memmap_boot_report() takes them: `filter` (may be
 * repeated), `shard` (K/N), the switches `only-failures` and `yes` (more than a million
 * combinations, too). *fails: 1 where a combination fails or cannot be booted, else 0; it may be
 * NULL. Of the request's options only `plugin-dir` may be set: plugins that are files are found
 * where it is. A row is a few kB of memory: of a large matrix machines make a share each. What goes
 * wrong with one combination, memory among it that runs out while a plugin is at work, is its row's
 * `error`. What the command notes on standard error
 * is not told, but kernels that are not verified stand in the head. Files of rows, databases, going
 * on where a sweep was ended, merging and shrinking are the command's alone. MEMMAP_NO_SUCH: no such
 * option. */
MEMMAP_API int32_t memmap_request_sweep(memmap_request_t* request, const char* name,
                                        const void* bytes, size_t bytes_length, const char* format,
                                        const char* const* options, size_t option_count,
                                        char** text, size_t* length, int32_t* fails);

/* What was wrong in the last call with the request: MEMMAP_NO_SUCH behind the last mistake. */
MEMMAP_API int32_t memmap_request_mistake(const memmap_request_t* request, size_t index,
                                          memmap_mistake_t* mistake);
/* All of it as the program prints it, with lines and carets; "": nothing. Of NULL "". */
MEMMAP_API const char* memmap_request_mistakes_text(const memmap_request_t* request);

/* ------------------------------------------------------------------- boot */

MEMMAP_API void memmap_boot_free(memmap_boot_t* boot);

/* What was booted; "" where it is not known, and of NULL. */
MEMMAP_API const char* memmap_boot_source(const memmap_boot_t* boot); /* as the request names it */
MEMMAP_API const char* memmap_boot_kernel(const memmap_boot_t* boot); /* name of its profile */
MEMMAP_API const char* memmap_boot_command_line(
    const memmap_boot_t* boot); /* with what was appended */

/* 1: the kernel panics, and what comes behind it is empty. 0: it does not, or `boot` is NULL. */
MEMMAP_API int32_t memmap_boot_panicked(const memmap_boot_t* boot);

/* A figure by its name, in its unit (memmap_figure_at()). MEMMAP_ABSENT: there is none of it. */
MEMMAP_API int32_t memmap_boot_figure(memmap_boot_t* boot, const char* name, uint64_t* value);

/* A range of a list. Strings are never NULL. */
typedef struct memmap_piece {
  uint32_t struct_size;
  uint32_t
      flags; /* of memory and reserved: memblock's (MEMBLOCK_HOTPLUG 1, MIRROR 2, NOMAP 4, ...) */
  uint64_t start;    /* of the first byte */
  uint64_t end;      /* behind the last byte */
  int32_t nid;       /* node; -1: none, or not known */
  uint32_t reserved; /* 0 */
  const char* kind;  /* a word for programs: `ram`, `kernel`, `dma32`, `free` */
  const char* name;  /* for people: `System RAM`, `kernel image`, `DMA32`; may be "" */
  const char* by;    /* the kernel function that asked for it; "": nobody in particular */
  uint64_t present;  /* bytes of it that exist: of zones, without holes */
  uint64_t managed;  /* of zones: bytes that the page allocator has; else 0 */
} memmap_piece_t;

/* Writes the first `room` pieces of a list, ascending, and how many there are to *count. `size` is
 * the sizeof(memmap_piece_t) that the caller has, by which `pieces` steps. With room 0 `pieces`
 * may be NULL: it is counted. Lists: `firmware` (its map, sorted), `e820` (the kernel's table),
 * `memory` and `reserved` (of memblock), `owners` (what is reserved, by who has it), `direct_map`,
 * `zones`, `free` (of the page allocator), `deferred` (pages that become free later), `use` (what
 * each byte of the address space is used for) and the things of share/doc/check.md: `kernel`,
 * `initrd`, `crashkernel`, `cma`, ... All are of the hand-over to the page allocator, or of where
 * the boot ended. */
MEMMAP_API int32_t memmap_boot_pieces(memmap_boot_t* boot, const char* list, memmap_piece_t* pieces,
                                      size_t size, size_t room, size_t* count);

/* The piece of `use` that a physical address lies in: whose it is. MEMMAP_NO_SUCH: above all that
 * anything describes. */
MEMMAP_API int32_t memmap_boot_at(memmap_boot_t* boot, uint64_t address, memmap_piece_t* piece);

/* A line that the kernel says, or what it decides. */
typedef struct memmap_boot_event {
  uint32_t struct_size;
  uint32_t severity; /* MEMMAP_SEVERITY_* */
  const char* step;  /* the kernel function at work */
  const char* text;  /* the kernel's own words where it prints any */
  uint64_t start;    /* the memory that it is about; start == end: none */
  uint64_t end;
} memmap_boot_event_t;

#define MEMMAP_SEVERITY_DEBUG 0u
#define MEMMAP_SEVERITY_INFO 1u
#define MEMMAP_SEVERITY_WARNING 2u
#define MEMMAP_SEVERITY_PANIC 3u

/* In order. MEMMAP_NO_SUCH: behind the last. */
MEMMAP_API int32_t memmap_boot_event_at(memmap_boot_t* boot, size_t index,
                                        memmap_boot_event_t* event);

/* What a report's head tells of how the boot came about, and what is not exact; NULL behind the
 * last, and where it fails, of which memmap_boot_mistake() tells. The first call boots again, at
 * some places of the kernel's image: it takes as long as a few boots. */
MEMMAP_API const char* memmap_boot_note(memmap_boot_t* boot, size_t index);

/* What `memmap explain` answers. `what`: addresses with commas between them (physical below 2^52,
 * else virtual; `phys:` and `virt:` say which), `lost` (what never comes back), or NULL (where all
 * the RAM went). `format`: `json`, or `text`, which NULL stands for. */
MEMMAP_API int32_t memmap_boot_explain(memmap_boot_t* boot, const char* what, const char* format,
                                       char** text, size_t* length);

/* What `memmap walk` answers: how virtual addresses are translated, and which virtual ones lead to
 * physical ones. `addresses` as of memmap_boot_explain(). `root`: whose page tables, `startup`,
 * `early`, `kernel`, which NULL stands for, `user`, `trampoline` or `efi`; the last three, where the
 * boot ended at the hand-over, are those of the first process, for which it boots again. `format`:
 * `json`, or `text`, which NULL stands for. */
MEMMAP_API int32_t memmap_boot_walk(memmap_boot_t* boot, const char* root, const char* addresses,
                                    const char* format, char** text, size_t* length);

/* What `memmap show` answers: one thing of the boot as a table. `table`: one of memmap_table_name().
 * `format`: `json`, an array with an object for each row, `raw`, a line of words for each, or
 * `text`, which NULL stands for, as wide as its rows are. `options`, pairs as memmap_boot_report()
 * takes them: `columns` (`a,b`, or `+a` beside the usual ones), `sort` (`a,b:desc`), of text the
 * switch `bytes`, of text and raw `no-headings`. MEMMAP_REFUSED: also where there is no such table
 * or column. MEMMAP_NO_SUCH: no such option. */
MEMMAP_API int32_t memmap_boot_show(memmap_boot_t* boot, const char* table, const char* format,
                                    const char* const* options, size_t option_count, char** text,
                                    size_t* length);

/* What `memmap kaslr` answers: the places that KASLR may give the kernel's image, and what of the
 * boot depends on them, for which it boots at each, or at hundreds of very many. `list`: 1: each
 * place is listed, 0: the stretches that they make. `format`: `json`, or `text`, which NULL stands
 * for. */
MEMMAP_API int32_t memmap_boot_kaslr(memmap_boot_t* boot, int32_t list, const char* format,
                                     char** text, size_t* length);

/* What `memmap suggest` answers: a parameter that holds wherever KASLR puts the kernel, which is
 * proved by booting it at each place, so that it takes as long as hundreds of boots. `what`: one of
 * memmap_suggestion_name(). `argument`: a size, of `pmem`, `ramoops` and `device`; of `badram` the
 * list, or its file; NULL where it takes none. `options`, pairs as memmap_boot_report() takes them,
 * each where it acts on `what`: `size`, `initrd` (a file, or a size), `need`, `second-append`,
 * `node`, `ranges`, `check`, `page`, `leave`. `format`: `json`, or `text`, which NULL stands for.
 * `holds`: 1 if there is such a parameter, or with `check` if that line covers all of the list, else
 * 0. Either `text` or `holds` may be NULL. MEMMAP_NO_SUCH: no such option. */
MEMMAP_API int32_t memmap_boot_suggest(memmap_boot_t* boot, const char* what, const char* argument,
                                       const char* format, const char* const* options,
                                       size_t option_count, char** text, size_t* length,
                                       int32_t* holds);

/* What `memmap kdump` answers: whether the second kernel gets up in the memory that crashkernel=
 * reserves, and in how much it would; `gets_up`: 1 if it does, else 0. It boots both kernels, and as
 * often as it takes to find the least. `options`, pairs as memmap_boot_report() takes them:
 * `crash-kernel` (a value in place of the command line's), `initrd` (a file, or a size), `need`,
 * `second-append`. `format`: `json`, or `text`, which NULL stands for. Either `text` or `gets_up`
 * may be NULL. MEMMAP_NO_SUCH: no such option. */
MEMMAP_API int32_t memmap_boot_kdump(memmap_boot_t* boot, const char* format,
                                     const char* const* options, size_t option_count, char** text,
                                     size_t* length, int32_t* gets_up);

/* What `memmap simulate --format FORMAT` writes, byte for byte; `length` tells how many, and a NUL
 * follows them. `options` are `option_count` pairs of name and value of how it looks: `section` (may
 * be repeated), `diagram`, `scale`, `theme`, `title`, `at`, and the switch `full` (NULL or ""); NULL:
 * none. Here and wherever such pairs are, one that is not said to repeat is given once. The machine
 * is the one that was read, and it boots as it did. MEMMAP_NO_SUCH: no such option. */
MEMMAP_API int32_t memmap_boot_report(memmap_boot_t* boot, const char* format,
                                      const char* const* options, size_t option_count, char** text,
                                      size_t* length);

/* What `memmap diff` answers of `boot`, the older one, and `newer`; `differs`: 1 if anything does that
 * is not tolerated, else 0. `format`: `json`, `svg`, `html`, or `text`, which NULL stands for.
 * `options`, pairs as memmap_boot_report() takes them: `ignore` (a name; may be repeated),
 * `tolerance` (bytes), `scale`, `theme`, `title`. Either `text` or `differs` may be NULL. The first
 * call boots both again. What is wrong is told of `boot`. MEMMAP_NO_SUCH: no such option. */
MEMMAP_API int32_t memmap_boot_diff(memmap_boot_t* boot, memmap_boot_t* newer, const char* format,
                                    const char* const* options, size_t option_count, char** text,
                                    size_t* length, int32_t* differs);

/* As memmap_request_mistake(), of the last call with the boot. */
MEMMAP_API int32_t memmap_boot_mistake(const memmap_boot_t* boot, size_t index,
                                       memmap_mistake_t* mistake);
MEMMAP_API const char* memmap_boot_mistakes_text(const memmap_boot_t* boot);

/* Of a text that another function made. */
MEMMAP_API void memmap_text_free(char* text);

#ifdef __cplusplus
}
#endif

#endif /* MEMMAP_MEMMAP_H */
