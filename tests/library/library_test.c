/* libmemmap by a C99 program: what it promises, wrong uses, two threads with a handle each.
 *
 *   library_test POLICY       a policy file, for memmap_request_check()
 */
#define _POSIX_C_SOURCE 200809L
#include <inttypes.h>
#include <memmap/memmap.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures = 0;
static pthread_mutex_t told = PTHREAD_MUTEX_INITIALIZER;

#define WANT(condition)                                               \
  do {                                                                \
    if (!(condition)) {                                               \
      pthread_mutex_lock(&told);                                      \
      ++failures;                                                     \
      fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
      pthread_mutex_unlock(&told);                                    \
    }                                                                 \
  } while (0)

static const char kMap[] = "ram:640K hole:384K ram:1G";
static const char kKernel[] = "6.12.117+deb12-amd64";

/* The layout is part of what is promised: members are only added at the end. */
typedef char piece_is_72[sizeof(memmap_piece_t) == 72 ? 1 : -1];
typedef char piece_nid_at_24[offsetof(memmap_piece_t, nid) == 24 ? 1 : -1];
typedef char piece_managed_at_64[offsetof(memmap_piece_t, managed) == 64 ? 1 : -1];
typedef char mistake_is_56[sizeof(memmap_mistake_t) == 56 ? 1 : -1];
typedef char mistake_line_text_at_48[offsetof(memmap_mistake_t, line_text) == 48 ? 1 : -1];
typedef char figure_is_24[sizeof(memmap_figure_t) == 24 ? 1 : -1];
typedef char event_is_40[sizeof(memmap_boot_event_t) == 40 ? 1 : -1];

static memmap_boot_t* booted(const char* command_line) {
  memmap_request_t* request = memmap_request_new();
  memmap_boot_t* boot = NULL;
  WANT(request != NULL);
  WANT(memmap_request_set(request, "synthetic", kMap) == MEMMAP_DONE);
  WANT(memmap_request_set(request, "kernel", kKernel) == MEMMAP_DONE);
  WANT(memmap_request_set(request, "cmdline", command_line) == MEMMAP_DONE);
  WANT(memmap_request_boot(request, &boot) == MEMMAP_DONE);
  WANT(strcmp(memmap_request_mistakes_text(request), "") == 0);
  memmap_request_free(request); /* the boot does not need it */
  return boot;
}

static void test_names(void) {
  memmap_figure_t figure = {sizeof figure, 0, NULL, NULL};
  size_t i;
  int found = 0;
  WANT(memmap_library_version() >> 16 == 0);
  for (i = 0; memmap_figure_at(i, &figure) == MEMMAP_DONE; ++i) {
    WANT(figure.struct_size == sizeof figure && *figure.what != '\0');
    found |= strcmp(figure.name, "mem_total") == 0 && figure.unit == MEMMAP_UNIT_BYTES;
  }
  WANT(found && i > 30);
  WANT(memmap_figure_at(i, &figure) == MEMMAP_NO_SUCH);
  figure.struct_size = 8;
  WANT(memmap_figure_at(0, &figure) == MEMMAP_MISUSED);
  WANT(memmap_figure_at(0, NULL) == MEMMAP_MISUSED);
  WANT(strcmp(memmap_option_name(0), "e820") == 0 && memmap_option_name(1000) == NULL);
  WANT(strcmp(memmap_format_name(0), "text") == 0 && memmap_format_name(1000) == NULL);
  WANT(strcmp(memmap_list_name(0), "firmware") == 0 && memmap_list_name(1000) == NULL);
  WANT(memmap_kernel_name(0) != NULL && memmap_kernel_name(1000) == NULL);
  WANT(strcmp(memmap_suggestion_name(0), "crashkernel") == 0);
  WANT(memmap_suggestion_name(1000) == NULL);
  WANT(strcmp(memmap_status_words(MEMMAP_REFUSED), "bad input") == 0);
  WANT(strcmp(memmap_status_words(-1), "no such status") == 0);
}

static void test_figures(memmap_boot_t* boot) {
  uint64_t value = 7;
  WANT(memmap_boot_figure(boot, "mem_total", &value) == MEMMAP_DONE);
  WANT(value > 800u << 20 && value < 1025u << 20);
  WANT(memmap_boot_figure(boot, "crashkernel", &value) == MEMMAP_DONE);
  WANT(value == 64u << 20);
  WANT(memmap_boot_figure(boot, "cma", &value) == MEMMAP_ABSENT && value == 64u << 20);
  WANT(memmap_boot_figure(boot, "no_such", &value) == MEMMAP_NO_SUCH);
  WANT(memmap_boot_figure(boot, NULL, &value) == MEMMAP_MISUSED);
  WANT(memmap_boot_figure(boot, "mem_total", NULL) == MEMMAP_MISUSED);
  WANT(strcmp(memmap_boot_kernel(boot), kKernel) == 0);
  WANT(strcmp(memmap_boot_source(boot), "--synthetic") == 0);
  WANT(strcmp(memmap_boot_command_line(boot), "crashkernel=64M") == 0);
  WANT(memmap_boot_panicked(boot) == 0);
}

/* What a caller of a later version has: more behind the members of today. */
typedef struct larger_piece {
  memmap_piece_t piece;
  uint64_t more;
} larger_piece_t;

