// Rules on crashkernel=.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "boot/owner.h"
#include "boot/rules.h"
#include "boot/x86/crashkernel_parse.h"
#include "kernel/behaviour.h"
#include "lint/check.h"

namespace memmap::lint {
namespace {

using boot::crash::Parse;
using boot::crash::Request;
using boot::crash::Suffixes;

// Where the kernel reads crashkernel= from: the whole text, `--` or not.
std::string_view word_of_last(const Check& check) {
  const kernel::Parameter* last = nullptr;
  for (const kernel::Parameter* p : check.named("crashkernel")) {
    if (p->value && !p->value->ends_with(",low")) last = p;
  }
  return last ? check.line().substr(last->at, last->size) : std::string_view{};
}

// More than any machine has: a list of ranges is read to its last.
constexpr std::uint64_t kAnyMemory = std::uint64_t{1} << 52;

bool is_generic(const Check& check) {
  return kernel::behaviour_of(check.profile()).crash_kernel_is_generic;
}

Suffixes suffixes_of(const Check& check) {
  return boot::crash::suffixes_of(kernel::behaviour_of(check.profile()));
}

Request plain(const Check& check, std::uint64_t memory) {
  return boot::crash::parse(boot::crash::with_auto(check.line(), check.profile(), memory), memory,
                            suffixes_of(check));
}

// The one that `value` ends with, of those that this kernel knows.
std::string_view suffix_of(const Check& check, std::string_view value) {
  const Suffixes known = suffixes_of(check);
  if (known == Suffixes::none) return "";
  if (value.ends_with(",high")) return ",high";
  if (value.ends_with(",low")) return ",low";
  return known == Suffixes::all && value.ends_with(",cma") ? ",cma" : "";
}

// Of either kernel's code for it, or of the memory below 4 GiB that goes with it.
bool reserves_crash_kernel(const FollowedRule& rule) {
  return std::ranges::any_of(
      std::array{boot::rule::kReserveCrashkernel, boot::rule::kReserveCrashkernelLow,
                 boot::rule::kReserveCrashkernelGeneric},
      [&](const memmap::Rule& r) { return r.function == rule.function; });
}

}  // namespace

// kernel: parse_crashkernel_mem(), _simple(), _suffix(), kernel/crash_reserve.c, v6.12
void crashkernel_malformed(Check& check) {
  for (const kernel::Parameter* p : check.named("crashkernel")) {
    const std::string_view value = check.value_of(*p);
    const Request r =
        p->value ? boot::crash::parse(boot::crash::with_auto("crashkernel=" + std::string(value),
                                                             check.profile(), kAnyMemory),
                                      kAnyMemory, suffixes_of(check), suffix_of(check, value))
                 : Request{.parse = Parse::bad, .fault = "crashkernel: memory value expected"};
    if (r.parse != Parse::bad) continue;
    check.find(*p,
               {fmt::format("`{}` is not understood: nothing is reserved",
                            check.line().substr(p->at, p->size)),
                fmt::format("the kernel says: {}", r.fault),
                value.starts_with("auto")
                    ? "`auto` is a word of the kernels of Enterprise Linux 7 and 8 alone: write a "
                      "size, as 256M, or START-[END]:SIZE,..."
                    : "write SIZE, SIZE@PLACE, SIZE,high, SIZE,low or START-[END]:SIZE,...; a unit "
                      "is one letter: 256M"});
  }
}

// kernel: parse_crashkernel(), get_last_crashkernel(), kernel/crash_reserve.c, v6.12
void crashkernel_ignored(Check& check) {
  const kernel::Parameter* normal = nullptr;
  const kernel::Parameter* high = nullptr;
  const kernel::Parameter* low = nullptr;
  const kernel::Parameter* cma = nullptr;
  const auto replaces = [&](const kernel::Parameter*& before, const kernel::Parameter* now) {
    if (before) {
      check.find(*before,
                 {fmt::format("`{}` is void: a later one of its kind replaces it",
                              check.line().substr(before->at, before->size)),
                  "of several the kernel takes the last (get_last_crashkernel())", "keep one"});
    }
    before = now;
  };
  for (const kernel::Parameter* p : check.named("crashkernel")) {
    if (!p->value || check.is_found(*p)) continue;
    const std::string_view suffix = suffix_of(check, *p->value);
    replaces(suffix == ",high"  ? high
             : suffix == ",low" ? low
             : suffix == ",cma" ? cma
                                : normal,
             p);
  }
  const auto is_void = [&](const kernel::Parameter* p, std::string_view why) {
    check.find(*p, {fmt::format("`{}` is void", check.line().substr(p->at, p->size)),
                    std::string(why), "keep what is meant"});
  };
  if (normal && high) {
    is_void(high, "crashkernel=SIZE,high is only looked at where there is none without a suffix");
  }
  if (low && (normal || !high) && is_generic(check)) {
    is_void(low, "crashkernel=SIZE,low only goes with crashkernel=SIZE,high");
  }
  if (cma && !normal && !high) {
    is_void(
        cma,
        "crashkernel=SIZE,cma only goes with one that reserves memory for the crash kernel itself: "
        "without it the kernel stops reading, and says nothing (parse_crashkernel())");
  }
}

// kernel: reserve_crashkernel_generic(), kernel/crash_reserve.c, v6.12; reserve_crashkernel(),
// arch/x86/kernel/setup.c, v6.1
void crashkernel_place(Check& check) {
  const Request r = plain(check, check.machine() ? check.outcome().totals.memory : kAnyMemory);
  const std::string_view word = word_of_last(check);
  if (r.parse != Parse::ok || r.base == 0 || r.size == 0 || word.empty()) return;
  const std::uint64_t align = is_generic(check) ? 16 * kMiB : kMiB;
  if (r.base % align != 0) {
    return check.find(
        word, {fmt::format("the place {:#x} is no multiple of {}", r.base, size_text(align)),
               "the kernel only takes a place of that alignment, within just as many "
               "bytes as were asked for: it cannot be had",
               fmt::format("write a multiple of {}, or leave the place to the kernel",
                           size_text(align))});
  }
  const auto range = PhysRange::from_size(PhysAddr{r.base}, r.size);
  if (!range) return;
  if (check.machine()) {
    for (const PhysRange image : check.owned_by(boot::owner::kKernelImage)) {
      if (!range->overlaps(image) || check.kaslr()) continue;
      return check.find(
          word, {fmt::format("the kernel itself lies at {}, in this range", range_text(image)),
                 "what is reserved already cannot be had once more",
                 "leave the place to the kernel: crashkernel=SIZE"});
    }
  }
  // What is no RAM is never had, wherever KASLR goes: crashkernel_not_reserved() tells it.
  const auto has_ram = [&](PhysRange ram) { return ram.contains(*range); };
  if (check.machine() && std::ranges::none_of(check.ram(), has_ram)) return;
  // Below its default place the kernel never goes.
  const bool reachable = raw(range->end()) > check.profile().default_phys_base;
  if (!check.kaslr() || !reachable) return;
  check.find(word, {"with KASLR the kernel may land in this range; then nothing is reserved",
                    "KASLR does not keep clear of crashkernel= (mem_avoid_init(), "
                    "arch/x86/boot/compressed/kaslr.c); it fails in some boots and not in others",
                    "leave the place to the kernel: crashkernel=SIZE; or add nokaslr"});
}

void crashkernel_ranges(Check& check) {
  const std::string_view word = word_of_last(check);
  if (word.find(':') == word.npos) return;
  const std::uint64_t memory = check.outcome().totals.memory;
  const Request r = plain(check, memory);
  if (r.parse != Parse::ok || r.size != 0) return;
  check.find(word, {fmt::format("the machine's memory, {}, lies in none of the ranges",
                                size_text((memory + 128 * kMiB - 1) / (128 * kMiB) * (128 * kMiB))),
                    "memory is rounded up to 128 MiB; a range's end does not belong to it; without "
                    "one that fits nothing is reserved (parse_crashkernel_mem())",
                    "end the list with an open range: 4G-:256M"});
}

void crashkernel_not_reserved(Check& check) {
  const std::string_view word = word_of_last(check);
  if (word.empty() || check.outcome().panicked) return;
  if (!boot::crash::is_supported(check.profile())) {
    return check.find(word,
                      {fmt::format("kernel {} cannot start a crash kernel", check.profile().name),
                       "it was built without CONFIG_KEXEC or CONFIG_CRASH_DUMP", "remove it"});
  }
  if (!check.owned_by(boot::owner::kCrashKernel).empty()) return;
  for (const kernel::Parameter* p : check.named("crashkernel")) {
    if (check.is_found(*p)) return;  // why not, is told
  }
  std::string said;
  for (const Event& e : check.outcome().events) {
    if (e.severity == Severity::warning && reserves_crash_kernel(e.rule)) said = e.text;
  }
  Request r = plain(check, check.outcome().totals.memory);
  if (r.parse == Parse::none) r = boot::crash::parse(check.line(), 0, suffixes_of(check), ",high");
  if (r.size == 0) return;  // as it was asked for
  // What is as large as all memory is not even tried, without a word.
  const std::string reason = said.empty()
                                 ? fmt::format("{} of {} bytes of memory are too many to try for",
                                               size_text(r.size), check.outcome().totals.memory)
                                 : fmt::format("the kernel says: {}", said);
  check.find(word, {"nothing is reserved on this machine", reason,
                    "ask for less, or see with `memmap simulate` what lies where it would go"});
}

// kernel: choose_random_location(), arch/x86/boot/compressed/kaslr.c, v6.12
void crashkernel_fit(Check& check) {
  const std::string_view word = word_of_last(check);
  if (word.empty() || check.is_found(word)) return;
  const auto found = crash_kernel_places(check);
  if (!found || found->bad == 0 || found->bad == found->places) return;
  std::string where;
  for (const PhysRange r : found->where) where += (where.empty() ? "" : ", ") + range_text(r);
  check.find(
      word,
      {fmt::format("it does not fit where KASLR puts the kernel's image into {}: {} of {} "
                   "places",
                   where, found->bad, found->places),
       "the image then splits what is free: neither part has a piece of that size, aligned to "
       "16 MiB; it fails in some boots and not in others",
       "ask for less, or add nokaslr"});
}

}  // namespace memmap::lint
