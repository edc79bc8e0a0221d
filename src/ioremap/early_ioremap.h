// Physical memory mapped for a moment, before the kernel has an ioremap(): through windows of the
// fixmap, each of 64 pages.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/event.h"
#include "fixmap/fixmap.h"
#include "paging/address_space.h"

namespace memmap::ioremap {

// What a mapping is asked for as. On x86 a device is mapped cached as memory is: MTRRs decide.
// kernel: FIXMAP_PAGE_IO, FIXMAP_PAGE_NORMAL, FIXMAP_PAGE_RO, include/asm-generic/fixmap.h, v6.12
enum class EarlyMap { io, normal, read_only };

// The paging::Flags of such a mapping, of those of PAGE_KERNEL.
constexpr std::uint32_t early_flags(EarlyMap how, std::uint32_t kernel_flags) {
  return how == EarlyMap::read_only ? kernel_flags & ~paging::kWritable : kernel_flags;
}

class EarlyIoremap {
 public:
  // How the kernel puts what it says.
  struct Words {
    bool debug = false;           // early_ioremap_debug: each mapping is told
    bool offset_last = true;      // in that line the offset stands behind the window's address
    bool plain_pointers = false;  // no_hash_pointers
  };

  // As the kernel has it: 0 for what is free, whose size is of the last that asked.
  struct Window {
    VirtAddr at{};           // prev_map: what was returned
    std::uint64_t size = 0;  // prev_size: bytes asked for
    PhysAddr phys{};
    bool is_free() const { return at == VirtAddr{0}; }
  };

  // `btmap_begin`: the kernel's FIX_BTMAP_BEGIN; `windows`: FIX_BTMAPS_SLOTS, up to 8.
  explicit EarlyIoremap(std::uint64_t btmap_begin = 1535, unsigned windows = 8)
      : btmap_begin_(btmap_begin), windows_(windows) {}

  Words words{};

  // Maps the pages of [phys, phys + size) at the lowest addresses of the first window that is free.
  // nullopt: the kernel returns NULL, and `sink` has what it says: no window is free, no size, the
  // range wraps, or it touches more than 64 pages.
  // kernel: __early_ioremap(), mm/early_ioremap.c, v6.12
  std::optional<VirtAddr> map(paging::AddressSpace& tables, PhysAddr phys, std::uint64_t size,
                              std::uint32_t flags, EventSink& sink);
  // Frees the window of `at`, which map() returned for `size` bytes. False: the kernel only
  // complains; a window of another size stays. kernel: early_iounmap(), mm/early_ioremap.c, v6.12
  bool unmap(paging::AddressSpace& tables, VirtAddr at, std::uint64_t size, EventSink& sink);

  // From here on each map() is warned of, and done. kernel: system_state, SYSTEM_RUNNING
  void system_runs() { system_runs_ = true; }
  // What is left when initcalls are done. kernel: check_early_ioremap_leak()
  unsigned held() const;
  void check_leaks(EventSink& sink) const;

  const std::vector<Window>& windows() const { return windows_; }
  // Where a window's first page lies.
  VirtAddr start_of(std::size_t window) const {
    return fixmap::fix_to_virt(btmap_begin_ - window * fixmap::kBtmapPages);
  }

 private:
  std::uint64_t btmap_begin_;
  std::vector<Window> windows_;
  bool system_runs_ = false;
};

}  // namespace memmap::ioremap
