// Who has which physical addresses: the kernel's tree of resources, as /proc/iomem shows it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/range.h"

namespace memmap::boot {

// Children lie within it, disjoint and ascending. kernel: struct resource
struct Resource {
  PhysRange range{};
  std::string name{};
  std::vector<Resource> children{};
};

// kernel: iomem_resource, kernel/resource.c, v6.1
class IoMem {
 public:
  // Of addresses below `end`.
  explicit IoMem(PhysAddr end = {}) : all_(PhysRange::make(0, raw(end))) {}

  const std::vector<Resource>& resources() const { return resources_; }

  // Below all that contain it, around all that it contains; of two with the same range the later is
  // the parent. False: it overlaps one in part, or reaches above the end; then nothing changes.
  bool insert(PhysRange range, std::string name);
  // The same, but grows by what it overlaps in part. kernel: insert_resource_expand_to_fit()
  void insert_expanded(PhysRange range, std::string name);
  // insert_expanded() for each, in their order; in time that grows with the tree but once.
  void insert_all_expanded(std::vector<Resource> made);
  // What of the range nobody has, piece by piece, at the top. kernel: reserve_region_with_split()
  void reserve_with_split(PhysRange range, const std::string& name);

 private:
  // What is in the way, all of the tree's addresses where it reaches above their end; nullopt: it is in.
  std::optional<PhysRange> try_insert(PhysRange range, std::string& name);

  // Puts what overlaps nothing at the top; ascending, and empty afterwards.
  void merge_in(std::vector<Resource>& made);

  PhysRange all_;
  std::vector<Resource> resources_{};
};

}  // namespace memmap::boot
