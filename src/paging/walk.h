// Page tables -> what they translate.
#pragma once

#include "paging/build.h"
#include "paging/mapping.h"

namespace memmap::paging {

// Every page that the processor would find, ascending, equal neighbours joined to runs. A page is
// writable or user only if every level allows it, and not executable if any level forbids it.
// Entries that point to a table that is not in `tables` translate nothing.
//
//   entries   |p0|p1|p2|  |q0|q1|
//   physical   8  9  10     3  7        page frames
//   result    |--8 x 3-|  |3 |7 |
//
// walk(build(m)) == m for sorted mappings whose neighbours can not be joined.
Mappings walk(const Tables& tables);

}  // namespace memmap::paging
