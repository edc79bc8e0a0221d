// Large inputs, the same on every run, written piece by piece: what this process holds would be
// counted as its children's (see support/process.h).
#pragma once

#include <cstddef>
#include <iosfwd>

namespace memmap::bench {

// A scenario of `entries` e820 entries: RAM and reserved memory in turn, from 1 MiB on, ascending
// and without overlaps, so that none of them can be joined with its neighbour.
void write_scenario(std::ostream& out, std::size_t entries);

// A boot log of `lines` lines: a boot's first lines, with a map of ten entries, then driver
// chatter.
void write_boot_log(std::ostream& out, std::size_t lines);

}  // namespace memmap::bench
