// Changing what pages of the kernel's own mappings allow, as the kernel does it: a large page that
// is changed in part is split, and a page's other mapping is changed with it.
#pragma once

#include <cstdint>
#include <vector>

#include "base/range.h"
#include "paging/address_space.h"
#include "paging/direct_pages.h"

namespace memmap::paging {

// The kernel's image as its linker script places it: virtual addresses of its mapping at
// __START_KERNEL_map, and the physical one of _text.
struct ImagePlaces {
  VirtAddr text{};          // _text
  PhysAddr phys{};          // of _text
  VirtAddr etext{};         // _etext, not aligned
  VirtAddr start_rodata{};  // __start_rodata
  VirtAddr end_rodata{};    // __end_rodata
  VirtAddr brk_end{};       // _brk_end when the boot is over
};

// Changes mappings of `tables`, which it does not own. Tables for the pages of a split lie nowhere
// that is known: the page allocator gives them.
// kernel: change_page_attr_set_clr(), arch/x86/mm/pat/set_memory.c, v6.12
class SetMemory {
 public:
  // `mapped`: what the direct map maps, ascending (pfn_mapped). `nx`: the processor has it. `count`
  // follows splits, and is not owned either; nullptr: nobody counts.
  SetMemory(AddressSpace& tables, const ImagePlaces& image, std::vector<PhysRange> mapped, bool nx,
            DirectPages* count = nullptr)
      : tables_(tables), image_(image), mapped_(std::move(mapped)), nx_(nx), count_(count) {}

  // Each of `pages` pages of 4 KiB from `virt` on, a multiple of 4 KiB. Where nothing is mapped
  // nothing changes.
  void ro(VirtAddr virt, std::uint64_t pages) { change(virt, pages, {.clear = kWritable}); }
  void rw(VirtAddr virt, std::uint64_t pages) { change(virt, pages, {.set = kWritable}); }
  void x(VirtAddr virt, std::uint64_t pages) {
    if (nx_) change(virt, pages, {.clear = kNoExecute});
  }
  void nx(VirtAddr virt, std::uint64_t pages) {
    if (nx_) change(virt, pages, {.set = kNoExecute});
  }
  void np(VirtAddr virt, std::uint64_t pages) { change(virt, pages, {.unmap = true}); }
  void np_noalias(VirtAddr virt, std::uint64_t pages) {
    change(virt, pages, {.unmap = true, .aliases = false});
  }
  void global(VirtAddr virt, std::uint64_t pages) { change(virt, pages, {.set = kGlobal}); }
  void nonglobal(VirtAddr virt, std::uint64_t pages) { change(virt, pages, {.clear = kGlobal}); }
  // Of RAM how it is cached: Flags to set, and those to clear of what was set before.
  void cache(VirtAddr virt, std::uint64_t pages, std::uint32_t set, std::uint32_t clear) {
    change(virt, pages, {.set = set, .clear = clear & ~set});
  }

  // From now on the image's text and read-only data stay so. kernel: kernel_set_to_readonly
  void keep_read_only() { read_only_ = true; }

 private:
  struct Change {
    std::uint32_t set = 0;    // Flags
    std::uint32_t clear = 0;  // Flags
    bool unmap = false;
    bool aliases = true;
    std::uint32_t of(std::uint32_t flags) const { return (flags | set) & ~clear; }
  };

  void change(VirtAddr virt, std::uint64_t pages, const Change& what);
  // As many of `pages` pages of 4 KiB as are changed alike: whole pages of the tables, or a part of
  // one; returns how many that were. `virt` is mapped.
  std::uint64_t change_some(VirtAddr virt, std::uint64_t pages, const Change& what);
  // Pages of `size` bytes from here on of which allowed() says the same; at least 1.
  std::uint64_t alike(VirtAddr virt, PhysAddr phys, std::uint64_t size) const;
  std::uint64_t one_alias(VirtAddr virt, PhysAddr phys) const;
  void change_aliases(VirtAddr virt, PhysAddr phys, std::uint64_t pages, const Change& what);
  // The page of `run` that `virt` lies in.
  void split(const Mapping& run, VirtAddr virt);
  // `flags` of a page of `size` bytes without what the kernel does not allow there.
  std::uint32_t allowed(std::uint32_t flags, VirtAddr virt, PhysAddr phys,
                        std::uint64_t size) const;
  bool is_mapped(PhysAddr phys) const;

  AddressSpace& tables_;
  ImagePlaces image_;
  std::vector<PhysRange> mapped_;
  bool nx_;
  DirectPages* count_;
  bool read_only_ = false;
};

}  // namespace memmap::paging
