// What is wrong with a script before any of it runs.
#pragma once

#include "access/script.h"
#include "base/result.h"
#include "boot/inputs.h"
#include "paging/address_space.h"

namespace memmap::access {

// Names that no step before gives and no place of the kernel has, or that a step before has given
// already; mappings at addresses that are none of `tables`, or that take so many tables that nobody
// would wait for them. Empty: nothing.
Errors check(const Script& script, const boot::Inputs& inputs, const paging::AddressSpace& tables);

}  // namespace memmap::access
