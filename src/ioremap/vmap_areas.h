// The areas of vmalloc's addresses: where the next one goes, and what becomes of one given back.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "base/address.h"
#include "base/range.h"

namespace memmap::ioremap {

inline constexpr std::uint64_t kGuard = kPageSize;  // behind each area; never mapped

struct VmapArea {
  VirtAddr virt{};
  std::uint64_t size = 0;  // bytes, without the guard page
  PhysAddr phys{};         // of an ioremap; that of others is not known: 0
  bool ioremap = false;
};

// The kernel keeps its free holes in a tree and goes by their sizes: of a hole that would hold the area
// only because its start happens to be aligned it may not know, and takes a later one. Here the lowest
// that holds it is taken.
class VmapAreas {
 public:
  // Areas lie in [start, end). `online_cpus`: how many freed ones may wait follows them.
  VmapAreas(VirtAddr start, VirtAddr end, unsigned online_cpus);

  // The lowest aligned place for `size` bytes and their guard page; nullopt: there is none. `size` is a
  // multiple of the page size and not 0, `align` a power of two.
  // kernel: __get_vm_area_node(), alloc_vmap_area(), mm/vmalloc.c, v6.12
  std::optional<VirtAddr> take(std::uint64_t size, std::uint64_t align);
  // The area that begins at `virt` is `area`, whoever took it. False: something is there already.
  bool put(const VmapArea& area);
  // The area that `virt` lies in or in whose guard page; nullptr: none.
  const VmapArea* find(VirtAddr virt) const;
  void set_ioremap(VirtAddr virt, PhysAddr phys);
  // Its addresses wait until many are: then all that do are free again.
  // kernel: free_vmap_area_noflush(), lazy_max_pages(), mm/vmalloc.c, v6.12
  void give_back(VirtAddr virt);

  VirtAddr start() const { return VirtAddr{start_}; }
  VirtAddr end() const { return VirtAddr{end_}; }
  // By address, ascending; those that wait are not among them.
  const std::map<VirtAddr, VmapArea>& areas() const { return areas_; }

 private:
  std::uint64_t start_;
  std::uint64_t end_;
  std::uint64_t lazy_max_pages_;
  std::uint64_t lazy_pages_ = 0;
  std::map<VirtAddr, VmapArea> areas_{};
  std::map<VirtAddr, std::uint64_t> waiting_{};  // given back; bytes with the guard page
};

}  // namespace memmap::ioremap