static void test_pieces(memmap_boot_t* boot) {
  size_t i, j, count = 0, again = 0;
  for (i = 0; memmap_list_name(i) != NULL; ++i) {
    const char* const list = memmap_list_name(i);
    memmap_piece_t* pieces;
    WANT(memmap_boot_pieces(boot, list, NULL, 0, 0, &count) == MEMMAP_DONE);
    pieces = calloc(count + 1, sizeof *pieces);
    WANT(memmap_boot_pieces(boot, list, pieces, sizeof *pieces, count, &again) == MEMMAP_DONE);
    WANT(again == count);
    for (j = 0; j < count; ++j) {
      WANT(pieces[j].struct_size == sizeof *pieces && pieces[j].start < pieces[j].end);
      WANT(pieces[j].kind != NULL && *pieces[j].kind != '\0');
      WANT(pieces[j].name != NULL && pieces[j].by != NULL);
      WANT(pieces[j].present <= pieces[j].end - pieces[j].start);
      if (j > 0) WANT(pieces[j - 1].end <= pieces[j].start);
    }
    WANT(pieces[count].struct_size == 0); /* no more was written than there is room for */
    free(pieces);
  }
  {
    larger_piece_t two[2];
    memset(two, 0xff, sizeof two);
    WANT(memmap_boot_pieces(boot, "memory", &two[0].piece, sizeof two[0], 2, &count) ==
         MEMMAP_DONE);
    WANT(two[0].piece.start == 0x1000 && two[0].piece.end == 640u << 10);
    WANT(two[1].piece.start == 1u << 20 && two[1].piece.nid == 0);
    WANT(two[0].more == UINT64_MAX);
  }
  WANT(memmap_boot_pieces(boot, "no_such", NULL, 0, 0, &count) == MEMMAP_NO_SUCH);
  WANT(memmap_boot_pieces(boot, NULL, NULL, 0, 0, &count) == MEMMAP_MISUSED);
  WANT(memmap_boot_pieces(boot, "memory", NULL, sizeof(memmap_piece_t), 1, &count) ==
       MEMMAP_MISUSED);
  WANT(memmap_boot_pieces(boot, "memory", NULL, 0, 0, NULL) == MEMMAP_MISUSED);
  {
    memmap_piece_t piece;
    WANT(memmap_boot_pieces(boot, "memory", &piece, 8, 1, &count) == MEMMAP_MISUSED);
  }
}

static void test_address(memmap_boot_t* boot) {
  memmap_piece_t piece;
  memset(&piece, 0, sizeof piece);
  WANT(memmap_boot_at(boot, 0x1000, &piece) == MEMMAP_MISUSED); /* struct_size is not set */
  piece.struct_size = sizeof piece;
  WANT(memmap_boot_at(boot, 0x100, &piece) == MEMMAP_DONE);
  WANT(strcmp(piece.kind, "retyped") == 0 && piece.start == 0 && piece.end == 0x1000);
  WANT(memmap_boot_at(boot, 1u << 30, &piece) == MEMMAP_DONE);
  WANT(memmap_boot_at(boot, UINT64_MAX, &piece) == MEMMAP_NO_SUCH);
  WANT(memmap_boot_at(boot, 0, NULL) == MEMMAP_MISUSED);
}

static void test_texts(memmap_boot_t* boot) {
  static const char* const looks[] = {"section", "summary"};
  static const char* const wrong[] = {"full", "yes"};
  static const char* const unknown[] = {"output", "/tmp/x"};
  char* text = NULL;
  size_t length = 0;
  memmap_mistake_t mistake;
  memset(&mistake, 0, sizeof mistake);
  mistake.struct_size = sizeof mistake;
  WANT(memmap_boot_report(boot, "json", NULL, 0, &text, &length) == MEMMAP_DONE);
  WANT(text != NULL && length == strlen(text) && text[0] == '{');
  memmap_text_free(text);
  WANT(memmap_boot_report(boot, "svg", NULL, 0, &text, NULL) == MEMMAP_DONE);
  WANT(text != NULL && strstr(text, "<svg") != NULL);
  memmap_text_free(text);
  WANT(memmap_boot_report(boot, "text", looks, 1, &text, &length) == MEMMAP_DONE);
  WANT(text != NULL && strstr(text, "MemTotal") != NULL);
  memmap_text_free(text);
  WANT(memmap_boot_report(boot, "svgg", NULL, 0, &text, &length) == MEMMAP_REFUSED && text == NULL);
  WANT(memmap_boot_mistake(boot, 0, &mistake) == MEMMAP_DONE);
  WANT(strstr(mistake.text, "did you mean `svg`") != NULL);
  WANT(memmap_boot_mistake(boot, 1, &mistake) == MEMMAP_NO_SUCH);
  WANT(memmap_boot_report(boot, "svg", wrong, 1, &text, &length) == MEMMAP_REFUSED);
  WANT(memmap_boot_report(boot, "svg", unknown, 1, &text, &length) == MEMMAP_NO_SUCH);
  WANT(memmap_boot_report(boot, NULL, NULL, 0, &text, &length) == MEMMAP_MISUSED);
  WANT(memmap_boot_report(boot, "svg", NULL, 1, &text, &length) == MEMMAP_MISUSED);
  WANT(memmap_boot_report(boot, "svg", NULL, 0, NULL, NULL) == MEMMAP_MISUSED);
  WANT(memmap_boot_explain(boot, "0x100,0x200000", "json", &text, &length) == MEMMAP_DONE);
  WANT(text != NULL && strstr(text, "memmap/explain/1") != NULL);
  memmap_text_free(text);
  WANT(memmap_boot_explain(boot, "lost", NULL, &text, &length) == MEMMAP_DONE);
  memmap_text_free(text);
  WANT(memmap_boot_explain(boot, NULL, NULL, &text, &length) == MEMMAP_DONE);
  WANT(text != NULL && strncmp(text, "MemTotal is ", 12) == 0);
  memmap_text_free(text);
  WANT(memmap_boot_explain(boot, "here", NULL, &text, &length) == MEMMAP_REFUSED && text == NULL);
  WANT(memmap_boot_explain(boot, NULL, "yaml", &text, &length) == MEMMAP_REFUSED);
  WANT(memmap_boot_walk(boot, NULL, "0xffffffff81000000,0x200000", "json", &text, &length) ==
       MEMMAP_DONE);
  WANT(text != NULL && strstr(text, "memmap/walk/1") != NULL);
  memmap_text_free(text);
  WANT(memmap_boot_walk(boot, "trampoline", "0x1000", NULL, &text, &length) == MEMMAP_DONE);
  WANT(text != NULL && length == strlen(text));
  memmap_text_free(text);
  WANT(memmap_boot_walk(boot, "efi", "0x1000", NULL, &text, &length) == MEMMAP_REFUSED &&
       text == NULL);
  WANT(memmap_boot_walk(boot, "kernle", "here", NULL, &text, &length) == MEMMAP_REFUSED);
  WANT(memmap_boot_mistake(boot, 1, &mistake) == MEMMAP_DONE);
  WANT(memmap_boot_walk(boot, NULL, NULL, NULL, &text, &length) == MEMMAP_MISUSED);
  WANT(memmap_boot_walk(boot, NULL, "0x1000", "yaml", &text, &length) == MEMMAP_REFUSED);
  WANT(memmap_boot_kaslr(boot, 0, "json", &text, &length) == MEMMAP_DONE);
  WANT(text != NULL && strstr(text, "memmap/kaslr/1") != NULL);
  WANT(text != NULL && length == strlen(text) && strstr(text, "\"places\"") == NULL);
  memmap_text_free(text);
  WANT(memmap_boot_kaslr(boot, 1, NULL, &text, NULL) == MEMMAP_DONE && text != NULL);
  memmap_text_free(text);
  WANT(memmap_boot_kaslr(boot, 0, "yaml", &text, NULL) == MEMMAP_REFUSED && text == NULL);
  WANT(memmap_boot_kaslr(boot, 0, NULL, NULL, NULL) == MEMMAP_MISUSED);
  WANT(memmap_boot_kaslr(NULL, 0, NULL, &text, NULL) == MEMMAP_MISUSED);
  WANT(memmap_boot_note(boot, 0) != NULL && memmap_boot_note(boot, 1000) == NULL);
}

