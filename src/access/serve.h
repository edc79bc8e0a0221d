// What an access meets: how what it reaches is cached, or why it faults.
#pragma once

#include <string>

#include "access/answer.h"
#include "access/kernel.h"
#include "access/script.h"

namespace memmap::access {

// Fills in `mode`, `cached` and `cache_is_wrong` of a part that `mapping` serves.
void judge_cache(const Kernel& kernel, const paging::Mapping& mapping, Served& part);

// In a few words, of an access that faults at `at`, whose way is `walk`.
std::string fault_reason(const Kernel& kernel, VirtAddr at, const Walk& walk, const Access& what);

}  // namespace memmap::access
