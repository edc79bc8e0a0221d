// The firmware's entries, put in order.
#pragma once

#include "e820/table.h"

namespace memmap::e820 {

enum class Sanitized {
  done,
  too_few,      // fewer than two entries: left as they are, whatever they say
  wrapping,     // an entry's end wraps past 2^64: all are left as they are
  out_of_room,  // done, but the entries above the table's last place were dropped
};

// Makes the entries sorted and disjoint, without empty ones. Where entries overlap, the highest
// type number wins; touching pieces of one type are joined, except persistent (12) and soft
// reserved ones, which may mark devices or nodes: each change point within them starts a new entry.
//
//   RAM (1)       |=====================|
//   reserved (2)         |=======|
//   result        |=RAM==|=rsvd==|=RAM==|
//
// O(n log n). kernel: e820__update_table(), arch/x86/kernel/e820.c, v6.12
Sanitized sanitize(Table& table);

}  // namespace memmap::e820
