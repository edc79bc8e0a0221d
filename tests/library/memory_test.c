/* Memory that runs out anywhere in a call of libmemmap is a code, and the handle is as good as before: every
 * STEPth allocation of a boot and of what is asked of it fails once.   memory_test STEP WHAT
 * WHAT is `report` (with pieces), or another row of kAsked. */
#include <memmap/memmap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The C library's own, by the names that it has for whoever replaces malloc(). */
extern void* __libc_malloc(size_t size);
extern void* __libc_calloc(size_t count, size_t size);
extern void* __libc_realloc(void* old, size_t size);

static long left = -1; /* allocations until one fails; below 0: none does */

static int fails(void) { return left >= 0 && left-- == 0; }

void* malloc(size_t size) { return fails() ? NULL : __libc_malloc(size); }
void* calloc(size_t count, size_t size) { return fails() ? NULL : __libc_calloc(count, size); }
void* realloc(void* old, size_t size) { return fails() ? NULL : __libc_realloc(old, size); }

static int32_t ask_report(memmap_boot_t* boot, char** text) {
  size_t count;
  const int32_t status = memmap_boot_pieces(boot, "use", NULL, 0, 0, &count);
  return status == MEMMAP_DONE ? memmap_boot_report(boot, "json", NULL, 0, text, NULL) : status;
}

static int32_t ask_kdump(memmap_boot_t* boot, char** text) {
  return memmap_boot_kdump(boot, "json", NULL, 0, text, NULL, NULL);
}

static int32_t ask_show(memmap_boot_t* boot, char** text) {
  return memmap_boot_show(boot, "parameters", "json", NULL, 0, text, NULL);
}

static int32_t ask_kaslr(memmap_boot_t* boot, char** text) {
  return memmap_boot_kaslr(boot, 0, "json", text, NULL);
}

static int32_t ask_suggest(memmap_boot_t* boot, char** text) {
  static const char* const check[] = {"check", "memmap=4K$0x12345000"};
  return memmap_boot_suggest(boot, "badram", "0x12345000", "json", check, 1, text, NULL, NULL);
}

typedef struct asked {
  const char* what;
  int32_t (*ask)(memmap_boot_t* boot, char** text); /* NULL: a sweep */
} asked_t;

static int32_t sweep(memmap_request_t* request, char** text) {
  static const char matrix[] =
      "machines: [{name: small, synthetic: \"ram:640K hole:384K ram:511M\"}]\n"
      "append: [\"crashkernel={64M,1G}\"]\n"
      "slots: {count: 2}\n"
      "require: [crashkernel below 4G]\n";
  return memmap_request_sweep(request, "matrix", matrix, strlen(matrix), NULL, NULL, 0, text, NULL,
                              NULL);
}

static const asked_t kAsked[] = {{"report", ask_report},   {"kdump", ask_kdump},
                                 {"suggest", ask_suggest}, {"kaslr", ask_kaslr},
                                 {"show", ask_show},       {"sweep", NULL}};

/* What a user does: all of it, or as far as it goes. */
static int32_t all(const asked_t* asked, memmap_request_t* request, char** text, int* reached) {
  memmap_boot_t* boot = NULL;
  int32_t status = asked->ask == NULL ? sweep(request, text) : memmap_request_boot(request, &boot);
  if (asked->ask != NULL) *text = NULL;
  if (asked->ask != NULL && status == MEMMAP_DONE) status = asked->ask(boot, text);
  *reached = left < 0; /* the allocation that fails */
  left = -1;
  if (status == MEMMAP_BROKEN || status == MEMMAP_REFUSED) {
    const char* const why =
        boot == NULL ? memmap_request_mistakes_text(request) : memmap_boot_mistakes_text(boot);
    /* Where a plugin ran out of it, or a file could not be read without, the mistake tells. */
    if (strstr(why, "emory") != NULL || strstr(why, "bad_alloc") != NULL) {
      status = MEMMAP_NO_MEMORY;
    } else {
      fprintf(stderr, "%s", why);
    }
  }
  if (status != MEMMAP_DONE && *text != NULL) status = MEMMAP_MISUSED;
  memmap_boot_free(boot);
  return status;
}

int main(int argc, char** argv) {
  const long step = argc == 3 ? atol(argv[1]) : 0;
  const asked_t* asked = NULL;
  memmap_request_t* request = memmap_request_new();
  char *want = NULL, *text = NULL;
  long at, refused = 0, wrong = 0;
  size_t i;
  int going_on;
  for (i = 0; step >= 1 && i < sizeof kAsked / sizeof *kAsked; ++i)
    if (strcmp(kAsked[i].what, argv[2]) == 0) asked = &kAsked[i];
  if (asked == NULL) return 2;
  if (asked->ask != NULL) {
    memmap_request_set(request, "synthetic", "ram:640K hole:384K ram:1G");
    memmap_request_set(request, "cmdline", "crashkernel=64M");
  }
  if (all(asked, request, &want, &going_on) != MEMMAP_DONE) return 1;
  for (at = 0, going_on = 1; going_on; at += step) {
    int32_t status;
    left = at;
    status = all(asked, request, &text, &going_on);
    if (status == MEMMAP_DONE) {
      /* The C library goes on without what it wanted; of a sweep a row tells what a plugin lacked. */
      const int row_tells = asked->ask == NULL && strstr(text, "\"error\":\"plugin `") != NULL;
      wrong += strcmp(text, want) != 0 && !row_tells;
      memmap_text_free(text);
    } else {
      refused += status == MEMMAP_NO_MEMORY;
      if (status != MEMMAP_NO_MEMORY) {
        fprintf(stderr, "at %ld: %s\n", at, memmap_status_words(status));
        ++wrong;
      }
    }
  }
  if (all(asked, request, &text, &going_on) != MEMMAP_DONE || strcmp(text, want) != 0) ++wrong;
  memmap_text_free(text);
  memmap_text_free(want);
  memmap_request_free(request);
  printf("%ld allocations, %ld that ended a call, %ld wrong\n", at, refused, wrong);
  return wrong == 0 && refused > 0 ? 0 : 1;
}