static void test_show(memmap_boot_t* boot) {
  static const char* const sorted[] = {"columns", "zone,node", "sort", "zone:desc"};
  static const char* const plain[] = {"bytes", NULL, "no-headings", ""};
  static const char* const no_column[] = {"columns", "colour"};
  static const char* const twice[] = {"sort", "zone", "sort", "node"};
  static const char* const unknown[] = {"width", "80"};
  char* text = NULL;
  size_t i, length = 0;
  for (i = 0; memmap_table_name(i) != NULL; ++i) {
    WANT(memmap_boot_show(boot, memmap_table_name(i), "json", NULL, 0, &text, &length) ==
         MEMMAP_DONE);
    WANT(text != NULL && text[0] == '[' && length == strlen(text));
    memmap_text_free(text);
  }
  WANT(i > 15 && memmap_table_name(1000) == NULL);
  WANT(memmap_boot_show(boot, "zones", "raw", sorted, 2, &text, NULL) == MEMMAP_DONE);
  WANT(text != NULL && strstr(text, "DMA32 ") != NULL && strstr(text, "DMA ") != NULL &&
       strstr(text, "DMA32 ") < strstr(text, "DMA "));
  memmap_text_free(text);
  WANT(memmap_boot_show(boot, "zones", NULL, plain, 2, &text, NULL) == MEMMAP_DONE);
  WANT(text != NULL && strstr(text, "DMA32") != NULL);
  memmap_text_free(text);
  WANT(memmap_boot_show(boot, "zones", "json", plain, 2, &text, NULL) == MEMMAP_REFUSED &&
       text == NULL);
  WANT(strstr(memmap_boot_mistakes_text(boot), "--no-headings has no effect") != NULL);
  WANT(memmap_boot_show(boot, "zones", NULL, no_column, 1, &text, NULL) == MEMMAP_REFUSED);
  WANT(memmap_boot_show(boot, "zones", NULL, twice, 2, &text, NULL) == MEMMAP_REFUSED);
  WANT(strstr(memmap_boot_mistakes_text(boot), "--sort is given twice") != NULL);
  WANT(memmap_boot_show(boot, "zone", NULL, NULL, 0, &text, NULL) == MEMMAP_REFUSED);
  WANT(strstr(memmap_boot_mistakes_text(boot), "did you mean `zones`") != NULL);
  WANT(memmap_boot_show(boot, "zones", "yaml", NULL, 0, &text, NULL) == MEMMAP_REFUSED);
  WANT(memmap_boot_show(boot, "zones", NULL, unknown, 1, &text, NULL) == MEMMAP_NO_SUCH);
  WANT(memmap_boot_show(boot, "zones", NULL, NULL, 1, &text, NULL) == MEMMAP_MISUSED);
  WANT(memmap_boot_show(boot, NULL, NULL, NULL, 0, &text, NULL) == MEMMAP_MISUSED);
  WANT(memmap_boot_show(boot, "zones", NULL, NULL, 0, NULL, NULL) == MEMMAP_MISUSED);
  WANT(memmap_boot_show(NULL, "zones", NULL, NULL, 0, &text, NULL) == MEMMAP_MISUSED);
}

