#include "lint/check.h"
#include "lint/lint.h"

namespace memmap::lint {
namespace {

// The order is that of findings at one place; the last two hear the kernel on what no rule before
// has told of.
// clang-format off
constexpr Rule kRules[] = {
    // id, what it warns of, whether it needs a machine, what looks for it, whether what it finds has no effect; of GRUB's list of bad memory; looks right
    {"line-too-long",            "a line that the kernel cuts",                                  false, line_too_long,             true},
    {"after-dashes",             "kernel parameters behind `--`, which go to init",              false, after_dashes,              true},
    {"unknown-parameter",        "a parameter that this kernel does not have",                   false, unknown_parameter,         true},
    {"lost-dollar",              "memmap= without its mark: a `$` that a shell or GRUB took",    false, lost_dollar,               true},
    {"crashkernel-malformed",    "a crashkernel= that the kernel does not understand",           false, crashkernel_malformed,     true},
    {"size-misread",             "a size that the kernel reads otherwise: 4Gi, 1.5G, 010M",      false, size_misread,              false, false, true},
    {"value-ignored",            "a value that the kernel does not take",                        false, value_ignored,             true},
    {"size-without-unit",        "a size of so few bytes that its unit is missing",              false, size_without_unit,         false, false, true},
    {"log-buffer-idle",          "log_buf_len= that is no larger than what the kernel has",      false, log_buffer_idle,           true},
    {"replaced",                 "a parameter that a later one of its name makes void",          false, replaced,                  true},
    {"pmem-mark",                "memmap= with `!` where `$` was likely meant",                  false, pmem_mark,                 false},
    {"too-many-memmap",          "more ranges in memmap= than KASLR keeps clear of",             false, too_many_memmap,           false},
    {"memmap-overlap",           "ranges of memmap= that overlap",                               false, memmap_overlap,            false},
    {"above-mem",                "memmap= that reserves what mem= has cut off",                  false, above_mem,                 true},
    {"mem-idle",                 "mem= that takes no RAM away",                                  true,  mem_idle,                  true},
    {"memmap-idle",              "a range of memmap= that changes nothing of the machine's map", true,  memmap_idle,               true},
    {"makes-ram",                "memmap= that makes RAM of what is none by the firmware",       true,  makes_ram,                 false, false, true},
    {"not-ram",                  "a range of memmap= that is no RAM of the machine",             true,  not_ram,                   true},
    {"holds-kernel",             "a range of memmap= that the kernel itself lies in",            true,  holds_kernel,              false},
    {"holds-initrd",             "a range of memmap= that the initrd lies in",                   true,  holds_initrd,              false},
    {"cpu-limits",               "limits on processors that contradict each other",              false, cpu_limits,                false, false, true},
    {"crashkernel-ignored",      "a crashkernel= that another one makes void",                   false, crashkernel_ignored,       true},
    {"crashkernel-place",        "crashkernel= at a place that cannot work, or only by luck",    false, crashkernel_place,         false},
    {"crashkernel-ranges",       "crashkernel= with ranges that the machine's memory is not in", true,  crashkernel_ranges,        true},
    {"crashkernel-not-reserved", "crashkernel= that reserves nothing on the machine",            true,  crashkernel_not_reserved,  true},
    {"crashkernel-fit",          "crashkernel= that does not fit wherever KASLR puts the kernel", true,  crashkernel_fit,           true},
    {"movable-idle",             "kernelcore= or movablecore= that makes no ZONE_MOVABLE",       true,  movable_idle,              true},
    {"hugepages-too-many",       "more huge pages than memory",                                  true,  hugepages_too_many,        false},
    {"badram-malformed",         "a list in GRUB_BADRAM= that GRUB does not understand",         false, badram_malformed,          true,  true},
    {"badram-mask",              "a mask in GRUB_BADRAM= that names other pages too",            true,  badram_mask,               false, true},
    {"badram-covers",            "GRUB_BADRAM= that names no RAM, very much, or too many pieces", true, badram_covers,             false, true},
    {"badram-idle",              "GRUB_BADRAM= on a machine that boots by EFI",                  true,  badram_idle,               true,  true},
    {"no-boot",                  "a line with which the kernel stops",                           true,  no_boot,                   false},
    {"kernel-complains",         "a parameter that the kernel warns of on the machine",          true,  kernel_complains,          false},
};
// clang-format on

}  // namespace

std::span<const Rule> rules() { return kRules; }

namespace {

template <class Wanted>
std::vector<Finding> run(const Subject& subject, const Wanted& wanted) {
  Check check(subject);
  for (const Rule& rule : kRules) {
    if (rule.of_badram != subject.is_badram || !wanted(rule) ||
        (rule.needs_machine && subject.machine == nullptr))
      continue;
    check.rule = rule.id;
    rule.run(check);
  }
  return std::move(check).take();
}

}  // namespace

std::vector<Finding> lint(const Subject& subject) {
  return run(subject, [](const Rule&) { return true; });
}

std::vector<Finding> for_reports(const Subject& subject) {
  return run(subject, [](const Rule& rule) { return rule.in_reports(); });
}

}  // namespace memmap::lint
