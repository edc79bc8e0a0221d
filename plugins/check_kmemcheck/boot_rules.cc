#include "boot_rules.h"

#include <map>
#include <string>

#include "plugin/plugin.hpp"

namespace kmemcheck {
namespace {

using memmap::plugin::hex;
using memmap::plugin::Host;

struct Range {
  std::uint64_t base = 0;
  std::uint64_t end = 0;
};

Range common(Range a, Range b) {
  const Range r{a.base > b.base ? a.base : b.base, a.end < b.end ? a.end : b.end};
  return r.base < r.end ? r : Range{};
}

bool empty(Range r) { return r.base >= r.end; }

// Calls `take` with each piece of `range` that no element of `list` (ascending, disjoint) covers.
template <class T, class Take>
void for_each_gap(Range range, const memmap::plugin::View<T>& list, Take take) {
  std::uint64_t at = range.base;
  for (const T& r : list) {
    if (r.end <= at) continue;
    if (r.base >= range.end) break;
    if (r.base > at) take(Range{at, r.base});
    at = r.end;
  }
  if (at < range.end) take(Range{at, range.end});
}

// As the kernel prints ranges: with the last byte.
std::string text(Range r) { return memmap::plugin::mem(r.base, r.end); }

std::string quoted(const std::string& owner, const std::string& function) {
  const std::string what = owner.empty() ? "unnamed memory" : "`" + owner + "`";
  return function.empty() ? what : what + " of " + function + "()";
}

// Memory whose place memblock chose, until it is freed.
struct Allocation {
  std::uint64_t end = 0;
  std::string owner{};
  std::string function{};
};

// What the kernel gives back before the hand-over, always. kernel: pcpu_free_alloc_info(),
// mm/percpu.c; print_unknown_bootoptions(), init/main.c
struct Temporary {
  const char* owner;     // nullptr: any
  const char* function;  // nullptr: any
  const char* freed_by;
};
constexpr Temporary kTemporary[] = {
    {nullptr, "pcpu_build_alloc_info", "pcpu_free_alloc_info"},
    {"unknown parameters", nullptr, "print_unknown_bootoptions"},
};

class Memory final : public BootRules {
 public:
  void call(const memmap_event_t& e, const memmap_state_t& boot, const Host& host) override {
    const bool follows = asked_;
    asked_ = false;
    switch (e.call) {
      case MEMMAP_CALL_ALLOC:
        asked_ = true;
        asked_by_ = e.function;
        asked_for_ = e.owner;
        asked_virtual_ = std::string(e.text).rfind("memblock_phys", 0) != 0;
        return;
      case MEMMAP_CALL_RESERVE:
        return is_second_half(e) ? allocate(e, boot, host, follows) : reserve(e, host);
      case MEMMAP_CALL_FREE:
        return free(e, boot, host);
      default:
        return;
    }
  }

  void finish(const memmap_state_t& boot, const Host& host) const override {
    if ((boot.flags & MEMMAP_STATE_HANDED_OVER) == 0) return;
    complain_of_lost(boot, host);
    complain_of_overlaps(boot, host);
    for (const auto& [base, a] : allocations_) {
      for (const Temporary& t : kTemporary) {
        if ((t.owner != nullptr && a.owner != t.owner) ||
            (t.function != nullptr && a.function != t.function)) {
          continue;
        }
        host.finding("not_freed", base, a.end,
                     quoted(a.owner, a.function) + " at " + text({base, a.end}) +
                         " is still there at the hand-over; the kernel frees it in " + t.freed_by +
                         "()");
      }
    }
  }

 private:
  // memblock reserves on its own behalf only what it has chosen itself.
  static bool is_second_half(const memmap_event_t& e) {
    const std::string function = e.function;
    return function == "memblock_alloc_range_nid" || function == "memblock_double_array";
  }