static void test_kdump(memmap_boot_t* boot) {
  static const char* const larger[] = {"crash-kernel", "256M", "initrd", "16M", "need", "32M"};
  static const char* const wrong[] = {"need", "some"};
  static const char* const standard_input[] = {"initrd", "-"};
  static const char* const no_file[] = {"initrd", "/no/such/initrd"};
  static const char* const unknown[] = {"size", "256M"};
  char* text = NULL;
  size_t length = 0;
  int32_t gets_up = -1;
  WANT(memmap_boot_kdump(boot, "json", NULL, 0, &text, &length, &gets_up) == MEMMAP_DONE);
  WANT(gets_up == 0 && text != NULL && length == strlen(text));
  WANT(text != NULL && strstr(text, "memmap/kdump/1") != NULL);
  memmap_text_free(text);
  WANT(memmap_boot_kdump(boot, NULL, larger, 3, &text, NULL, &gets_up) == MEMMAP_DONE);
  WANT(gets_up == 1 && text != NULL);
  memmap_text_free(text);
  WANT(memmap_boot_kdump(boot, NULL, larger, 3, NULL, NULL, &gets_up) == MEMMAP_DONE);
  WANT(memmap_boot_kdump(boot, NULL, wrong, 1, &text, NULL, NULL) == MEMMAP_REFUSED &&
       text == NULL);
  WANT(memmap_boot_kdump(boot, NULL, standard_input, 1, &text, NULL, NULL) == MEMMAP_REFUSED);
  WANT(strstr(memmap_boot_mistakes_text(boot), "standard input") != NULL);
  WANT(memmap_boot_kdump(boot, NULL, no_file, 1, &text, NULL, NULL) == MEMMAP_REFUSED);
  WANT(memmap_boot_kdump(boot, "yaml", NULL, 0, &text, NULL, NULL) == MEMMAP_REFUSED);
  WANT(memmap_boot_kdump(boot, NULL, unknown, 1, &text, NULL, NULL) == MEMMAP_NO_SUCH);
  WANT(memmap_boot_kdump(boot, NULL, NULL, 1, &text, NULL, NULL) == MEMMAP_MISUSED);
  WANT(memmap_boot_kdump(boot, NULL, NULL, 0, NULL, NULL, NULL) == MEMMAP_MISUSED);
  WANT(memmap_boot_kdump(NULL, NULL, NULL, 0, &text, NULL, NULL) == MEMMAP_MISUSED);
}

static void test_suggest(memmap_boot_t* boot) {
  static const char* const size[] = {"size", "64M"};
  static const char* const check[] = {"check", "memmap=4K$0x12345000"};
  static const char* const too_little[] = {"check", "memmap=4K$0x12346000"};
  static const char* const standard_input[] = {"initrd", "-"};
  static const char* const no_node[] = {"node", "7"};
  static const char* const idle[] = {"page", "2M", "node", "0"};
  static const char* const unknown[] = {"crash-kernel", "256M"};
  char* text = NULL;
  size_t length = 0;
  int32_t holds = -1;
  WANT(memmap_boot_suggest(boot, "crashkernel", NULL, "json", size, 1, &text, &length, &holds) ==
       MEMMAP_DONE);
  WANT(holds == 1 && text != NULL && length == strlen(text));
  WANT(text != NULL && strstr(text, "\"parameter\": \"crashkernel=64M\"") != NULL);
  memmap_text_free(text);
  WANT(memmap_boot_suggest(boot, "pmem", "64M", NULL, NULL, 0, &text, NULL, &holds) == MEMMAP_DONE);
  WANT(holds == 1 && text != NULL && strncmp(text, "memmap=64M!", 11) == 0);
  memmap_text_free(text);
  WANT(memmap_boot_suggest(boot, "pmem", "2G", NULL, NULL, 0, NULL, NULL, &holds) == MEMMAP_DONE);
  WANT(holds == 0);
  WANT(memmap_boot_suggest(boot, "badram", "0x12345000", NULL, check, 1, NULL, NULL, &holds) ==
       MEMMAP_DONE);
  WANT(holds == 1);
  WANT(memmap_boot_suggest(boot, "badram", "0x12345000", NULL, too_little, 1, NULL, NULL, &holds) ==
       MEMMAP_DONE);
  WANT(holds == 0);
  WANT(memmap_boot_suggest(boot, "hugepages", NULL, NULL, no_node, 1, &text, NULL, &holds) ==
           MEMMAP_REFUSED &&
       text == NULL);
  WANT(memmap_boot_suggest(boot, "crashkernel", NULL, NULL, idle, 2, &text, NULL, NULL) ==
       MEMMAP_REFUSED);
  WANT(strstr(memmap_boot_mistakes_text(boot), "--page has no effect") != NULL);
  WANT(strstr(memmap_boot_mistakes_text(boot), "--node has no effect") != NULL);
  WANT(memmap_boot_suggest(boot, "crashkernel", NULL, NULL, standard_input, 1, &text, NULL, NULL) ==
       MEMMAP_REFUSED);
  WANT(memmap_boot_suggest(boot, "crashkernel", "64M", NULL, NULL, 0, &text, NULL, NULL) ==
       MEMMAP_REFUSED);
  WANT(strstr(memmap_boot_mistakes_text(boot), "one argument too many") != NULL);
  WANT(memmap_boot_suggest(boot, "pmem", NULL, NULL, NULL, 0, &text, NULL, NULL) == MEMMAP_REFUSED);
  WANT(memmap_boot_suggest(boot, "pmem", "some", NULL, NULL, 0, &text, NULL, NULL) ==
       MEMMAP_REFUSED);
  WANT(memmap_boot_suggest(boot, "badram", "/no/such", NULL, NULL, 0, &text, NULL, NULL) ==
       MEMMAP_REFUSED);
  WANT(memmap_boot_suggest(boot, "crash", NULL, NULL, NULL, 0, &text, NULL, NULL) ==
       MEMMAP_REFUSED);
  WANT(memmap_boot_suggest(boot, "hugepages", NULL, "yaml", NULL, 0, &text, NULL, NULL) ==
       MEMMAP_REFUSED);
  WANT(memmap_boot_suggest(boot, "hugepages", NULL, NULL, unknown, 1, &text, NULL, NULL) ==
       MEMMAP_NO_SUCH);
  WANT(memmap_boot_suggest(boot, "badram", "-", NULL, NULL, 0, &text, NULL, NULL) ==
       MEMMAP_MISUSED);
  WANT(memmap_boot_suggest(boot, NULL, NULL, NULL, NULL, 0, &text, NULL, NULL) == MEMMAP_MISUSED);
  WANT(memmap_boot_suggest(boot, "hugepages", NULL, NULL, NULL, 1, &text, NULL, NULL) ==
       MEMMAP_MISUSED);
  WANT(memmap_boot_suggest(boot, "hugepages", NULL, NULL, NULL, 0, NULL, NULL, NULL) ==
       MEMMAP_MISUSED);
  WANT(memmap_boot_suggest(NULL, "hugepages", NULL, NULL, NULL, 0, &text, NULL, NULL) ==
       MEMMAP_MISUSED);
}

