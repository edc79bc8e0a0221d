// How the kernel puts a table's entries in order.
#pragma once

#include "e820/table.h"

namespace memmap::e820 {

enum class Sanitized {
  done,
  too_few,      // fewer than two entries, which are left as they are, whatever they say
  wrapping,     // an entry's end wraps past 2^64; all entries are left as they are
  out_of_room,  // done, but the table has no place for the highest entries, which are dropped
};

// Sorts the entries, makes them disjoint and drops empty ones. Where entries overlap the highest
// type number wins. Touching pieces of one type become one entry. Persistent (12) and soft reserved
// ones do not, as their bounds may mark devices or nodes: wherever an entry begins or ends within
// them, a new entry starts.
//
//   RAM (1)       |=====================|
//   reserved (2)         |=======|
//   result        |=RAM==|=rsvd==|=RAM==|
//
// O(n log n). kernel: e820__update_table(), arch/x86/kernel/e820.c, v6.12
Sanitized sanitize(Table& table);

}  // namespace memmap::e820