  void allocate(const memmap_event_t& e, const memmap_state_t& boot, const Host& host,
                bool follows) {
    const Range r{e.base, e.end};
    if (empty(r)) return;
    const std::string function = follows ? asked_by_ : std::string(e.function);
    const std::string owner = follows && !asked_for_.empty() ? asked_for_ : std::string(e.owner);
    const std::string who = quoted(owner, function);
    for_each_gap(r, memmap::plugin::memory_in(boot, r.base, r.end), [&](Range gap) {
      host.finding("not_memory", gap.base, gap.end,
                   who + " is placed at " + text(r) + ", of which " + text(gap) + " is no memory");
    });
    if (follows && asked_virtual_ && r.end > boot.current_limit) {
      host.finding("not_mapped", r.base, r.end,
                   who + " is placed at " + text(r) +
                       " and written to at once, but memory is mapped "
                       "up to " +
                       hex(boot.current_limit) + " only");
    }
    complain_of_allocations(r, who, host);
    for (const memmap_range_t& other : memmap::plugin::reserved_in(boot, r.base, r.end)) {
      if (other.base >= r.end) break;
      const Range both = common(r, {other.base, other.end});
      if (!empty(both)) {
        host.finding(
            "already_reserved", both.base, both.end,
            who + " is placed at " + text(r) + ", of which " + text(both) + " is reserved already");
      }
    }
    for (const memmap_owned_t& used : memmap::plugin::in_use_of(boot)) {
      const Range both = common(r, {used.base, used.end});
      // A grown array of memblock's is in use a moment before it is reserved.
      const bool itself = used.base == r.base && used.end == r.end &&
                          std::strcmp(e.function, "memblock_double_array") == 0;
      if (!empty(both) && !itself) {
        host.finding("overwrites", both.base, both.end,
                     who + " is placed over " + quoted(used.owner, "") + " at " + text(both) +
                         ", which " + used.function + "() reads later");
      }
    }
    freed_erase(r);
    allocations_[r.base] = {r.end, owner, function};
  }

  void complain_of_allocations(Range r, const std::string& who, const Host& host) const {
    for (auto it = first_ending_above(r.base); it != allocations_.end() && it->first < r.end;
         ++it) {
      const Range both = common(r, {it->first, it->second.end});
      host.finding("handed_out_twice", both.base, both.end,
                   who + " is placed at " + text(both) + ", which " +
                       quoted(it->second.owner, it->second.function) + " has");
    }
  }

  // Somebody names an address. To cover an allocation whole is what the kernel does on purpose (it
  // reserves the first MiB after it has put the real-mode trampoline there); to cut one is not.
  void reserve(const memmap_event_t& e, const Host& host) {
    const Range r{e.base, e.end};
    if (empty(r)) return;
    freed_erase(r);
    for (auto it = first_ending_above(r.base); it != allocations_.end() && it->first < r.end;
         ++it) {
      if (it->first >= r.base && it->second.end <= r.end) continue;
      const Range both = common(r, {it->first, it->second.end});
      host.finding("reserved_over_allocation", both.base, both.end,
                   quoted(e.owner, e.function) + " reserves " + text(r) + ", which cuts " +
                       quoted(it->second.owner, it->second.function) + " at " +
                       text({it->first, it->second.end}));
    }
  }

  void free(const memmap_event_t& e, const memmap_state_t& boot, const Host& host) {
    const Range r{e.base, e.end};
    if (empty(r)) return;
    const std::string who = std::string(e.function) + "()";
    for_each_gap(r, memmap::plugin::reserved_in(boot, r.base, r.end), [&](Range gap) {
      const bool again = freed_holds(gap);
      host.finding(again ? "freed_twice" : "freed_unreserved", gap.base, gap.end,
                   who + " frees " + text(gap) +
                       (again ? ", which was freed before" : ", which nobody has"));
    });
    complain_of_owners(r, who, boot, host);
    for (const memmap_owned_t& used : memmap::plugin::in_use_of(boot)) {
      const Range both = common(r, {used.base, used.end});
      if (!empty(both)) {
        host.finding("freed_in_use", both.base, both.end,
                     who + " frees " + text(both) + " of " + quoted(used.owner, "") + ", which " +
                         used.function + "() reads later");
      }
    }
    forget(r);
    freed_insert(r);
  }

