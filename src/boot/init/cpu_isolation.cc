#include "boot/init/cpu_isolation.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/align.h"
#include "boot/init/cpu_list.h"
#include "boot/owner.h"

namespace memmap::boot {
namespace {

// kernel: enum hk_type, include/linux/sched/isolation.h, v6.1, v6.12 and v7.2
enum HousekeepingType : unsigned {
  kTimer = 1u << 0,
  kRcu = 1u << 1,
  kMisc = 1u << 2,
  kTick = 1u << 4,
  kDomain = 1u << 5,
  kWorkQueue = 1u << 6,
  kManagedIrq = 1u << 7,
  kKthread = 1u << 8,
  kDomainBoot = 1u << 9,
};

bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// The words before the list; nullopt: one is not allowed. After a word that is the last and not
// known the kernel reads on behind the value: in the `rest` of its command line.
// kernel: housekeeping_isolcpus_setup(), kernel/sched/isolation.c, v6.1 and v6.12
std::optional<unsigned> isolcpus_flags(std::string_view& text, std::string_view rest) {
  struct Word {
    std::string_view name;
    unsigned flag;
  };
  constexpr Word kWords[] = {{"nohz", kTick}, {"domain", kDomain}, {"managed_irq", kManagedIrq}};
  unsigned flags = 0;
  while (!text.empty() && is_alpha(text.front())) {
    const std::string_view word = text.substr(0, text.find(','));
    const bool last = word.size() == text.size();
    const auto* known = std::ranges::find(kWords, word, &Word::name);
    if (known != std::end(kWords) && !last) flags |= known->flag;
    const auto allowed = [](char c) { return is_alpha(c) || c == '_'; };
    if (!std::ranges::all_of(word, allowed)) return std::nullopt;
    text = last ? std::exchange(rest, {}) : text.substr(word.size() + 1);
  }
  return flags == 0 ? static_cast<unsigned>(kDomain) : flags;
}

}  // namespace

bool CpuIsolation::take(const kernel::Parameter& p) {
  std::string_view text = p.value ? std::string_view(*p.value) : std::string_view();
  // A __setup() without `=` takes whatever begins so, rcu_nocbs_or_not=1 too.
  constexpr std::string_view kNoCallbacks = "rcu_nocbs";
  const auto beginning = std::string_view(p.name).substr(0, kNoCallbacks.size());
  if (kernel::parameq(beginning, kNoCallbacks) && boot_.in.profile.has(config::RCU_NOCB_CPU))
    new_mask();
  if (!p.value) return true;
  if (kernel::parameq(p.name, "irqaffinity") && boot_.in.profile.has(config::SMP)) new_mask();
  if (!boot_.in.profile.has(config::CPU_ISOLATION)) return true;
  if (kernel::parameq(p.name, "isolcpus")) {
    const std::string_view line = boot_.in.command_line;
    const auto flags = isolcpus_flags(text, line.substr(std::min(p.at + p.size + 1, line.size())));
    if (!flags) return false;
    const bool twice = (*flags & kDomain) != 0 && boot_.in.behaviour.isolcpus_keeps_boot_mask;
    return set_apart(text, *flags | (twice ? kDomainBoot : 0u));
  }
  if (!kernel::parameq(p.name, "nohz_full")) return true;
  if (boot_.in.behaviour.nohz_full_has_one_mask) return set_apart(text, kTick);
  return set_apart(text, kTick | kWorkQueue | kTimer | kRcu | kMisc | kKthread);
}

// kernel: housekeeping_setup(), kernel/sched/isolation.c, v6.1, v6.12 and v7.2
bool CpuIsolation::set_apart(std::string_view text, unsigned flags) {
  const bool new_tick = (flags & kTick) != 0 && (flags_ & kTick) == 0;
  if (new_tick && !boot_.in.profile.has(config::NO_HZ_FULL)) return false;
  const auto apart = new_mask();
  auto list = parse_cpu_list(text, boot_.in.nr_cpu_ids);
  if (!list) {
    free_mask(apart);
    return false;
  }
  const auto staging = new_mask();
  const unsigned present = std::min(boot_.in.cpus.present, boot_.in.nr_cpu_ids);
  unsigned first = 0;  // that keeps house
  while (first < present && list->contains(first)) ++first;
  if (first >= present || first >= boot_.in.setup_max_cpus) list->erase(0);
  // What was said before of a kind of work must be said again.
  bool fits = true;
  for (const auto& [type, before] : apart_) fits = fits && ((flags & type) == 0 || before == *list);
  const bool done = !list->empty() && fits;
  if (done) {
    for (unsigned rest = flags & ~flags_; rest != 0; rest &= rest - 1) {
      apart_.emplace(rest & ~(rest - 1), *list);
      new_mask();
    }
    if (new_tick) new_mask();
    flags_ |= flags;
  }
  free_mask(staging);
  free_mask(apart);
  return done;
}

std::optional<PhysAddr> CpuIsolation::new_mask() {
  if (!boot_.in.profile.has(config::CPUMASK_OFFSTACK)) return std::nullopt;
  return boot_.alloc_or_panic(boot_.in.cpumask_size(), 64,
                              boot_.caller(owner::kCPUMasks, {function::alloc_bootmem_cpumask_var}),
                              "lib/cpumask.c");
}

void CpuIsolation::free_mask(std::optional<PhysAddr> mask) {
  if (mask) boot_.state.memblock.free(*mask, boot_.in.cpumask_size(), {"housekeeping_setup", {}});
}

}  // namespace memmap::boot