static void test_diff(memmap_boot_t* boot) {
  static const char* const tolerant[] = {"tolerance", "1T", "ignore", "*"};
  static const char* const wrong[] = {"tolerance", "some"};
  static const char* const scale[] = {"scale", "linear"};
  static const char* const unknown[] = {"section", "map"};
  memmap_request_t* request = memmap_request_new();
  memmap_boot_t* less = NULL;
  char* text = NULL;
  size_t length = 0;
  int32_t differs = -1;
  WANT(memmap_request_set(request, "synthetic", "ram:640K hole:384K ram:511M") == MEMMAP_DONE);
  WANT(memmap_request_boot(request, &less) == MEMMAP_DONE);
  memmap_request_free(request);
  WANT(memmap_boot_diff(boot, boot, "json", NULL, 0, &text, &length, &differs) == MEMMAP_DONE);
  WANT(differs == 0 && text != NULL && length == strlen(text));
  WANT(text != NULL && strstr(text, "memmap/diff/1") != NULL);
  memmap_text_free(text);
  WANT(memmap_boot_diff(boot, less, NULL, NULL, 0, &text, NULL, &differs) == MEMMAP_DONE);
  WANT(differs == 1 && text != NULL && strstr(text, "MemTotal") != NULL);
  memmap_text_free(text);
  WANT(memmap_boot_diff(boot, less, "svg", scale, 1, &text, NULL, NULL) == MEMMAP_DONE);
  WANT(text != NULL && strstr(text, "<svg") != NULL);
  memmap_text_free(text);
  WANT(memmap_boot_diff(boot, less, NULL, tolerant, 2, NULL, NULL, &differs) == MEMMAP_DONE);
  WANT(memmap_boot_diff(boot, less, "yaml", NULL, 0, &text, NULL, NULL) == MEMMAP_REFUSED);
  WANT(memmap_boot_diff(boot, less, "text", wrong, 1, &text, NULL, NULL) == MEMMAP_REFUSED);
  WANT(memmap_boot_diff(boot, less, "text", scale, 1, &text, NULL, NULL) == MEMMAP_REFUSED);
  WANT(strstr(memmap_boot_mistakes_text(boot), "--scale has no effect") != NULL);
  WANT(memmap_boot_diff(boot, less, "text", unknown, 1, &text, NULL, NULL) == MEMMAP_NO_SUCH);
  WANT(memmap_boot_diff(boot, NULL, NULL, NULL, 0, &text, NULL, NULL) == MEMMAP_MISUSED);
  WANT(memmap_boot_diff(boot, less, NULL, NULL, 0, NULL, NULL, NULL) == MEMMAP_MISUSED);
  WANT(memmap_boot_diff(NULL, less, NULL, NULL, 0, &text, NULL, NULL) == MEMMAP_MISUSED);
  memmap_boot_free(less);
}

static void test_events(memmap_boot_t* boot) {
  memmap_boot_event_t event;
  size_t i;
  memset(&event, 0, sizeof event);
  WANT(memmap_boot_event_at(boot, 0, &event) == MEMMAP_MISUSED);
  event.struct_size = sizeof event;
  for (i = 0; memmap_boot_event_at(boot, i, &event) == MEMMAP_DONE; ++i) {
    WANT(*event.text != '\0' && event.severity <= MEMMAP_SEVERITY_PANIC &&
         event.start <= event.end);
  }
  WANT(i > 10);
}

