// Memblock's calls as memblock=debug logs them: who called, and what for.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/range.h"

namespace memmap::memblock {

// What memory is for. Constants: boot/owner.h has those of the boot.
struct Owner {
  std::string_view id{};     // that programs compare: `data`
  std::string_view words{};  // that people read; empty: what follows them says it all
};

// An owner, and which of several it is. Both must outlive it. Empty: nobody is known.
class Purpose {
 public:
  constexpr Purpose() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): a caller's memory is for an owner
  constexpr Purpose(const Owner& owner, std::string_view which = {})
      : owner_(&owner), which_(which) {}
  Purpose(Owner&&, std::string_view = {}) = delete;

  constexpr const Owner* owner() const { return owner_; }
  // `data of node 1`: the owner's words, and which.
  std::string words() const {
    std::string out(owner_ == nullptr ? "" : owner_->words);
    if (!out.empty() && !which_.empty()) out += ' ';
    return out.append(which_);
  }

  friend constexpr bool operator==(const Purpose&, const Purpose&) = default;

 private:
  const Owner* owner_ = nullptr;
  std::string_view which_{};  // `of node 1`
};

// Of memblock's own arrays.
inline constexpr Owner kRegionsArray{"memblock_regions_array", "memblock regions array"};

// Who calls. The strings must outlive the memblock and the events that are told of a Rule made of them: literals.
struct Caller {
  std::string_view function{};  // the kernel function that calls: `setup_arch`
  Purpose owner{};              // what the memory is for
  // For the reservation by which memblock ends an allocation, and for memblock_alloc_or_panic(): the
  // function that asked for that allocation. `function` is memblock's own then.
  std::string_view asker{};
};

enum class CallKind { add, remove, reserve, free, alloc };

// One call, before its effect on the lists. An allocation is two calls, as in the kernel's log:
// `alloc` with the request, then `reserve` with the block that was found.
struct Call {
  CallKind kind = CallKind::add;
  std::string_view operation{};  // the function that logs: `memblock_add_node`, `memblock_reserve`
  PhysRange range{};             // of all kinds but alloc; its end is cut to 2^64 - 1
  std::uint32_t flags = 0;       // RegionFlags, of memblock_add_node() and __memblock_reserve()
  int nid = -1;                  // as asked for, of those two and alloc
  // Of alloc only, as asked for: `align` may be 0, and `max_addr` one of the special ends.
  std::uint64_t size = 0;   // bytes
  std::uint64_t align = 0;  // bytes
  PhysAddr from{};
  PhysAddr max_addr{};
  bool exact_nid = false;   // of memblock_alloc_hugetlb() only: no other node is tried
  std::uint64_t count = 1;  // of phys_alloc_row(): so many calls, whose blocks are `range` together
  Caller caller{};
};

// Called during the operation, which it must not change.
using CallObserver = std::function<void(const Call&)>;

}  // namespace memmap::memblock
