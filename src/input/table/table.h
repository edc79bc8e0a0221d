// Tables of start, end and type that others than Linux print: format `table`.
//
//     0: 0000000000000000 - 000000000009fc00 = 1 RAM
#pragma once

#include "input/format.h"

namespace memmap::input {

// Knows the printers of printers.h. A table of another one scores too little to be chosen: read_machine()
// comes back to it where nothing else reads the source.
Recognition recognise_table(const Source& source);

// By options.columns, if they are given; else as a known printer's; else where only one reading is possible.
// Of several tables the one that `options.boot` names, else the last; a note says so. Errors: what no
// reading fits, at the line that comes closest; lines that are damaged; those of machine_of_table().
Result<Machine> read_table(const Source& source, const ReadOptions& options);

}  // namespace memmap::input