/* Bad input: all that is wrong, and where. */
static void test_mistakes(void) {
  static const char wrong[] =
      "BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable\n"
      "BIOS-e820: [mem 0x00000000zz000000-0x00000000bfffffff] usable\n";
  memmap_request_t* request = memmap_request_new();
  memmap_boot_t* boot = (memmap_boot_t*)&request;
  memmap_mistake_t mistake;
  memset(&mistake, 0, sizeof mistake);
  mistake.struct_size = sizeof mistake;
  WANT(memmap_request_boot(request, &boot) == MEMMAP_REFUSED && boot == NULL);
  WANT(strstr(memmap_request_mistakes_text(request), "a machine is missing") != NULL);
  WANT(memmap_request_set(request, "e280", "x") == MEMMAP_NO_SUCH);
  WANT(memmap_request_set(request, "e820", NULL) == MEMMAP_REFUSED);
  WANT(memmap_request_set(request, "e820", "-") == MEMMAP_REFUSED);
  WANT(memmap_request_set(request, "live", "yes") == MEMMAP_REFUSED);
  WANT(memmap_request_set(request, NULL, "x") == MEMMAP_MISUSED);
  WANT(memmap_request_set_bytes(request, "cmdline", NULL, "x", 1) == MEMMAP_NO_SUCH);
  WANT(memmap_request_set_bytes(request, "e820", NULL, "", 0) == MEMMAP_REFUSED);
  WANT(memmap_request_set_bytes(request, "e820", NULL, NULL, 3) == MEMMAP_MISUSED);
  WANT(memmap_request_set_bytes(request, "e820", "here.log", wrong, strlen(wrong)) == MEMMAP_DONE);
  WANT(memmap_request_boot(request, &boot) == MEMMAP_REFUSED && boot == NULL);
  WANT(memmap_request_mistake(request, 0, &mistake) == MEMMAP_DONE);
  WANT(strcmp(mistake.file, "here.log") == 0 && mistake.line == 2 && mistake.column > 1);
  WANT(strstr(mistake.line_text, "zz000000") != NULL && mistake.code == MEMMAP_MISTAKE_BAD_INPUT);
  WANT(memmap_request_mistake(request, 1000, &mistake) == MEMMAP_NO_SUCH);
  WANT(memmap_request_set(request, "e820", "/no/such/file") == MEMMAP_DONE);
  WANT(memmap_request_boot(request, &boot) == MEMMAP_REFUSED);
  WANT(memmap_request_mistake(request, 0, &mistake) == MEMMAP_DONE);
  WANT(mistake.code == MEMMAP_MISTAKE_NOT_FOUND);
  WANT(memmap_request_unset(request, "e820") == MEMMAP_DONE);
  WANT(memmap_request_set(request, "synthetic", kMap) == MEMMAP_DONE);
  WANT(memmap_request_set(request, "kernel", kKernel) == MEMMAP_DONE);
  WANT(memmap_request_boot(request, &boot) == MEMMAP_DONE); /* a request goes on after mistakes */
  WANT(memmap_request_mistake(request, 0, &mistake) == MEMMAP_NO_SUCH);
  memmap_boot_free(boot);
  memmap_request_free(request);
}

/* A kernel that panics is a boot, not a mistake. */
static void test_panic(void) {
  memmap_request_t* request = memmap_request_new();
  memmap_boot_t* boot = NULL;
  uint64_t value = 0;
  WANT(memmap_request_set(request, "synthetic", "ram:4M") == MEMMAP_DONE);
  WANT(memmap_request_set(request, "kernel", kKernel) == MEMMAP_DONE);
  WANT(memmap_request_boot(request, &boot) == MEMMAP_DONE);
  WANT(memmap_boot_panicked(boot) == 1);
  WANT(memmap_boot_figure(boot, "panics", &value) == MEMMAP_DONE && value == 1);
  WANT(memmap_boot_figure(boot, "mem_total", &value) == MEMMAP_ABSENT);
  memmap_boot_free(boot);
  memmap_request_free(request);
}

static void test_check(const char* policy) {
  static const char rules[] =
      "schema: memmap/policy/1\nrequire:\n  - mem_total >= 64M\n  - mem_total >= 4G\n";
  memmap_request_t* request = memmap_request_new();
  char* text = NULL;
  size_t length = 0;
  int32_t fails = -1;
  WANT(memmap_request_set(request, "synthetic", kMap) == MEMMAP_DONE);
  WANT(memmap_request_set(request, "kernel", kKernel) == MEMMAP_DONE);
  WANT(memmap_request_check(request, "rules.yaml", rules, strlen(rules), "tap", &text, &length,
                            &fails) == MEMMAP_DONE);
  WANT(fails == 1 && text != NULL && strstr(text, "not ok") != NULL);
  memmap_text_free(text);
  WANT(memmap_request_check(request, policy, NULL, 0, NULL, &text, &length, NULL) == MEMMAP_DONE);
  memmap_text_free(text);
  WANT(memmap_request_check(request, "-", NULL, 0, NULL, &text, &length, NULL) == MEMMAP_MISUSED);
  WANT(memmap_request_check(request, "r", rules, strlen(rules), "xml", &text, &length, NULL) ==
       MEMMAP_REFUSED);
  WANT(memmap_request_check(request, "r", "rules: [", 8, NULL, &text, &length, NULL) ==
       MEMMAP_REFUSED);
  memmap_request_free(request);
}

