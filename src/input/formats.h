// The formats a machine's memory map can be read from, in one table; and the choice among them.
#pragma once

#include <span>
#include <string>

#include "input/format.h"

namespace memmap::input {

std::span<const Format> formats();

// Reads an opened source in the format it is in (or the one that `options` forces). What the table
// does not know, the other readers may: the highest score wins, the first of equals. When nothing
// recognises it, the error lists the formats that came closest and why each refused.
Result<Machine> read_machine(const Source& source, const ReadOptions& options);

// open_source() and read_machine().
Result<Machine> read_machine(const std::string& path, const ReadOptions& options);

}  // namespace memmap::input
