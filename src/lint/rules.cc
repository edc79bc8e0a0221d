#include "lint/check.h"
#include "lint/lint.h"

namespace memmap::lint {
namespace {

// The order is that of findings at one place; the last two hear the kernel on what no rule before
// has told of.
// clang-format off
constexpr Rule kRules[] = {
    // id, what it warns of, whether it needs a machine, what looks for it
    {"line-too-long",            "a line that the kernel cuts",                                  false, line_too_long},
    {"after-dashes",             "kernel parameters behind `--`, which go to init",              false, after_dashes},
    {"unknown-parameter",        "a parameter that this kernel does not have",                   false, unknown_parameter},
    {"lost-dollar",              "memmap= without its mark: a `$` that a shell or GRUB took",    false, lost_dollar},
    {"crashkernel-malformed",    "a crashkernel= that the kernel does not understand",           false, crashkernel_malformed},
    {"size-misread",             "a size that the kernel reads otherwise: 4Gi, 1.5G, 010M",      false, size_misread},
    {"value-ignored",            "a value that the kernel does not take",                        false, value_ignored},
    {"pmem-mark",                "memmap= with `!` where `$` was likely meant",                  false, pmem_mark},
    {"too-many-memmap",          "more ranges in memmap= than KASLR keeps clear of",             false, too_many_memmap},
    {"memmap-overlap",           "ranges of memmap= that overlap",                               false, memmap_overlap},
    {"above-mem",                "memmap= that reserves what mem= has cut off",                  false, above_mem},
    {"not-ram",                  "a range of memmap= that is no RAM of the machine",             true,  not_ram},
    {"holds-kernel",             "a range of memmap= that the kernel itself lies in",            true,  holds_kernel},
    {"holds-initrd",             "a range of memmap= that the initrd lies in",                   true,  holds_initrd},
    {"cpu-limits",               "limits on processors that contradict each other",              false, cpu_limits},
    {"crashkernel-ignored",      "a crashkernel= that another one makes void",                   false, crashkernel_ignored},
    {"crashkernel-place",        "crashkernel= at a place that cannot work, or only by luck",    false, crashkernel_place},
    {"crashkernel-ranges",       "crashkernel= with ranges that the machine's memory is not in", true,  crashkernel_ranges},
    {"crashkernel-not-reserved", "crashkernel= that reserves nothing on the machine",            true,  crashkernel_not_reserved},
    {"hugepages-too-many",       "more huge pages than memory",                                  true,  hugepages_too_many},
    {"no-boot",                  "a line with which the kernel stops",                           true,  no_boot},
    {"kernel-complains",         "a parameter that the kernel warns of on the machine",          true,  kernel_complains},
};
// clang-format on

}  // namespace

std::span<const Rule> rules() { return kRules; }

std::vector<Finding> lint(const Subject& subject) {
  Check check(subject);
  for (const Rule& rule : kRules) {
    if (rule.needs_machine && subject.machine == nullptr) continue;
    check.rule = rule.id;
    rule.run(check);
  }
  return std::move(check).take();
}

}  // namespace memmap::lint
