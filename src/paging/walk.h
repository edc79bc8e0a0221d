// What page tables translate, read as the processor reads them.
#pragma once

#include "paging/build.h"
#include "paging/mapping.h"

namespace memmap::paging {

// Every page that the processor finds, ascending. Neighbours of one size and the same flags are one
// run where their frames follow each other. A page is writable, or the user's, only if the entries
// of all levels say so; it is not executable if one of them forbids it. Entries for tables that are
// not in `tables` translate nothing.
//
//   entries   |p0|p1|p2|  |q0|q1|
//   physical   8  9  10     3  7        page frames
//   result    |--8 x 3-|  |3 |7 |
//
// walk(build(m)) == m for sorted mappings of which no two neighbours could be one run.
Mappings walk(const Tables& tables);

}  // namespace memmap::paging
