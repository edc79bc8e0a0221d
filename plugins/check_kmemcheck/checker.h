// kmemcheck itself: allocations, accesses and frees go in, reports come out.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "error.h"
#include "shadow.h"

namespace kmemcheck {

// Defaults: the kernel's configuration as it comes. kernel: lib/Kconfig.kmemcheck, v4.14
struct Options {
  unsigned mode = 2;         // 0: disabled; 1: enabled; 2: until the first report
  bool partial_ok = true;    // CONFIG_KMEMCHECK_PARTIAL_OK
  unsigned queue = 64;       // CONFIG_KMEMCHECK_QUEUE_SIZE
  unsigned shadow_copy = 5;  // CONFIG_KMEMCHECK_SHADOW_COPY_SHIFT: 2 to 8
};

// The slab and its cache that an object is of.
struct Slab {
  // Of the slab, if the object is the first of it; else there it is already.
  std::uint64_t base = 0;
  std::uint64_t pages = 0;
  bool notrack = false;      // SLAB_NOTRACK
  bool constructor = false;  // objects keep their contents from free to allocation
  bool by_rcu = false;       // SLAB_DESTROY_BY_RCU: may be read after they are freed
};

struct Gfp {
  bool zero = false;     // __GFP_ZERO
  bool notrack = false;  // __GFP_NOTRACK
  bool highmem = false;  // __GFP_HIGHMEM
};

// What a write stores, byte by byte; shorter than the write, or empty: not known from there on.
using Contents = std::span<const std::uint8_t>;

// One CPU, as kmemcheck allows no more. `ip` tells instructions apart: of several errors of one in
// a row only the first is reported, as the kernel does it.
//
// An access of 1, 2, 4 or 8 bytes is one instruction's; any other is made in steps of `rep movs`
// and `rep stos`: 8 bytes as long as there are 8, then 4, 2 and 1.
class Checker {
 public:
  explicit Checker(Options options) : options_(options), queue_(options.queue) {}

  // The page allocator hands out 2^order pages at `base`.
  void alloc_pages(std::uint64_t base, unsigned order, Gfp gfp);
  void free_pages(std::uint64_t base, unsigned order);
  // A slab cache hands out an object.
  void slab_alloc(std::uint64_t object, std::uint64_t size, Gfp gfp, const Slab& slab);
  void slab_free(std::uint64_t object, std::uint64_t size, const Slab& slab);

  void read(std::uint64_t ip, std::uint64_t address, std::uint64_t size);
  // Also one that reads first, as OR does: the processor tells the kernel of a write.
  void write(std::uint64_t ip, std::uint64_t address, std::uint64_t size, Contents contents);
  // By steps of `unit` bytes (1, 2, 4 or 8), what is left in smaller ones.
  void copy(std::uint64_t ip, std::uint64_t from, std::uint64_t to, std::uint64_t size,
            unsigned unit);

  // The kernel declares it initialised: kmemcheck_annotate_bitfield(), device memory.
  void mark_initialized(std::uint64_t address, std::uint64_t size);
  // What is in memory, without anybody's writing it.
  void tell(std::uint64_t address, Contents contents);
  // /proc/sys/kernel/kmemcheck is written.
  void set_mode(unsigned mode) { options_.mode = mode; }
  unsigned mode() const { return options_.mode; }
  // The kernel ended itself by a BUG_ON() of kmemcheck's; nothing is checked from there on.
  bool dead() const { return dead_; }

  // The tasklet that prints: the kernel runs it as soon as interrupts are on again.
  Queue::Drained drain() { return queue_.drain(); }
  const ShadowMap& shadow() const { return shadow_; }

 private:
  // The instruction that faulted: the pages to show while it is stepped, as addresses in them.
  struct Fault {
    std::uint64_t ip = 0;
    std::array<std::uint64_t, 4> shown{};
    std::size_t count = 0;
  };

  // Where an access of these bytes would fault first.
  std::optional<std::uint64_t> faults(std::uint64_t address, std::uint64_t size) const;
  void save_address(Fault& fault, std::uint64_t address);
  void step(const Fault& fault);
  void check_read(Fault& fault, std::uint64_t address, unsigned size);
  void check_read_in_page(Fault& fault, std::uint64_t address, unsigned size);
  void check_write(Fault& fault, std::uint64_t address, unsigned size);
  void check_copy(Fault& fault, std::uint64_t from, std::uint64_t to, unsigned size);
  Shadow test(std::span<const Shadow> shadow) const;
  void complain(std::uint64_t ip, Shadow state, std::uint64_t address, unsigned size);

  Options options_;
  ShadowMap shadow_{};
  Queue queue_;
  std::uint64_t previous_ip_ = 0;
  bool dead_ = false;
};

}  // namespace kmemcheck
