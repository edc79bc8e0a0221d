// What lies at a physical address once a script is at work.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "access/answer.h"
#include "access/page_allocator.h"
#include "access/slab.h"
#include "account/memory_use.h"
#include "boot/outcome.h"
#include "machine/machine.h"

namespace memmap::access {

class Places {
 public:
  // All must outlive it.
  Places(const boot::Outcome& outcome, const Machine& machine, const PageAllocator& pages,
         const Slabs& slabs);

  There at(PhysAddr phys) const;

 private:
  struct Device {
    PhysRange range{};
    std::string_view words{};
  };

  There of_no_ram(PhysAddr phys, std::string otherwise, PhysAddr end) const;

  std::vector<account::Piece> pieces_;
  std::vector<Device> devices_{};  // what the machine tells of, in no order
  const PageAllocator& pages_;
  const Slabs& slabs_;
};

}  // namespace memmap::access
