// The plugin: hands memblock's calls to the rules for them, and a script of accesses to kmemcheck as
// kernels had it; prints what either finds.
#include <optional>
#include <string>

#include "boot_rules.h"
#include "checker.h"
#include "plugin/plugin.hpp"

namespace kmemcheck {
namespace {

using memmap::plugin::Host;

constexpr char kErrorSave[] = "kmemcheck_error_save(), arch/x86/mm/kmemcheck/error.c";
constexpr char kRecall[] = "kmemcheck_error_recall(), arch/x86/mm/kmemcheck/error.c";

// kernel: param_kmemcheck(), arch/x86/mm/kmemcheck/kmemcheck.c, v4.14
unsigned mode_of(const memmap_facts_t& facts, const Host& host) {
  if (const auto option = host.number("mode")) return static_cast<unsigned>(*option);
  const memmap_setting_t* p = memmap::plugin::find_parameter(facts, "kmemcheck");
  if (p == nullptr || p->value == nullptr) return Options{}.mode;
  return static_cast<unsigned>(host.read_number(p->value, MEMMAP_PLAIN));
}

Options options_of(const memmap_facts_t& facts, const Host& host) {
  return {.mode = mode_of(facts, host),
          .partial_ok = *host.number("partial_ok") != 0,
          .queue = static_cast<unsigned>(*host.number("queue")),
          .shadow_copy = static_cast<unsigned>(*host.number("shadow_copy"))};
}

const char* rule_of(Shadow state) {
  if (state == Shadow::freed) return "freed_read";
  return state == Shadow::unallocated ? "unallocated_read" : "uninitialized_read";
}

class Accesses {
 public:
  void take(const memmap_access_t& a, const memmap_state_t& boot, const Host& host) {
    if (!checker_) checker_.emplace(options_of(*boot.facts, host));
    const bool was_dead = checker_->dead();
    act(a);
    if (checker_->dead() && !was_dead) {
      host.say(MEMMAP_SEVERITY_WARNING, "kernel BUG at arch/x86/mm/kmemcheck/error.c!", kErrorSave);
      host.finding("kernel_bug", 0, 0, "kmemcheck ends the kernel: BUG_ON(!shadow_copy)");
    }
    if (interrupts_) print(a, host);
  }

 private:
  void act(const memmap_access_t& a) {
    const bool slab = a.cache[0] != 0;
    switch (a.kind) {
      case MEMMAP_ACCESS_ALLOCATED:
        if (slab) {
          checker_->slab_alloc(a.virt, a.size, gfp_of(a), slab_of(a));
        } else {
          checker_->alloc_pages(a.virt, order_of(a.size), gfp_of(a));
        }
        return;
      case MEMMAP_ACCESS_CONTENTS:
        return checker_->tell(a.virt, contents_of(a));
      case MEMMAP_ACCESS_FREED:
        if (slab) return checker_->slab_free(a.virt, a.size, slab_of(a));
        return checker_->free_pages(a.virt, order_of(a.size));
      case MEMMAP_ACCESS_INITIALIZED:
        return checker_->mark_initialized(a.virt, a.size);
      case MEMMAP_ACCESS_SETTING:
        if (std::string(a.by) == "kernel.kmemcheck") {
          checker_->set_mode(static_cast<unsigned>(a.value));
        }
        return;
      case MEMMAP_ACCESS_INTERRUPTS:
        interrupts_ = a.value != 0;
        return;
      default:
        return touch(a);
    }
  }

  // A fault of a program's, or of a page that is no RAM, is none of kmemcheck's.
  void touch(const memmap_access_t& a) {
    if ((a.flags & (MEMMAP_TOUCH_USER | MEMMAP_TOUCH_PHYSICAL | MEMMAP_TOUCH_MMIO)) != 0) return;
    if (a.kind == MEMMAP_ACCESS_READ) checker_->read(a.step, a.virt, a.size);
    if (a.kind == MEMMAP_ACCESS_WRITTEN) checker_->write(a.step, a.virt, a.size, contents_of(a));
    if (a.kind == MEMMAP_ACCESS_COPIED) checker_->copy(a.step, a.from, a.virt, a.size, a.unit);
  }

  void print(const memmap_access_t& a, const Host& host) {
    const Queue::Drained drained = checker_->drain();
    for (const Report& report : drained.reports) {
      for (const std::string& line : lines_of(report)) {
        host.say(MEMMAP_SEVERITY_WARNING, line, kRecall);
      }
      const bool here = a.kind == MEMMAP_ACCESS_READ && report.ip == a.step;
      const std::uint64_t base = here ? a.phys + (report.address - a.virt) : 0;
      host.finding(rule_of(report.state), base, here ? base + report.size : 0, caught(report));
    }
    if (drained.lost != 0) {
      host.say(MEMMAP_SEVERITY_WARNING, lost_line(drained.lost),
               "do_wakeup(), arch/x86/mm/kmemcheck/error.c");
    }
  }

