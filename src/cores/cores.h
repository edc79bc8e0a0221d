// The boots of a sweep on all cores at once.
#pragma once

#include "sweep/engine.h"

namespace memmap::cores {

// On as many threads as are asked for, 0: one for each core. Combinations are made in any order and taken in
// their own; memory does not grow with their number.
sweep::Workers all();

}  // namespace memmap::cores
