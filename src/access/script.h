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

namespace memmap::access {

// How many steps a script may have, and bytes one access may touch.
inline constexpr std::size_t kMostSteps = 100'000;
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
struct AllocPages {
  unsigned order = 0;
  Gfp gfp = kGfpKernel;
};
struct FreePages {
  Address at{};
};
struct Kmalloc {
  std::uint64_t size = 0;
  Gfp gfp = kGfpKernel;
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

using Action =
    std::variant<Ioremap, Iounmap, AllocPages, FreePages, Kmalloc, Kfree, Map, VmArea, Access>;

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