  static Gfp gfp_of(const memmap_access_t& a) {
    return {.zero = (a.flags & MEMMAP_GFP_ZERO) != 0,
            .notrack = (a.flags & MEMMAP_GFP_NOTRACK) != 0,
            .highmem = (a.flags & MEMMAP_GFP_HIGHMEM) != 0};
  }
  static Slab slab_of(const memmap_access_t& a) {
    return {.base = a.slab_base,
            .pages = (a.slab_end - a.slab_base) / kPageSize,
            .notrack = (a.flags & MEMMAP_SLAB_NOTRACK) != 0,
            .constructor = (a.flags & MEMMAP_SLAB_CONSTRUCTOR) != 0,
            .by_rcu = (a.flags & MEMMAP_SLAB_BY_RCU) != 0};
  }
  static Contents contents_of(const memmap_access_t& a) {
    return a.bytes == nullptr ? Contents{} : Contents(a.bytes, a.byte_count);
  }
  // Of whole pages, a power of two of them.
  static unsigned order_of(std::uint64_t size) {
    unsigned order = 0;
    while ((kPageSize << order) < size) ++order;
    return order;
  }

  std::optional<Checker> checker_{};  // from the first access on
  bool interrupts_ = true;
};

struct Check {
  std::unique_ptr<BootRules> boot = make_boot_rules();
  Accesses accesses{};
};

std::int32_t prepare(const memmap_host_t* host, void** state) {
  return memmap::plugin::guarded(host, [state](const Host&) -> std::int32_t {
    *state = new Check;
    return MEMMAP_OK;
  });
}

void release(void* state) { delete static_cast<Check*>(state); }

std::int32_t event(void* state, const memmap_host_t* host, const memmap_event_t* event,
                   const memmap_state_t* boot) {
  return memmap::plugin::guarded(host, [=](const Host& h) -> std::int32_t {
    static_cast<Check*>(state)->boot->call(*event, *boot, h);
    return MEMMAP_OK;
  });
}

std::int32_t finish(void* state, const memmap_host_t* host, const memmap_state_t* boot) {
  return memmap::plugin::guarded(host, [=](const Host& h) -> std::int32_t {
    static_cast<const Check*>(state)->boot->finish(*boot, h);
    return MEMMAP_OK;
  });
}

std::int32_t access(void* state, const memmap_host_t* host, const memmap_access_t* access,
                    const memmap_state_t* boot) {
  return memmap::plugin::guarded(host, [=](const Host& h) -> std::int32_t {
    static_cast<Check*>(state)->accesses.take(*access, *boot, h);
    return MEMMAP_OK;
  });
}

constexpr memmap_option_t kOptions[] = {
    {sizeof(memmap_option_t), MEMMAP_OPTION_COUNT, "mode",
     "0: accesses are not checked, 1: they are, 2: up to the first report (the default, where "
     "kmemcheck= of the command line says nothing)",
     nullptr, nullptr, 0, 2, 0, 0},
    {sizeof(memmap_option_t), MEMMAP_OPTION_FLAG, "partial_ok",
     "one initialised byte of an access is enough (CONFIG_KMEMCHECK_PARTIAL_OK)", "yes", nullptr, 0,
     0, 0, 0},
    {sizeof(memmap_option_t), MEMMAP_OPTION_COUNT, "queue",
     "reports that can wait (CONFIG_KMEMCHECK_QUEUE_SIZE)", "64", nullptr, 1, 65536, 0, 0},
    {sizeof(memmap_option_t), MEMMAP_OPTION_COUNT, "shadow_copy",
     "2^N bytes are shown (CONFIG_KMEMCHECK_SHADOW_COPY_SHIFT)", "5", nullptr, 2, 8, 0, 0},
};

constexpr std::uint32_t kWatched =
    MEMMAP_ACCESS_ALLOCATED | MEMMAP_ACCESS_FREED | MEMMAP_ACCESS_READ | MEMMAP_ACCESS_WRITTEN |
    MEMMAP_ACCESS_COPIED | MEMMAP_ACCESS_INITIALIZED | MEMMAP_ACCESS_SETTING |
    MEMMAP_ACCESS_INTERRUPTS | MEMMAP_ACCESS_CONTENTS;

constexpr memmap_check_t kCheck = {sizeof(memmap_check_t),
                                   MEMMAP_EVENT_CALL,
                                   prepare,
                                   release,
                                   event,
                                   finish,
                                   kWatched,
                                   0,
                                   access};

const void* get_interface(const char* id) {
  return memmap::plugin::is_interface(id, MEMMAP_CHECK_1) ? &kCheck : nullptr;
}

}  // namespace
}  // namespace kmemcheck

const memmap_plugin_t memmap_plugin = memmap::plugin::describe(
    "check_kmemcheck", "2.0",
    "Finds memory that two use, that is freed wrongly, given away or read before it is written",
    kmemcheck::get_interface, kmemcheck::kOptions, 4);
