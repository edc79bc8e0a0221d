/* Makes allocations fail, in a program that is not asked: for LD_PRELOAD.
 *
 *   FAIL_ALLOC_AT=N     the N-th allocation after main() begins fails, once
 *   FAIL_ALLOC_FROM=N   it and all that follow: the machine has no memory left
 *   FAIL_ALLOC_EVERY=N  the N-th, 2N-th, ... fail
 *   FAIL_ALLOC_COUNT=F  a file of 8 bytes, in which the allocations are counted
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

extern void* __libc_malloc(size_t size);
extern void* __libc_calloc(size_t count, size_t size);
extern void* __libc_realloc(void* old, size_t size);
extern void* __libc_memalign(size_t align, size_t size);

static _Atomic uint64_t own_count;
static _Atomic uint64_t* count = &own_count;
static uint64_t at, from, every;
static atomic_int in_main;

static int fails(void) {
  if (!atomic_load(&in_main)) return 0;
  const uint64_t n = atomic_fetch_add(count, 1) + 1;
  const int fail = n == at || (from != 0 && n >= from) || (every != 0 && n % every == 0);
  if (fail) errno = ENOMEM;
  return fail;
}

void* malloc(size_t size) { return fails() ? NULL : __libc_malloc(size); }
void* calloc(size_t n, size_t size) { return fails() ? NULL : __libc_calloc(n, size); }
void* realloc(void* old, size_t size) { return fails() ? NULL : __libc_realloc(old, size); }
void* aligned_alloc(size_t align, size_t size) {
  return fails() ? NULL : __libc_memalign(align, size);
}
void* memalign(size_t align, size_t size) { return fails() ? NULL : __libc_memalign(align, size); }
int posix_memalign(void** out, size_t align, size_t size) {
  if (fails()) return ENOMEM;
  *out = __libc_memalign(align, size);
  return *out == NULL ? ENOMEM : 0;
}

static uint64_t number(const char* name) {
  const char* text = getenv(name);
  return text == NULL ? 0 : strtoull(text, NULL, 10);
}

static int (*real_main)(int, char**, char**);
static int counted_main(int argc, char** argv, char** envp) {
  at = number("FAIL_ALLOC_AT");
  from = number("FAIL_ALLOC_FROM");
  every = number("FAIL_ALLOC_EVERY");
  const char* file = getenv("FAIL_ALLOC_COUNT");
  const int fd = file == NULL ? -1 : open(file, O_RDWR | O_CLOEXEC);
  if (fd >= 0) {
    void* shared = mmap(NULL, sizeof own_count, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (shared != MAP_FAILED) count = shared;
    close(fd);
  }
  unsetenv("LD_PRELOAD"); /* a pager or another program is not what is tried */
  atomic_store(&in_main, 1);
  return real_main(argc, argv, envp);
}

int __libc_start_main(int (*begin)(int, char**, char**), int argc, char** argv, void (*init)(void),
                      void (*fini)(void), void (*rtld_fini)(void), void* stack_end) {
  int (*start)(int (*)(int, char**, char**), int, char**, void (*)(void), void (*)(void),
               void (*)(void), void*) = NULL;
  *(void**)&start = dlsym(RTLD_NEXT, "__libc_start_main");
  real_main = begin;
  return start(counted_main, argc, argv, init, fini, rtld_fini, stack_end);
}
