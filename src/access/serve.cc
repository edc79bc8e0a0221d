#include "access/serve.h"

#include <fmt/format.h>

namespace memmap::access {

// What the processor makes of the mapping's attribute and the MTRRs' type together.
// Intel SDM, volume 3, "Effective Page-Level Memory Types"; the kernel leaves it to the processor.
void judge_cache(const Kernel& kernel, const paging::Mapping& mapping, Served& part) {
  using enum ioremap::CacheMode;
  const ioremap::CacheMode mode = kernel.mode_of(mapping.flags);
  const PhysRange byte = PhysRange::make(raw(part.phys), raw(part.phys) + 1);
  const MtrrType mtrr = kernel.memtypes.mtrrs().look_up(byte).type;
  ioremap::CacheMode effective = mode == uc_minus ? uc : mode;
  if (mtrr == MtrrType::write_combining) {
    if (mode == uc_minus || mode == wb) effective = wc;
    if (mode == wt || mode == wp) effective = uc;
  } else if (mtrr == MtrrType::uncachable) {
    if (mode != wc) effective = uc;
  } else if (mtrr == MtrrType::write_through && mode == wb) {
    effective = wt;
  } else if (mtrr == MtrrType::write_protect && mode == wb) {
    effective = wp;
  }
  part.mode = mode;
  part.cached =
      fmt::format("{}, with {} MTRRs: {}", ioremap::cattr_name(mode),
                  kMtrrWords[static_cast<std::size_t>(mtrr)], ioremap::cattr_name(effective));
  part.cache_is_wrong = !part.there.ram && (effective == wb || effective == wt || effective == wp);
}

std::string fault_reason(const Kernel& kernel, VirtAddr at, const Walk& walk, const Access& what) {
  if (!walk.canonical) return "no canonical address";
  if (!walk.mapping) {
    const ioremap::VmapArea* area = kernel.areas.find(at);
    if (area != nullptr && raw(at) - raw(area->virt) >= area->size) {
      return fmt::format("the guard page behind the area at {:#x}", raw(area->virt));
    }
    return "nothing is mapped there";
  }
  const std::uint32_t flags = walk.mapping->flags;
  if (what.user && (flags & paging::kUser) == 0) return "the page is the kernel's alone";
  if (what.touch == Touch::write && (flags & paging::kWritable) == 0)
    return "the page is read-only";
  if ((flags & paging::kNoExecute) != 0) return "the page must not be executed";
  return "the page is a user's, of which the kernel executes nothing";
}

}  // namespace memmap::access
