#include "boot/init/parameters.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "boot/init/cpu_isolation.h"
#include "boot/mm/hugepages.h"
#include "boot/owner.h"
#include "boot/rules.h"
#include "kernel/reserve_mem.h"

namespace memmap::boot {
namespace {

constexpr std::uint64_t kCacheLine = 64;  // SMP_CACHE_BYTES

struct Refused {
  std::set<std::size_t> parameters{};
};

// reserve_mem=SIZE:ALIGN:NAME, up to eight of them. What it cannot do the kernel tells since 7.1; before, it is
// silent there. kernel: reserve_mem(), mm/memblock.c, v6.12, v6.18 and v7.2
class ReservedMemory {
 public:
  explicit ReservedMemory(Boot& boot) : boot_(boot) {}

  void take(std::string_view text) {
    constexpr std::size_t kMost = 8;  // RESERVE_MEM_MAX_ENTRIES
    if (names_.size() >= kMost) return refuse(text, "no more room for reserved memory");
    const auto asked = kernel::reserve_mem_of(text);
    if (!asked) return refuse(text, "empty or malformed parameter");
    std::string name(asked->name);
    if (names_.contains(name))
      return refuse(text, fmt::format("name \"{}\" was already used", name));
    const auto found =
        boot_.state.memblock.phys_alloc(asked->size, std::max(asked->align, kCacheLine),
                                        boot_.caller(owner::kReserveMem, {function::reserve_mem}));
    if (!found) return refuse(text, "memblock allocation failed");
    names_.insert(std::move(name));
  }

 private:
  void refuse(std::string_view text, std::string_view why) {
    boot_.story.tell(
        Severity::warning, rule::kReserveMem,
        boot_.in.behaviour.reserve_mem_tells
            ? fmt::format("reserve_mem: {}", why)
            : fmt::format("{}, {}: reserve_mem={}", rule::kSilentlyIgnored, why, text));
  }

  Boot& boot_;
  std::set<std::string> names_{};
};

// Of each function that is named an entry and its name, of an empty one too. Kernels without
// CONFIG_KALLSYMS, which memmap knows none of, do nothing.
// kernel: initcall_blacklist(), init/main.c, v6.1 and v7.2
void initcall_blacklist(Boot& boot, std::string_view list) {
  constexpr std::uint64_t kEntry = 24;  // sizeof(struct blacklist_entry)
  const memblock::Caller caller{"initcall_blacklist", owner::kBlacklistedInitcalls};
  for (bool more = true; more && !boot.story.panicked();) {
    const std::size_t end = std::min(list.find(','), list.size());
    boot.alloc_or_panic(kEntry, kCacheLine, caller, "init/main.c");
    boot.alloc_or_panic(end + 1, kCacheLine, caller, "init/main.c");
    more = end < list.size();
    list.remove_prefix(std::min(end + 1, list.size()));
  }
}

}  // namespace

const std::set<std::size_t>& refused_parameters(Boot& boot) {
  return boot.scratch.of<Refused>().parameters;
}

// kernel: parse_args("Booting kernel"), obsolete_checksetup(), init/main.c
void parse_args(Boot& boot) {
  HugePages huge(boot);
  CpuIsolation isolation(boot);
  ReservedMemory reserved(boot);
  const bool reads_huge_pages =
      boot.in.profile.has(config::HUGETLB_PAGE) && !boot.in.behaviour.hugetlb_reads_early;
  std::set<std::size_t>& refused = boot.scratch.of<Refused>().parameters;
  for (std::size_t i = 0; i < boot.in.parameters.size() && !boot.story.panicked(); ++i) {
    const kernel::Parameter& p = boot.in.parameters[i];
    if (reads_huge_pages) huge.take(p);
    if (!isolation.take(p)) refused.insert(i);
    const bool reserves = p.value && kernel::parameq(p.name, "reserve_mem");
    if (reserves && boot.in.behaviour.has_reserve_mem) reserved.take(*p.value);
    if (p.value && kernel::parameq(p.name, "initcall_blacklist"))
      initcall_blacklist(boot, *p.value);
  }
  if (reads_huge_pages) huge.end();
}

}  // namespace memmap::boot