  static void complain_of_owners(Range r, const std::string& who, const memmap_state_t& boot,
                                 const Host& host) {
    const memmap_owned_t* first = nullptr;
    for (const memmap_owned_t& o : memmap::plugin::owners_in(boot, r.base, r.end)) {
      if (o.base >= r.end) break;
      if (empty(common(r, {o.base, o.end}))) continue;
      if (first != nullptr && std::strcmp(first->owner, o.owner) != 0) {
        host.finding("freed_of_others", r.base, r.end,
                     who + " frees " + text(r) + ", parts of which are of " +
                         quoted(first->owner, "") + " and of " + quoted(o.owner, ""));
        return;
      }
      first = &o;
    }
  }

  // What is still read must not be in the page allocator's hands.
  static void complain_of_lost(const memmap_state_t& boot, const Host& host) {
    for (const memmap_owned_t& used : memmap::plugin::in_use_of(boot)) {
      for (const memmap_range_t& m : memmap::plugin::memory_of(boot)) {
        const Range in_memory = common({used.base, used.end}, {m.base, m.end});
        if (empty(in_memory)) continue;
        for_each_gap(in_memory, memmap::plugin::reserved_of(boot), [&](Range gap) {
          host.finding("given_away", gap.base, gap.end,
                       quoted(used.owner, "") + " at " + text(gap) +
                           " is nobody's and goes to the page allocator, but " + used.function +
                           "() reads it later");
        });
      }
    }
  }

  // Whoever put them there, two things that are both read cannot be in one place. Firmware may list
  // an ACPI table twice.
  static void complain_of_overlaps(const memmap_state_t& boot, const Host& host) {
    const auto is_acpi = [](const memmap_owned_t& o) {
      return std::strncmp(o.owner, "ACPI table", 10) == 0;
    };
    const auto list = memmap::plugin::in_use_of(boot);
    for (std::size_t i = 0; i < list.size(); ++i) {
      for (std::size_t k = 0; k < i; ++k) {
        const Range both = common({list[i].base, list[i].end}, {list[k].base, list[k].end});
        if (empty(both) || (is_acpi(list[i]) && is_acpi(list[k]))) continue;
        host.finding("overlap", both.base, both.end,
                     quoted(list[k].owner, "") + " and " + quoted(list[i].owner, "") +
                         " are both at " + text(both));
      }
    }
  }

  using Allocations = std::map<std::uint64_t, Allocation>;

  Allocations::const_iterator first_ending_above(std::uint64_t at) const {
    auto it = allocations_.upper_bound(at);
    if (it != allocations_.begin() && std::prev(it)->second.end > at) --it;
    return it;
  }

  // Takes `r` out of the allocations; what of one is left on either side stays.
  void forget(Range r) {
    for (auto it = first_ending_above(r.base); it != allocations_.end() && it->first < r.end;) {
      const std::uint64_t base = it->first;
      const Allocation whole = it->second;
      it = allocations_.erase(it);
      if (base < r.base) allocations_[base] = {r.base, whole.owner, whole.function};
      if (whole.end > r.end) allocations_[r.end] = whole;
    }
  }

  // What was freed and is nobody's again: disjoint, by base.
  void freed_insert(Range r) {
    freed_erase(r);
    freed_[r.base] = r.end;
  }
  void freed_erase(Range r) {
    auto it = freed_.upper_bound(r.base);
    if (it != freed_.begin() && std::prev(it)->second > r.base) --it;
    while (it != freed_.end() && it->first < r.end) {
      const Range whole{it->first, it->second};
      it = freed_.erase(it);
      if (whole.base < r.base) freed_[whole.base] = r.base;
      if (whole.end > r.end) freed_[r.end] = whole.end;
    }
  }
  bool freed_holds(Range r) const {
    auto it = freed_.upper_bound(r.base);
    if (it != freed_.begin() && std::prev(it)->second > r.base) --it;
    return it != freed_.end() && it->first < r.end;
  }

  Allocations allocations_{};
  std::map<std::uint64_t, std::uint64_t> freed_{};
  bool asked_ = false;  // the call before was the first half of an allocation
  bool asked_virtual_ = false;
  std::string asked_by_{};
  std::string asked_for_{};
};

}  // namespace

std::unique_ptr<BootRules> make_boot_rules() { return std::make_unique<Memory>(); }

}  // namespace kmemcheck