static void test_lint(void) {
  static const char grub[] = "GRUB_CMDLINE_LINUX=\"crashkernel=256\"\n";
  memmap_request_t* request = memmap_request_new();
  char* text = NULL;
  size_t length = 0, findings = 7;
  WANT(memmap_request_set(request, "kernel", kKernel) == MEMMAP_DONE);
  WANT(memmap_request_lint(request, NULL, NULL, 0, NULL, &text, &length, &findings) ==
       MEMMAP_REFUSED);
  WANT(text == NULL && findings == 7);
  WANT(memmap_request_lint(request, "grub", grub, strlen(grub), NULL, &text, &length, &findings) ==
       MEMMAP_DONE);
  WANT(findings == 1 && text != NULL && length == strlen(text));
  WANT(text != NULL && strncmp(text, "grub:1:33: ", 11) == 0);
  memmap_text_free(text);
  WANT(memmap_request_set(request, "cmdline", "crashkernl=256M") == MEMMAP_DONE);
  WANT(memmap_request_lint(request, "grub", grub, strlen(grub), NULL, &text, &length, NULL) ==
       MEMMAP_REFUSED);
  WANT(memmap_request_lint(request, NULL, NULL, 0, "json", &text, NULL, &findings) == MEMMAP_DONE);
  WANT(findings == 1 && text != NULL && strstr(text, "memmap/lint/1") != NULL);
  memmap_text_free(text);
  WANT(memmap_request_set(request, "no-entry-limit", NULL) == MEMMAP_DONE);
  WANT(memmap_request_lint(request, NULL, NULL, 0, NULL, &text, NULL, NULL) == MEMMAP_REFUSED);
  WANT(strstr(memmap_request_mistakes_text(request), "--no-entry-limit has no effect") != NULL);
  WANT(memmap_request_set(request, "synthetic", kMap) == MEMMAP_DONE);
  WANT(memmap_request_set(request, "cmdline", "crashkernel=64M") == MEMMAP_DONE);
  WANT(memmap_request_lint(request, NULL, NULL, 0, NULL, NULL, NULL, &findings) == MEMMAP_DONE);
  WANT(findings == 0);
  WANT(memmap_request_set(request, "plugin", "check_invariants") == MEMMAP_DONE);
  WANT(memmap_request_lint(request, NULL, NULL, 0, NULL, &text, NULL, NULL) == MEMMAP_REFUSED);
  WANT(strstr(memmap_request_mistakes_text(request), "--plugin check_invariants has no effect") !=
       NULL);
  WANT(memmap_request_lint(request, NULL, NULL, 0, "yaml", &text, NULL, NULL) == MEMMAP_REFUSED);
  WANT(memmap_request_lint(request, NULL, NULL, 0, NULL, NULL, NULL, NULL) == MEMMAP_MISUSED);
  WANT(memmap_request_lint(request, NULL, grub, 3, NULL, &text, NULL, NULL) == MEMMAP_MISUSED);
  WANT(memmap_request_lint(request, "-", NULL, 0, NULL, &text, NULL, NULL) == MEMMAP_MISUSED);
  WANT(memmap_request_lint(NULL, NULL, NULL, 0, NULL, &text, NULL, NULL) == MEMMAP_MISUSED);
  memmap_request_free(request);
}

static size_t rows_in(const char* text) {
  size_t n = 0;
  while ((text = strstr(text, "\"index\":")) != NULL) {
    ++n;
    ++text;
  }
  return n;
}

static void test_sweep(const char* folder) {
  static const char matrix[] =
      "machines: [{name: small, synthetic: \"ram:640K hole:384K ram:511M\"}]\n"
      "kernels: [6.12.117+deb12-amd64]\n"
      "append: [\"crashkernel={64M,96M,128M,1G}\"]\n"
      "require: [crashkernel below 4G]\n";
  static const char* const kept[] = {"filter", "append=*M", "filter", "index=1"};
  static const char* const failing[] = {"only-failures", NULL};
  static const char* const share[] = {"shard", "2/2"};
  static const char* const other_share[] = {"shard", "1/2"};
  static const char* const wrong[] = {"shard", "3/2", "only-failures", "yes"};
  static const char* const no_share[] = {"shard", "3/2"};
  static const char* const no_key[] = {"filter", "colour=red"};
  static const char* const unknown[] = {"output", "/tmp/x"};
  memmap_request_t* request = memmap_request_new();
  char *all = NULL, *text = NULL;
  size_t length = 0;
  int32_t fails = -1;
  char digit;
#define SWEEP(format, options, count)                                                            \
  memmap_request_sweep(request, "m.yaml", matrix, strlen(matrix), format, options, count, &text, \
                       &length, &fails)
  WANT(SWEEP(NULL, NULL, 0) == MEMMAP_DONE);
  WANT(fails == 1 && text != NULL && length == strlen(text));
  WANT(text != NULL && strstr(text, "memmap/sweep/1") != NULL);
  WANT(text != NULL && strstr(text, "\"count\":4,") != NULL);
  all = text;
  WANT(SWEEP("jsonl", NULL, 0) == MEMMAP_DONE && strcmp(text, all) == 0);
  memmap_text_free(text);
  memmap_text_free(all);
  WANT(SWEEP("csv", kept, 2) == MEMMAP_DONE);
  WANT(fails == 0 && text != NULL && strstr(text, "crashkernel=96M") != NULL);
  memmap_text_free(text);
  WANT(SWEEP(NULL, failing, 1) == MEMMAP_DONE);
  WANT(fails == 1 && text != NULL && strstr(text, "crashkernel=96M") == NULL);
  memmap_text_free(text);
  WANT(SWEEP(NULL, share, 1) == MEMMAP_DONE);
  WANT(text != NULL && rows_in(text) == 2);
  all = text;
  WANT(SWEEP(NULL, other_share, 1) == MEMMAP_DONE);
  WANT(text != NULL && rows_in(text) == 2);
  for (digit = '0'; digit != '4'; ++digit) {
    char row[] = "\"index\":N,";
    row[8] = digit;
    WANT(all != NULL && text != NULL && (strstr(all, row) != NULL) != (strstr(text, row) != NULL));
  }
  memmap_text_free(all);
  memmap_text_free(text);
  WANT(SWEEP(NULL, wrong, 2) == MEMMAP_REFUSED && text == NULL);
  WANT(SWEEP(NULL, no_share, 1) == MEMMAP_REFUSED);
  WANT(SWEEP(NULL, no_key, 1) == MEMMAP_REFUSED);
  WANT(SWEEP("xml", NULL, 0) == MEMMAP_REFUSED);
  WANT(SWEEP(NULL, unknown, 1) == MEMMAP_NO_SUCH);
  WANT(SWEEP(NULL, NULL, 1) == MEMMAP_MISUSED);
#undef SWEEP
  WANT(memmap_request_sweep(request, folder, NULL, 0, NULL, NULL, 0, &text, NULL, NULL) ==
       MEMMAP_REFUSED);
  WANT(memmap_request_sweep(request, "/no/such", NULL, 0, NULL, NULL, 0, &text, NULL, NULL) ==
       MEMMAP_REFUSED);
  WANT(memmap_request_sweep(request, "m", "machines: [", 11, NULL, NULL, 0, &text, NULL, NULL) ==
       MEMMAP_REFUSED);
  WANT(memmap_request_sweep(request, "-", NULL, 0, NULL, NULL, 0, &text, NULL, NULL) ==
       MEMMAP_MISUSED);
  WANT(memmap_request_sweep(request, NULL, NULL, 0, NULL, NULL, 0, &text, NULL, NULL) ==
       MEMMAP_MISUSED);
  WANT(memmap_request_sweep(request, "m", matrix, strlen(matrix), NULL, NULL, 0, NULL, NULL,
                            NULL) == MEMMAP_MISUSED);
  WANT(memmap_request_set(request, "cmdline", "quiet") == MEMMAP_DONE);
  WANT(memmap_request_sweep(request, "m", matrix, strlen(matrix), NULL, NULL, 0, &text, NULL,
                            NULL) == MEMMAP_REFUSED);
  WANT(strstr(memmap_request_mistakes_text(request), "--cmdline has no effect") != NULL);
  memmap_request_free(request);
  WANT(memmap_request_sweep(NULL, "m", matrix, strlen(matrix), NULL, NULL, 0, &text, NULL, NULL) ==
       MEMMAP_MISUSED);
}

