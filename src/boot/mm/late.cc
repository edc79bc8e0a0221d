#include "boot/mm/late.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "base/align.h"
#include "boot/owner.h"
#include "boot/rules.h"

namespace memmap::boot {
namespace {

constexpr std::uint64_t kRecordShift = 5;  // PRB_AVGBITS

struct LogBuffer {
  std::uint64_t size = 0;  // of a buffer that is to be allocated; bytes
  bool grown = false;
};

LogBuffer& log_buffer(Boot& boot) { return boot.scratch.of<LogBuffer>(); }

// 0: no larger than the one it has. Without a limit it is counted in 32 bits, in which the power of two
// above 2 GiB is 0. kernel: log_buf_len_setup(), log_buf_len_update(), kernel/printk/printk.c, v4.9 and v6.12
std::uint64_t log_size(Boot& boot, std::uint64_t size) {
  constexpr std::uint64_t kMost = 1ull << 31;  // LOG_BUF_LEN_MAX
  if (!boot.in.behaviour.log_buf_is_limited) {
    size = static_cast<std::uint32_t>(size);
    if (size > kMost) return 0;
  } else if (size > kMost) {
    boot.story.tell(Severity::warning, rule::kLogBufLenUpdate, "log_buf over 2G is not supported.");
  }
  size = std::bit_ceil(std::min(std::max<std::uint64_t>(size, 1), kMost));
  return size > 1ull << boot.in.profile.number(config::LOG_BUF_SHIFT) ? size : 0;
}

// kernel: setup_log_buf(), kernel/printk/printk.c, v5.4 to v6.12
void setup_log_buf(Boot& boot, std::uint64_t size) {
  if (size == 0) return;
  const std::uint64_t records = size >> kRecordShift;
  std::vector<std::uint64_t> sizes = {size};
  if (boot.in.behaviour.log_has_descriptors) {
    sizes.push_back(records * boot.in.profile.size_of(type::prb_desc));
    sizes.push_back(records * boot.in.profile.size_of(type::printk_info));
  }
  // LOG_ALIGN: of unsigned long, or of struct printk_log
  const std::uint64_t align = boot.in.behaviour.log_has_descriptors ? 8 : 4;
  const memblock::Caller caller = boot.caller(owner::kLogBuffer, {function::setup_log_buf});
  std::vector<std::pair<PhysAddr, std::uint64_t>> taken;
  for (const std::uint64_t bytes : sizes) {
    if (const auto found = boot.state.memblock.alloc(bytes, align, caller)) {
      taken.emplace_back(*found, bytes);
      continue;
    }
    constexpr std::string_view kOfWhat[] = {"text ", "desc ", "info "};
    const std::string_view what =
        boot.in.behaviour.log_has_descriptors ? kOfWhat[taken.size()] : "";
    boot.story.tell(Severity::warning, rule::kSetupLogBuf,
                    fmt::format("log_buf_len: {} {}bytes not available", bytes, what));
    for (auto it = taken.rbegin(); it != taken.rend(); ++it) {
      boot.state.memblock.free(it->first, it->second, caller);
    }
    return;
  }
  log_buffer(boot).grown = true;
}

}  // namespace

void setup_log_buf_early(Boot& boot) {
  for (const kernel::Parameter& p : boot.in.parameters) {
    if (!kernel::parameq(p.name, "log_buf_len") || !p.value) continue;
    const std::uint64_t size = log_size(boot, kernel::memparse(*p.value).value);
    if (size != 0) log_buffer(boot).size = size;
  }
  setup_log_buf(boot, log_buffer(boot).size);
}

// Many processors write more. kernel: log_buf_add_cpu()
void setup_log_buf_late(Boot& boot) {
  if (log_buffer(boot).grown) return;
  if (log_buffer(boot).size == 0) {
    const std::uint64_t base = 1ull << boot.in.profile.number(config::LOG_BUF_SHIFT);
    const std::uint64_t extra = static_cast<std::uint64_t>(boot.in.possible_cpus - 1)
                                << boot.in.profile.number(config::LOG_CPU_MAX_BUF_SHIFT);
    if (extra <= base / 2) return;
    log_buffer(boot).size = log_size(boot, extra + base);
  }
  setup_log_buf(boot, log_buffer(boot).size);
}

// User space has page tables of its own; those that they take are the page allocator's.
// kernel: pti_init(), arch/x86/mm/pti.c, v5.4 to v6.12
void pti_init(Boot& boot) {
  boot.story.tell(Severity::info, rule::kPtiInit, "Kernel/User page tables isolation: enabled");
}

// kernel: kfence_alloc_pool_and_metadata(), mm/kfence/core.c, v6.12; kfence_alloc_pool(), v6.1
void kfence_alloc_pool(Boot& boot) {
  // kernel: param_set_sample_interval(): what is no number is refused, and changes nothing
  std::uint64_t interval = boot.in.profile.number(config::KFENCE_SAMPLE_INTERVAL);
  for (const auto& text : boot.in.values_of("kfence.sample_interval")) {
    if (text) interval = kernel::kstrtoul(*text).value_or(interval);
  }
  if (interval == 0) return;
  const memblock::Caller caller = boot.caller(
      owner::kKFENCE, {function::kfence_alloc_pool_and_metadata, function::kfence_alloc_pool});
  const std::uint64_t objects = boot.in.profile.number(config::KFENCE_NUM_OBJECTS);
  const std::uint64_t pool_size = (objects + 1) * 2 * kPageSize;
  const auto pool = boot.state.memblock.alloc(pool_size, kPageSize, caller);
  if (!pool) {
    return boot.story.tell(Severity::warning, rule::kKfenceAllocPool,
                           "kfence: failed to allocate pool");
  }
  boot.state.kfence_pool = PhysRange::from_size(*pool, pool_size);
  if (!boot.in.behaviour.kfence_allocates_metadata) return;
  const std::uint64_t metadata =
      align_up(boot.in.profile.size_of(type::kfence_metadata) * objects, kPageSize);
  if (boot.state.memblock.alloc(metadata, kPageSize, caller)) return;
  boot.story.tell(Severity::warning, rule::kKfenceAllocPoolAndMetadata,
                  "kfence: failed to allocate metadata");
  boot.state.memblock.free(*pool, pool_size, caller);
  boot.state.kfence_pool.reset();
}

}  // namespace memmap::boot
