// What the running kernel says in /proc, as lines of a log.
#pragma once

#include <string>
#include <vector>

#include "machine/kernel_log.h"

namespace memmap::session {

struct ProcLines {
  std::vector<KernelLine> lines{};  // `/proc/zoneinfo: Node 0, zone DMA: present 3998`
  std::vector<std::string>
      unread{};  // a file and why: `/proc/iomem: addresses are shown to root only`
};

// Of ROOT/proc/meminfo, zoneinfo and iomem, as far as they may be read: what a boot decides.
ProcLines read_proc_lines(const std::string& root);

}  // namespace memmap::session
