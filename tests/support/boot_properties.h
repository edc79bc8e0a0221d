// What holds for every boot, of whatever machine, kernel and command line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "boot/outcome.h"

namespace memmap::test {

// What an outcome breaks of it, a line each; empty: nothing.
//  - after the first event of severity panic there is none;
//  - memblock's regions are sorted, disjoint and not empty;
//  - every reserved byte has one owner, and no other byte has;
//  - a boot that reached the hand-over gave the page allocator every whole page of memory that is
//    neither reserved nor held back, once; less of it only where the kernel gives the rest later.
// An outcome with faults (of a plugin) promises nothing and breaks nothing.
std::vector<std::string> broken_properties(const boot::Outcome& outcome);

// The first of them alone, and the line that tells that it is broken.
inline constexpr std::string_view kEventsAfterPanic = "events after the panic";
bool ends_with_its_panic(const Events& events);

// The part in which two outcomes differ (`events`, `owners`, ...); empty: none. memblock's log is
// not compared: it is kept or not as the boot was asked to.
std::string difference(const boot::Outcome& a, const boot::Outcome& b);

}  // namespace memmap::test
