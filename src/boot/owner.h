// What memory is taken for, by the steps of the boot, or is in use for: each owner stands once, with
// the id that programs compare and the words that people read. Where a node has one of its own,
// `of node N` follows the words. Whoever adds one adds a row to owners.def.
#pragma once

#include "memblock/call.h"

namespace memmap::boot {

using memblock::Owner;

namespace owner {

inline constexpr Owner kPlugin{"plugin", ""};  // its name and reason follow

#define OWNER(name, id, words) inline constexpr Owner name{id, words};
#include "boot/owners.def"
#undef OWNER

}  // namespace owner
}  // namespace memmap::boot
