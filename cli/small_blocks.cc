// Small blocks of memory that are freed are kept for the next that ask for as many bytes. A boot makes
// and drops some thousand of them, which thousands of boots do over and over; the C library keeps seven
// of a size at hand and looks about for all others.
#include "small_blocks.h"

#include <malloc.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace memmap::cli {

void keep_freed_memory() {
  ::mallopt(M_TRIM_THRESHOLD, 64 << 20);
  ::mallopt(M_MMAP_THRESHOLD, 32 << 20);  // or it would stay low, now that the other is set
}

}  // namespace memmap::cli

// Sanitizers have functions of their own here.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
#define MEMMAP_SANITIZED
#endif
#endif
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(MEMMAP_SANITIZED)

namespace {

constexpr std::size_t kStep = 16;    // bytes from one size to the next
constexpr std::size_t kSizes = 32;   // up to 512 bytes
constexpr unsigned kMostKept = 512;  // of a size

struct Block {
  Block* next;
};

struct Kept {
  Block* first = nullptr;
  unsigned count = 0;
};

// A thread's own. What is freed when the thread is about to end goes back to the C library.
thread_local constinit std::array<Kept, kSizes> kept{};
thread_local constinit bool is_open = true;

struct AtEnd {
  AtEnd() = default;
  AtEnd(const AtEnd&) = delete;
  AtEnd& operator=(const AtEnd&) = delete;
  ~AtEnd() {
    is_open = false;
    for (Kept& of_size : kept) {
      while (Block* const block = of_size.first) {
        of_size.first = block->next;
        std::free(block);
      }
      of_size.count = 0;
    }
  }
  void note() const {}
};
thread_local AtEnd at_end;

constexpr std::size_t size_number(std::size_t bytes) {
  return bytes == 0 ? 0 : (bytes - 1) / kStep;
}

void* allocate(std::size_t bytes) {
  for (;;) {
    if (void* const block = std::malloc(bytes)) return block;
    const std::new_handler handler = std::get_new_handler();
    if (handler == nullptr) throw std::bad_alloc();
    handler();
  }
}

}  // namespace

// Blocks of either are the C library's, so that whoever frees one without its size may do so.
void* operator new(std::size_t bytes) {
  const std::size_t number = size_number(bytes);
  if (number >= kSizes) return allocate(bytes);
  Kept& of_size = kept[number];
  if (Block* const block = of_size.first) {
    of_size.first = block->next;
    --of_size.count;
    return block;
  }
  return allocate((number + 1) * kStep);
}

void operator delete(void* block) noexcept { std::free(block); }

void operator delete(void* block, std::size_t bytes) noexcept {
  const std::size_t number = size_number(bytes);
  if (block == nullptr || number >= kSizes || !is_open) return std::free(block);
  Kept& of_size = kept[number];
  if (of_size.count == kMostKept) return std::free(block);
  if (of_size.count == 0) at_end.note();  // is there from now on, and ends with the thread
  of_size.first = new (block) Block{of_size.first};
  ++of_size.count;
}

#endif
