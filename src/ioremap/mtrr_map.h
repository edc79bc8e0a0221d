// What the MTRRs say of physical addresses, overlaps resolved.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/range.h"
#include "machine/machine.h"

namespace memmap::ioremap {

class MtrrMap {
 public:
  // `mtrrs`: the machine's, as the kernel has them. `assumed`, where the machine tells none: the ranges
  // that count as write-back, as firmware sets up RAM; all else is uncachable.
  MtrrMap(const Machine& machine, std::span<const MtrrRange> mtrrs,
          const std::vector<PhysRange>& assumed);

  struct Type {
    MtrrType type = MtrrType::uncachable;
    bool uniform = true;  // false: parts of the range have others; `type` is what they come to
  };
  // kernel: mtrr_type_lookup(), arch/x86/kernel/cpu/mtrr/generic.c, v6.12
  Type look_up(PhysRange range) const;

  bool told() const { return told_; }  // false: `assumed` is all there is

 private:
  struct Entry {
    PhysRange range{};
    MtrrType type = MtrrType::uncachable;
    bool fixed = false;  // later ones do not change it
  };
  void add(PhysRange range, MtrrType type);

  std::vector<Entry> entries_{};  // ascending, disjoint
  MtrrType default_ = MtrrType::uncachable;
  bool told_ = true;
};

}  // namespace memmap::ioremap
