/* Makes what writes fail, in a program that is not asked: for LD_PRELOAD.
 *
 *   FAIL_WRITE_DIR=DIR   calls count that are about standard output or something in DIR
 *   FAIL_WRITE_AT=K      the K-th fails, once; FAIL_WRITE_FROM=K: it and all that follow
 *   FAIL_WRITE_ERRNO=N   with this number (28 ENOSPC, 5 EIO, 32 EPIPE)
 *   FAIL_WRITE_SHORT=1   a write that fails has written half before
 *   FAIL_WRITE_COUNT=F   a file of 8 bytes, in which they are counted
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static _Atomic uint64_t own_count;
static _Atomic uint64_t* count = &own_count;
static uint64_t at, from, short_writes;
static int number_of_error;
static const char* dir;

static uint64_t number(const char* name) {
  const char* text = getenv(name);
  return text == NULL ? 0 : strtoull(text, NULL, 10);
}

static int fails(void) {
  const uint64_t n = atomic_fetch_add(count, 1) + 1;
  const int fail = n == at || (from != 0 && n >= from);
  if (fail) errno = number_of_error;
  return fail;
}

static int is_output_path(const char* path) {
  return dir != NULL && path != NULL && strncmp(path, dir, strlen(dir)) == 0;
}
static int is_output(int fd) {
  if (dir == NULL) return 0;
  if (fd == STDOUT_FILENO) return 1;
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const int kept = errno;
  const ssize_t got = readlink(link, path, sizeof path - 1);
  errno = kept;
  if (got <= 0) return 0;
  path[got] = '\0';
  return is_output_path(path) && (fcntl(fd, F_GETFL) & O_ACCMODE) != O_RDONLY;
}

#define REAL(name)               \
  static __typeof__(&name) real; \
  if (real == NULL) *(void**)&real = dlsym(RTLD_NEXT, #name)

__attribute__((constructor)) static void begin(void) {
  dir = getenv("FAIL_WRITE_DIR");
  at = number("FAIL_WRITE_AT");
  from = number("FAIL_WRITE_FROM");
  short_writes = number("FAIL_WRITE_SHORT");
  number_of_error = (int)number("FAIL_WRITE_ERRNO");
  const char* file = getenv("FAIL_WRITE_COUNT");
  const int fd = file == NULL ? -1 : open(file, O_RDWR | O_CLOEXEC);
  if (fd >= 0) {
    void* shared = mmap(NULL, sizeof own_count, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (shared != MAP_FAILED) count = shared;
    close(fd);
  }
}

ssize_t write(int fd, const void* data, size_t size) {
  REAL(write);
  if (is_output(fd) && fails()) {
    const int error = errno;
    if (short_writes != 0 && size > 1) return real(fd, data, size / 2);
    errno = error;
    return -1;
  }
  return real(fd, data, size);
}
ssize_t pwrite64(int fd, const void* data, size_t size, off64_t where) {
  REAL(pwrite64);
  return is_output(fd) && fails() ? -1 : real(fd, data, size, where);
}
ssize_t pwrite(int fd, const void* data, size_t size, off_t where) {
  REAL(pwrite);
  return is_output(fd) && fails() ? -1 : real(fd, data, size, where);
}
int fsync(int fd) {
  REAL(fsync);
  return is_output(fd) && fails() ? -1 : real(fd);
}
int fdatasync(int fd) {
  REAL(fdatasync);
  return is_output(fd) && fails() ? -1 : real(fd);
}
int ftruncate(int fd, off_t size) {
  REAL(ftruncate);
  return is_output(fd) && fails() ? -1 : real(fd, size);
}
int ftruncate64(int fd, off64_t size) {
  REAL(ftruncate64);
  return is_output(fd) && fails() ? -1 : real(fd, size);
}
int fchmod(int fd, mode_t mode) {
  REAL(fchmod);
  return is_output(fd) && fails() ? -1 : real(fd, mode);
}
int close(int fd) {
  REAL(close);
  const int fail = fd != STDOUT_FILENO && is_output(fd) && fails();
  const int done = real(fd); /* it is closed whatever it says */
  if (fail) errno = number_of_error;
  return fail ? -1 : done;
}
int rename(const char* old, const char* new) {
  REAL(rename);
  return is_output_path(new) && fails() ? -1 : real(old, new);
}
int renameat2(int a, const char* old, int b, const char* new, unsigned flags) {
  REAL(renameat2);
  return is_output_path(new) && fails() ? -1 : real(a, old, b, new, flags);
}
int link(const char* old, const char* new) {
  REAL(link);
  return is_output_path(new) && fails() ? -1 : real(old, new);
}
int mkdir(const char* path, mode_t mode) {
  REAL(mkdir);
  return is_output_path(path) && fails() ? -1 : real(path, mode);
}
int mkstemp(char* path) {
  REAL(mkstemp);
  return is_output_path(path) && fails() ? -1 : real(path);
}
int mkstemp64(char* path) {
  REAL(mkstemp64);
  return is_output_path(path) && fails() ? -1 : real(path);
}
char* mkdtemp(char* path) {
  REAL(mkdtemp);
  return is_output_path(path) && fails() ? NULL : real(path);
}
int open(const char* path, int flags, ...) {
  REAL(open);
  va_list more;
  va_start(more, flags);
  const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0;
  va_end(more);
  return (flags & O_CREAT) != 0 && is_output_path(path) && fails() ? -1 : real(path, flags, mode);
}
int open64(const char* path, int flags, ...) {
  REAL(open64);
  va_list more;
  va_start(more, flags);
  const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0;
  va_end(more);
  return (flags & O_CREAT) != 0 && is_output_path(path) && fails() ? -1 : real(path, flags, mode);
}
