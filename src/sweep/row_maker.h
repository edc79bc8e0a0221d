// A combination booted and made a row.
#pragma once

#include <string>
#include <vector>

#include "sweep/boots.h"
#include "sweep/plan.h"
#include "sweep/row.h"

namespace memmap::sweep {

// Several threads may call it at once.
Row make_row(const Plan& plan, Boots& boots, const Combination& combination);

}  // namespace memmap::sweep
