// Outcomes made by hand, for the tests of what reads one.
#pragma once

#include "boot/outcome.h"

namespace memmap::test {

// 2 GiB below and 1 GiB above 4 GiB, a node each; everything consistent to the byte.
boot::Outcome two_nodes();

// The same machine, stopped before there are nodes, zones or page tables.
boot::Outcome stopped();

// Every string holds what terminals, JSON and DOT trip over; one small machine.
boot::Outcome hostile();

}  // namespace memmap::test
