// The page allocator that a state stands for, to take pages of.
#pragma once

#include <vector>

#include "boot/inputs.h"
#include "boot/state.h"
#include "buddy/allocator.h"

namespace memmap::boot {

// Nodes that have an order of fallbacks, ascending. kernel: __build_all_zonelists(), mm/page_alloc.c
const std::vector<int>& zonelist_nodes(const Inputs& in, const State& state);

buddy::AllocatorOptions allocator_options(const Inputs& in, const State& state);

// As the hand-over left it, before anybody took a page. `state`: of a boot that came so far.
buddy::Allocator page_allocator(const State& state, const buddy::AllocatorOptions& options);

}  // namespace memmap::boot
