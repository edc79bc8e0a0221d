// Files of /proc as the kernel shows them, as far as a boot decides what stands in them: a line that
// depends on what runs later, and on what drivers do, is left out. Empty: the boot did not come so far.
#pragma once

#include <string>

#include "boot/outcome.h"
#include "kernel/profile.h"

namespace memmap::report {

// /proc/meminfo when the first process runs.
// kernel: meminfo_proc_show(), fs/proc/meminfo.c; hugetlb_report_meminfo(), mm/hugetlb.c;
// arch_report_meminfo(), arch/x86/mm/pat/set_memory.c, v6.12
std::string to_meminfo(const boot::Outcome& outcome, const kernel::Profile& profile);

// /proc/zoneinfo. At the hand-over no zone has watermarks yet, and none keeps pages from others.
// kernel: zoneinfo_show_print(), mm/vmstat.c, v6.1 and v6.12
std::string to_zoneinfo(const boot::Outcome& outcome, const kernel::Profile& profile,
                        boot::Moment moment);

// /proc/buddyinfo, if it could be read at the hand-over.
// kernel: frag_show_print(), mm/vmstat.c, v6.12
std::string to_buddyinfo(const boot::Outcome& outcome, const kernel::Profile& profile);

// /proc/iomem as root sees it when the first process runs.
// kernel: r_show(), kernel/resource.c, v6.1
std::string to_iomem(const boot::Outcome& outcome);

}  // namespace memmap::report
