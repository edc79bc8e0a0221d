// Memblock's searches and allocations, with its retries in its order.
#include <fmt/format.h>

#include <algorithm>

#include "memblock/memblock.h"

namespace memmap::memblock {
namespace {

constexpr std::string_view kRangeNid = "memblock_alloc_range_nid";

// Who reserves what memblock_alloc_range_nid() found for `caller`.
Caller reserving(const Caller& caller) {
  return {kRangeNid, caller.owner, caller.asker.empty() ? caller.function : caller.asker};
}

}  // namespace

// The kernel prints no more than ten of these in five seconds; here each one is an event.
void Memblock::warn_mirror(std::string_view step, std::uint64_t size) {
  event(Severity::warning, step,
        fmt::format("Could not allocate {:#018x} bytes of mirrored memory", size));
}

// One search: asks the policy of this direction, or takes the first fit.
std::optional<PhysAddr> Memblock::search(std::uint64_t size, std::uint64_t align,
                                         std::uint64_t start, std::uint64_t end, int nid,
                                         std::uint32_t flags, bool up) {
  FindRequest request;
  request.size = size;
  request.align = align;
  request.limits = PhysRange::make(start, end);
  request.nid = nid;
  request.flags = flags;
  FreeSearch ranges(memory_.list, reserved_.list, request, options_.movable_node, remembered_);
  AllocationPolicy* const policy = up ? bottom_up_policy_ : top_down_policy_;
  if (policy != nullptr) return policy->choose(request, ranges);
  return up ? ranges.first_fit_up() : ranges.first_fit_down();
}

// kernel: memblock_find_in_range_node(), mm/memblock.c, v6.12; v5.10 for bottom-up above the kernel
std::optional<PhysAddr> Memblock::find_in_range_node(std::uint64_t size, std::uint64_t align,
                                                     PhysAddr start, PhysAddr end, int nid,
                                                     std::uint32_t flags) {
  if (panicked_) return std::nullopt;
  if (end == kAllocAccessible || end == kAllocNoleaktrace) end = current_limit_;
  // The first page is never given out.
  const std::uint64_t from = std::max(raw(start), kPageSize);
  const std::uint64_t to = std::max(from, raw(end));
  nid = node_filter(nid, behaviour_);
  if (!behaviour_.memblock_bottom_up_above_kernel) {
    return search(size, align, from, to, nid, flags, bottom_up_);
  }
  const std::uint64_t kernel_end = raw(options_.kernel_end);
  if (bottom_up_ && to > kernel_end) {
    const auto found = search(size, align, std::max(from, kernel_end), to, nid, flags, true);
    if (found) return found;
    if (!warned_bottom_up_) {
      warned_bottom_up_ = true;
      event(Severity::warning, "memblock_find_in_range_node",
            "memblock: bottom-up allocation failed, memory hotremove may be affected");
    }
  }
  return search(size, align, from, to, nid, flags, false);
}

// kernel: memblock_find_in_range(), mm/memblock.c, v6.12
std::optional<PhysAddr> Memblock::find_in_range(PhysAddr start, PhysAddr end, std::uint64_t size,
                                                std::uint64_t align) {
  auto found = find_in_range_node(size, align, start, end, kAnyNode, choose_flags());
  if (!found && has_mirror_) {
    warn_mirror("memblock_find_in_range", size);
    found = find_in_range_node(size, align, start, end, kAnyNode, kNone);
  }
  return found;
}

// kernel: memblock_alloc_range_nid(), mm/memblock.c, v6.1, v6.12 and v7.2
std::optional<PhysAddr> Memblock::alloc_range_nid(std::uint64_t size, std::uint64_t align,
                                                  PhysAddr start, PhysAddr end, int nid,
                                                  Nid fallback, const Caller& caller) {
  if (panicked_) return std::nullopt;
  // It is taken for any node by node_filter().
  if (nid == behaviour_.max_numnodes && !behaviour_.memblock_any_invalid_node &&
      !warned_max_numnodes_) {
    warned_max_numnodes_ = true;
    event(Severity::warning, kRangeNid,
          "Usage of MAX_NUMNODES is deprecated. Use NUMA_NO_NODE instead");
  }
  if (align == 0) {
    event(Severity::warning, kRangeNid, "dump_stack(): an allocation without alignment");
    align = options_.smp_cache_bytes;
  }
  const bool other_nodes = node_filter(nid, behaviour_) != kAnyNode && fallback == Nid::preferred;
  for (std::uint32_t flags = choose_flags();; flags = kNone) {
    auto found = find_in_range_node(size, align, start, end, nid, flags);
    if (found && reserve_with(*found, size, nid, kRsrvKern, reserving(caller))) return found;
    if (other_nodes) {
      found = find_in_range_node(size, align, start, end, kAnyNode, flags);
      if (found && reserve_kern(*found, size, reserving(caller))) return found;
    }
    if ((flags & kMirror) == 0 || panicked_) return std::nullopt;
    warn_mirror(kRangeNid, size);
  }
}

void Memblock::record_alloc(std::string_view operation, std::uint64_t size, std::uint64_t align,
                            PhysAddr from, PhysAddr max_addr, int nid, const Caller& caller,
                            std::uint64_t count) {
  if (!observer_ || panicked_) return;
  Call call;
  call.kind = CallKind::alloc;
  call.count = count;
  call.operation = operation;
  call.size = size;
  call.align = align;
  call.from = from;
  call.max_addr = max_addr;
  call.nid = nid;
  call.caller = caller;
  observer_(call);
}

std::optional<PhysAddr> Memblock::phys_alloc(std::uint64_t size, std::uint64_t align,
                                             const Caller& caller) {
  return phys_alloc_range(size, align, PhysAddr{}, kAllocAccessible, caller);
}

std::optional<PhysAddr> Memblock::phys_alloc_range(std::uint64_t size, std::uint64_t align,
                                                   PhysAddr start, PhysAddr end,
                                                   const Caller& caller) {
  if (behaviour_.memblock_logs_ranges) {
    record_alloc("memblock_phys_alloc_range", size, align, start, end, kAnyNode, caller);
  }
  return alloc_range_nid(size, align, start, end, kAnyNode, Nid::preferred, caller);
}

// Nothing fits above `first`, which was found, and what is reserved there joins it: its array does not
// grow. Where another node had to help, or memory below `start`, the next block is looked for anew.
std::uint64_t Memblock::row_below(PhysAddr first, PhysAddr limit, const RowAsked& asked) {
  const bool first_fit = top_down_policy_ == nullptr || top_down_policy_->is_first_fit();
  if (bottom_up_ || !first_fit || has_mirror_ || reserved_.loose) return 0;
  if (cnt(reserved_) + 1 > reserved_.max || first < asked.start) return 0;
  if (limit == kAllocAccessible || limit == kAllocNoleaktrace) limit = current_limit_;
  const int nid = node_filter(asked.nid, behaviour_);
  if (nid != kAnyNode) {
    const auto at = memory_.list.first_ending_above(raw(first));
    if (at == memory_.list.end() || memory_.list.at(at).nid != nid) return 0;
  }
  const FindRequest request{
      .size = asked.size,
      .align = asked.size,
      .limits = PhysRange::make(std::max(raw(asked.start), kPageSize), raw(limit)),
      .nid = nid};
  FreeSearch ranges(memory_.list, reserved_.list, request, options_.movable_node, remembered_);
  const auto below = ranges.next_down(first);
  return below && below->end() == first ? below->size() / asked.size : 0;
}

std::optional<Memblock::Row> Memblock::row_from(std::optional<PhysAddr> first, std::uint64_t max,
                                                PhysAddr limit, const RowAsked& asked) {
  if (!first) return std::nullopt;
  const bool grew = reserved_.max != max;  // the array before is free now, which may lie above
  const std::uint64_t below = grew || asked.count == 1 ? 0 : row_below(*first, limit, asked);
  const std::uint64_t more = std::min(asked.count - 1, below);
  if (more == 0) return Row{*first, 1};
  if (!asked.operation.empty()) {
    record_alloc(asked.operation, asked.size, asked.size, asked.start, asked.end, asked.nid,
                 asked.caller, more);
  }
  reserve_row(PhysAddr{raw(*first) - more * asked.size}, more * asked.size, asked.nid, kRsrvKern,
              reserving(asked.caller), more);
  return Row{*first, more + 1};
}

std::optional<Memblock::Row> Memblock::phys_alloc_row(std::uint64_t count, std::uint64_t size,
                                                      PhysAddr start, PhysAddr end,
                                                      const Caller& caller) {
  const std::uint64_t max = reserved_.max;
  const auto first = phys_alloc_range(size, size, start, end, caller);
  const bool is_logged = behaviour_.memblock_logs_ranges;
  return row_from(first, max, end,
                  {.operation = is_logged ? "memblock_phys_alloc_range" : "",
                   .count = count,
                   .size = size,
                   .start = start,
                   .end = end,
                   .caller = caller});
}

std::optional<Memblock::Row> Memblock::alloc_row(std::uint64_t count, std::uint64_t size,
                                                 const Caller& caller) {
  const std::uint64_t max = reserved_.max;
  const auto first = alloc(size, size, caller);
  return row_from(first, max, kAllocAccessible,
                  {.operation = "memblock_alloc_try_nid",
                   .count = count,
                   .size = size,
                   .end = kAllocAccessible,
                   .caller = caller});
}

std::optional<Memblock::Row> Memblock::alloc_try_nid_raw_row(std::uint64_t count,
                                                             std::uint64_t size, PhysAddr min_addr,
                                                             PhysAddr max_addr, int nid,
                                                             const Caller& caller) {
  const std::uint64_t max = reserved_.max;
  const auto first = alloc_try_nid_raw(size, size, min_addr, max_addr, nid, caller);
  return row_from(first, max, std::min(max_addr, current_limit_),
                  {.operation = "memblock_alloc_try_nid_raw",
                   .count = count,
                   .size = size,
                   .start = min_addr,
                   .end = max_addr,
                   .nid = nid,
                   .caller = caller});
}

std::optional<PhysAddr> Memblock::phys_alloc_try_nid(std::uint64_t size, std::uint64_t align,
                                                     int nid, const Caller& caller) {
  return alloc_range_nid(size, align, PhysAddr{}, kAllocAccessible, nid, Nid::preferred, caller);
}

// kernel: memblock_alloc_internal(), mm/memblock.c, v6.12
std::optional<PhysAddr> Memblock::alloc_internal(std::uint64_t size, std::uint64_t align,
                                                 PhysAddr min_addr, PhysAddr max_addr, int nid,
                                                 Nid fallback, const Caller& caller) {
  max_addr = std::min(max_addr, current_limit_);
  auto found = alloc_range_nid(size, align, min_addr, max_addr, nid, fallback, caller);
  if (!found && min_addr != PhysAddr{}) {
    found = alloc_range_nid(size, align, PhysAddr{}, max_addr, nid, fallback, caller);
  }
  return found;
}

std::optional<PhysAddr> Memblock::alloc_try_nid(std::uint64_t size, std::uint64_t align,
                                                PhysAddr min_addr, PhysAddr max_addr, int nid,
                                                const Caller& caller) {
  record_alloc("memblock_alloc_try_nid", size, align, min_addr, max_addr, nid, caller);
  return alloc_internal(size, align, min_addr, max_addr, nid, Nid::preferred, caller);
}

std::optional<PhysAddr> Memblock::alloc_try_nid_raw(std::uint64_t size, std::uint64_t align,
                                                    PhysAddr min_addr, PhysAddr max_addr, int nid,
                                                    const Caller& caller) {
  record_alloc("memblock_alloc_try_nid_raw", size, align, min_addr, max_addr, nid, caller);
  return alloc_internal(size, align, min_addr, max_addr, nid, Nid::preferred, caller);
}

std::optional<PhysAddr> Memblock::alloc_exact_nid_raw(std::uint64_t size, std::uint64_t align,
                                                      PhysAddr min_addr, PhysAddr max_addr, int nid,
                                                      const Caller& caller) {
  record_alloc("memblock_alloc_exact_nid_raw", size, align, min_addr, max_addr, nid, caller);
  return alloc_internal(size, align, min_addr, max_addr, nid, Nid::exact, caller);
}

std::optional<PhysAddr> Memblock::alloc_hugetlb(std::uint64_t size, int nid, Nid fallback,
                                                const Caller& caller) {
  constexpr std::string_view kStep = "memblock_alloc_hugetlb";
  if (panicked_) return std::nullopt;
  if (observer_) {
    Call call;
    call.kind = CallKind::alloc;
    call.operation = kStep;
    call.size = call.align = size;
    call.nid = nid;
    call.exact_nid = fallback == Nid::exact;
    call.caller = caller;
    observer_(call);
  }
  auto found = find_in_range_node(size, size, PhysAddr{}, kAllocAccessible, nid, kNone);
  if (!found && fallback == Nid::preferred && node_filter(nid, behaviour_) != kAnyNode) {
    nid = kAnyNode;
    found = find_in_range_node(size, size, PhysAddr{}, kAllocAccessible, nid, kNone);
  }
  const Caller reserving{kStep, caller.owner, caller.function};
  if (!found || !reserve_with(*found, size, nid, kRsrvKern | kRsrvHugetlb, reserving)) {
    return std::nullopt;
  }
  return found;
}

std::optional<PhysAddr> Memblock::alloc(std::uint64_t size, std::uint64_t align,
                                        const Caller& caller) {
  return alloc_try_nid(size, align, PhysAddr{}, kAllocAccessible, kAnyNode, caller);
}

std::optional<PhysAddr> Memblock::alloc_raw(std::uint64_t size, std::uint64_t align,
                                            const Caller& caller) {
  return alloc_try_nid_raw(size, align, PhysAddr{}, kAllocAccessible, kAnyNode, caller);
}

std::optional<PhysAddr> Memblock::alloc_from(std::uint64_t size, std::uint64_t align,
                                             PhysAddr min_addr, const Caller& caller) {
  return alloc_try_nid(size, align, min_addr, kAllocAccessible, kAnyNode, caller);
}

// kernel: ARCH_LOW_ADDRESS_LIMIT, include/linux/memblock.h
std::optional<PhysAddr> Memblock::alloc_low(std::uint64_t size, std::uint64_t align,
                                            const Caller& caller) {
  return alloc_try_nid(size, align, PhysAddr{}, PhysAddr{0xffffffff}, kAnyNode, caller);
}

std::optional<PhysAddr> Memblock::alloc_node(std::uint64_t size, std::uint64_t align, int nid,
                                             const Caller& caller) {
  return alloc_try_nid(size, align, PhysAddr{}, kAllocAccessible, nid, caller);
}

}  // namespace memmap::memblock
