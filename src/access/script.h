// A script of accesses: what a person asks of the kernel's memory once it has booted, step by step.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "access/gfp.h"
#include "base/address.h"
#include "base/result.h"
#include "ioremap/cache_mode.h"
#include "ioremap/early_ioremap.h"

namespace memmap::access {

// How many bytes one access may touch.
inline constexpr std::uint64_t kLargestAccess = kGiB;
inline constexpr std::size_t kMostBytes = 4096;  // that a write spells out

// Where something stands in the script, for what can be told only once names are known.
struct Place {
  Origin origin{};
  std::string line_text{};
  std::size_t length = 1;

  Error error(std::string message) const {
    return {.message = std::move(message),
            .origin = origin,
            .line_text = line_text,
            .caret_length = length};
  }
};

// A number, or a name with an offset: of an earlier step's `as`, or of a place of the kernel
// (access/symbols.h).
struct Address {
  std::string name{};        // empty: `offset` is the address
  std::uint64_t offset = 0;  // modulo 2^64, so that `p-8` works
  Place place{};
};

struct Ioremap {
  PhysAddr phys{};
  std::uint64_t size = 0;
  ioremap::CacheMode cache = ioremap::CacheMode::uc_minus;
};
struct Iounmap {
  Address at{};
};
// early_ioremap(), early_memremap(), early_memremap_ro(): through a window of the fixmap.
struct EarlyMap {
  PhysAddr phys{};
  std::uint64_t size = 0;
  ioremap::EarlyMap how = ioremap::EarlyMap::io;
};
struct EarlyUnmap {
  Address at{};
  std::optional<std::uint64_t> size{};  // nullopt: that with which it was mapped
};
struct AllocPages {
  unsigned order = 0;
  Gfp gfp = kGfpKernel;
};
struct FreePages {
  Address at{};
};
// Of the slab cache that an object is of: SLAB_NOTRACK, SLAB_DESTROY_BY_RCU, whether it has a
// constructor.
struct CacheFlags {
  bool notrack = false;
  bool by_rcu = false;
  bool constructor = false;
};
struct Kmalloc {
  std::uint64_t size = 0;
  Gfp gfp = kGfpKernel;
  // Where the object is to lie, in free pages that are mapped there; without it the model of the caches
  // decides. `cache`: the name of a cache of its own; empty: kmalloc()'s.
  std::optional<VirtAddr> at{};
  std::string cache{};
  CacheFlags flags{};
};
struct Kfree {
  Address at{};
};
// Puts pages into the kernel's tables, as a debugger would: nothing checks or tracks them.
struct Map {
  VirtAddr virt{};
  PhysAddr phys{};
  std::uint64_t size = 0;       // bytes; a multiple of the page size
  std::uint64_t page_size = 0;  // 4 KiB, 2 MiB or 1 GiB
  std::uint32_t flags = 0;      // paging::Flags, without those of the cache
  ioremap::CacheMode cache = ioremap::CacheMode::wb;
};
// An area of vmalloc's that somebody else has, as /proc/vmallocinfo lists it (with its guard page).
struct VmArea {
  VirtAddr virt{};
  std::uint64_t size = 0;
};
enum class Touch { read, write, exec };
struct Access {
  Touch touch = Touch::read;
  Address at{};
  std::uint64_t size = 1;  // bytes, 1 to kLargestAccess
  bool user = false;       // by a program
  bool phys = false;       // `at` is a physical address: no tables are asked
  // Of a write: what it writes, `size` bytes; empty: it is not told.
  std::vector<std::uint8_t> bytes{};
};

// `rep movs`: by steps of `unit` bytes (1, 2, 4 or 8), what is left in smaller ones.
struct Copy {
  Address at{};  // the first byte of the destination
  Address from{};
  std::uint64_t size = 0;
  unsigned unit = 8;
};
// What is in memory, without anybody's writing it.
struct Contents {
  Address at{};
  std::vector<std::uint8_t> bytes{};
};
// The kernel declares memory initialised: kmemcheck_annotate_bitfield().
struct Annotate {
  Address at{};
  std::uint64_t size = 0;
};
// A file below /proc/sys is written: `kernel.kmemcheck`.
struct Sysctl {
  std::string name{};
  std::uint64_t value = 0;
};
// local_irq_enable(), local_irq_disable().
struct Interrupts {
  bool on = true;
};

using Action =
    std::variant<Ioremap, Iounmap, EarlyMap, EarlyUnmap, AllocPages, FreePages, Kmalloc, Kfree, Map,
                 VmArea, Access, Copy, Contents, Annotate, Sysctl, Interrupts>;

struct Step {
  std::string words{};  // on one line, as --do takes it: `ioremap 0xfed00000 4K as hpet`
  Action action{};
  std::string as{};  // names what the step gives; empty: it has no name
  Place place{};
};

struct Script {
  std::string source{};  // as the user named it: a path, `--do`
  std::vector<Step> steps{};
};

}  // namespace memmap::access
