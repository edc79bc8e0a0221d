// Rules that hear the simulated kernel.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "boot/rules.h"
#include "kernel/known_parameters.h"
#include "lint/check.h"

namespace memmap::lint {
namespace {

namespace rule = boot::rule;

// Whose parameters a kernel function reads or serves: where it warns, they are why.
struct Speaker {
  std::string_view function{};
  std::array<std::string_view, 3> parameters{};
};
constexpr Speaker kSpeakers[] = {
    {rule::kHugepagesSetup.function, {"hugepages", "hugepagesz", "default_hugepagesz"}},
    {rule::kHugetlbInit.function, {"hugepages"}},
    {rule::kHugetlbCmaReserve.function, {"hugetlb_cma"}},
    {rule::kCmaDeclareContiguousNid.function, {"cma", "hugetlb_cma"}},
    {rule::kSetupLogBuf.function, {"log_buf_len"}},
    {rule::kLogBufLenUpdate.function, {"log_buf_len"}},
    {rule::kSwiotlbInitRemap.function, {"swiotlb"}},
    {rule::kNumaEmulation.function, {"numa"}},
    {"split_nodes_interleave", {"numa"}},
    {rule::kReserveMem.function, {"reserve_mem"}},
    {rule::kCmdlineParseCore.function, {"kernelcore", "movablecore"}},
    {rule::kKfenceAllocPool.function, {"kfence.sample_interval"}},
    {rule::kKfenceAllocPoolAndMetadata.function, {"kfence.sample_interval"}},
    {"find_zone_movable_pfns_for_nodes", {"kernelcore", "movablecore", "movable_node"}},
};

// The parameter that the kernel's words quote, else the last of the speaker's.
const kernel::Parameter* meant_by(const Check& check, const Speaker& speaker,
                                  std::string_view words) {
  const kernel::Parameter* last = nullptr;
  for (const kernel::Parameter& p : check.parameters()) {
    for (const std::string_view name : speaker.parameters) {
      if (name.empty() || !kernel::parameq(p.name, name)) continue;
      if (words.ends_with(kernel::text_of(p))) return &p;
      last = &p;
    }
  }
  return last;
}

}  // namespace

// Pages of 2 MiB come from the page allocator, later: they are counted here. Larger ones are taken
// in the simulated boot, which says what it could not have.
void hugepages_too_many(Check& check) {
  std::uint64_t size = 2 * kMiB;
  std::uint64_t wanted = 0;
  const kernel::Parameter* last = nullptr;
  for (const kernel::Parameter& p : check.parameters()) {
    if (!p.value) continue;
    const bool sets =
        kernel::parameq(p.name, "hugepagesz") || kernel::parameq(p.name, "default_hugepagesz");
    if (sets) size = kernel::memparse(*p.value).value;
    if (!kernel::parameq(p.name, "hugepages") || size != 2 * kMiB) continue;
    last = &p;
    const bool per_node = p.value->find(':') != std::string::npos;
    std::string_view text = *p.value;
    wanted = per_node ? 0 : kernel::simple_strtoull(text).value;
    while (per_node && text.find(':') != text.npos) {
      const auto count = kernel::simple_strtoull(text.substr(text.find(':') + 1));
      wanted += count.value;
      text = count.rest;
    }
  }
  if (!last || check.outcome().panicked || check.is_found(*last)) return;
  // All that is not reserved: pages that are set up later (deferred) are there by then.
  const boot::Totals& totals = check.outcome().totals;
  const std::uint64_t free = totals.memory - totals.reserved;
  if (wanted <= free / (2 * kMiB)) return;
  check.find(*last, {fmt::format("{} huge pages of 2M are {}; {} MiB are free after boot", wanted,
                                 wanted > ~0ull / (2 * kMiB) ? "more than 16E"
                                                             : size_text(wanted * 2 * kMiB),
                                 free >> 20),
                     "the kernel takes as many as there are, and user space is left without memory "
                     "(hugetlb_hstate_alloc_pages(), mm/hugetlb.c)",
                     "ask for fewer: the number is of pages, not of MiB"});
}

void no_boot(Check& check) {
  const boot::Outcome& outcome = check.outcome();
  if (!outcome.panicked || !check.boots_without_line()) return;
  constexpr std::string_view kTakers[] = {"mem", "memmap", "reserve_mem", "hugepages"};
  constexpr std::string_view kOfRootfs[] = {"initramfs_options"};
  const Event& end = outcome.events.back();
  const bool has_no_rootfs = end.rule.function == rule::kInitMountTree.function;
  const kernel::Parameter* last = nullptr;
  for (const kernel::Parameter& p : check.parameters()) {
    for (const std::string_view name :
         has_no_rootfs ? std::span<const std::string_view>(kOfRootfs) : std::span(kTakers)) {
      if (kernel::parameq(p.name, name)) last = &p;
    }
  }
  check.find(last ? check.line().substr(last->at, last->size) : check.line(),
             {"the kernel does not come up with this line, and does without it",
              fmt::format("it says: {} ({})", end.text, to_string(end.rule)),
              has_no_rootfs ? "size=SIZE, size=NUMBER% or nr_blocks=NUMBER"
                            : "leave the kernel the memory that it needs"});
}

void kernel_complains(Check& check) {
  for (const Event& e : check.outcome().events) {
    if (e.severity != Severity::warning) continue;
    for (const Speaker& speaker : kSpeakers) {
      if (e.rule.function != speaker.function) continue;
      const kernel::Parameter* p = meant_by(check, speaker, e.text);
      if (!p || check.is_found(*p)) continue;
      const bool silent = e.text.starts_with(rule::kSilentlyIgnored);
      check.find(*p, {silent ? e.text : fmt::format("the kernel warns: {}", e.text),
                      fmt::format("so it is on this machine ({})", to_string(e.rule)),
                      "see with `memmap simulate` what the machine has"});
    }
  }
}

}  // namespace memmap::lint
