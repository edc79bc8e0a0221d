// A combination booted and made a row.
#pragma once

#include <string>
#include <vector>

#include "sweep/boots.h"
#include "sweep/plan.h"
#include "sweep/row.h"

namespace memmap::sweep {

// What is told of a boot: figures, complaints, the rules that it breaks. Several threads may call it at once.
void judge(const Booted& booted, Row& row);

// Messages alone, for where the files lie is not the same on every host.
std::string in_one_line(const Errors& errors);

// Several threads may call it at once.
Row make_row(const Plan& plan, Boots& boots, const Combination& combination);

}  // namespace memmap::sweep
