#include "boot/steps/cpu_isolation.h"

#include <algorithm>
#include <set>

#include "base/align.h"
#include "boot/steps/cpu_list.h"

namespace memmap::boot {
namespace {

// kernel: enum hk_type, include/linux/sched/isolation.h, v6.1 and v6.12
enum HousekeepingType : unsigned {
  kTimer = 1u << 0,
  kRcu = 1u << 1,
  kMisc = 1u << 2,
  kTick = 1u << 4,
  kDomain = 1u << 5,
  kWorkQueue = 1u << 6,
  kManagedIrq = 1u << 7,
  kKthread = 1u << 8,
};

bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// The words before the list; nullopt: one is not allowed. kernel: housekeeping_isolcpus_setup()
std::optional<unsigned> isolcpus_flags(std::string_view& text) {
  struct Word {
    std::string_view name;
    unsigned flag;
  };
  constexpr Word kWords[] = {{"nohz", kTick}, {"domain", kDomain}, {"managed_irq", kManagedIrq}};
  unsigned flags = 0;
  while (!text.empty() && is_alpha(text.front())) {
    const std::string_view word = text.substr(0, text.find(','));
    const auto* known = std::ranges::find(kWords, word, &Word::name);
    if (known != std::end(kWords) && word.size() < text.size()) flags |= known->flag;
    const auto allowed = [](char c) { return is_alpha(c) || c == '_'; };
    if (!std::ranges::all_of(word, allowed)) return std::nullopt;
    text.remove_prefix(std::min(word.size() + 1, text.size()));
  }
  return flags == 0 ? static_cast<unsigned>(kDomain) : flags;
}

}  // namespace

bool CpuIsolation::take(const kernel::Parameter& p) {
  std::string_view text = p.value ? std::string_view(*p.value) : std::string_view();
  if (kernel::parameq(p.name, "rcu_nocbs") && boot_.profile.has("RCU_NOCB_CPU")) new_mask();
  if (!p.value) return true;
  if (kernel::parameq(p.name, "irqaffinity") && boot_.profile.has("SMP")) new_mask();
  if (!boot_.profile.has("CPU_ISOLATION")) return true;
  if (kernel::parameq(p.name, "isolcpus")) {
    const auto flags = isolcpus_flags(text);
    return flags && set_apart(text, *flags);
  }
  if (!kernel::parameq(p.name, "nohz_full")) return true;
  return set_apart(text, kTick | kWorkQueue | kTimer | kRcu | kMisc | kKthread);
}

// kernel: housekeeping_setup(), kernel/sched/isolation.c, v6.1 and v6.12
bool CpuIsolation::set_apart(std::string_view text, unsigned flags) {
  const bool new_tick = (flags & kTick) != 0 && (flags_ & kTick) == 0;
  if (new_tick && !boot_.profile.has("NO_HZ_FULL")) return false;
  const auto apart = new_mask();
  auto list = parse_cpu_list(text, boot_.nr_cpu_ids);
  if (!list) {
    free_mask(apart);
    return false;
  }
  const auto staging = new_mask();
  const unsigned present = std::min(boot_.cpus.present, boot_.nr_cpu_ids);
  bool one_keeps_house = false;
  for (unsigned cpu = 0; cpu < present; ++cpu) one_keeps_house |= !list->contains(cpu);
  if (!one_keeps_house) list->erase(0);
  const bool fits = flags_ == 0 || (flags & flags_) == 0 || *list == list_;
  const bool done = !list->empty() && fits;
  if (done) {
    for (unsigned rest = flags & ~flags_; rest != 0; rest &= rest - 1) new_mask();
    if (new_tick) new_mask();
    flags_ |= flags;
    list_ = *list;
  }
  free_mask(staging);
  free_mask(apart);
  return done;
}

std::optional<PhysAddr> CpuIsolation::new_mask() {
  if (!boot_.profile.has("CPUMASK_OFFSTACK")) return std::nullopt;
  return boot_.alloc_or_panic(boot_.cpumask_size(), 64,
                              boot_.caller("CPU masks", {"alloc_bootmem_cpumask_var"}));
}

void CpuIsolation::free_mask(std::optional<PhysAddr> mask) {
  if (mask) boot_.memblock.free(*mask, boot_.cpumask_size(), {"housekeeping_setup", {}});
}

}  // namespace memmap::boot