static void test_null(void) {
  char* text = NULL;
  memmap_request_free(NULL);
  memmap_boot_free(NULL);
  memmap_text_free(NULL);
  WANT(memmap_request_set(NULL, "e820", "x") == MEMMAP_MISUSED);
  WANT(memmap_request_boot(NULL, NULL) == MEMMAP_MISUSED);
  WANT(memmap_boot_report(NULL, "json", NULL, 0, &text, NULL) == MEMMAP_MISUSED);
  WANT(memmap_boot_note(NULL, 0) == NULL && memmap_boot_panicked(NULL) == 0);
  WANT(strcmp(memmap_boot_kernel(NULL), "") == 0);
  WANT(memmap_request_mistake(NULL, 0, NULL) == MEMMAP_MISUSED);
  WANT(strcmp(memmap_request_mistakes_text(NULL), "") == 0);
}

/* Two threads at once, each with its own handle: each gets what it gets alone. */
typedef struct job {
  const char* command_line;
  const char* want;
} job_t;

static void* work(void* given) {
  const job_t* const job = given;
  int i;
  for (i = 0; i < 5; ++i) {
    memmap_boot_t* boot = booted(job->command_line);
    char* text = NULL;
    WANT(memmap_boot_report(boot, "json", NULL, 0, &text, NULL) == MEMMAP_DONE);
    WANT(text != NULL && strcmp(text, job->want) == 0);
    memmap_text_free(text);
    memmap_boot_free(boot);
  }
  return NULL;
}

static void test_threads(void) {
  static const char* const lines[2] = {"crashkernel=64M", "mem=512M hugepages=8"};
  pthread_t threads[2];
  job_t jobs[2];
  char* texts[2] = {NULL, NULL};
  int i;
  for (i = 0; i < 2; ++i) {
    memmap_boot_t* boot = booted(lines[i]);
    WANT(memmap_boot_report(boot, "json", NULL, 0, &texts[i], NULL) == MEMMAP_DONE);
    memmap_boot_free(boot);
    jobs[i].command_line = lines[i];
    jobs[i].want = texts[i];
  }
  for (i = 0; i < 2; ++i) WANT(pthread_create(&threads[i], NULL, work, &jobs[i]) == 0);
  for (i = 0; i < 2; ++i) WANT(pthread_join(threads[i], NULL) == 0);
  for (i = 0; i < 2; ++i) memmap_text_free(texts[i]);
}

int main(int argc, char** argv) {
  memmap_boot_t* boot;
  if (argc != 2) return 2;
  test_names();
  test_null();
  test_mistakes();
  boot = booted("crashkernel=64M");
  if (boot == NULL) return 1;
  test_figures(boot);
  test_pieces(boot);
  test_address(boot);
  test_texts(boot);
  test_show(boot);
  test_suggest(boot);
  test_kdump(boot);
  test_diff(boot);
  test_events(boot);
  memmap_boot_free(boot);
  test_panic();
  test_check(argv[1]);
  test_lint();
  test_sweep("/");
  test_threads();
  if (failures != 0) fprintf(stderr, "%d failures\n", failures);
  return failures == 0 ? 0 : 1;
}
