// A map as kernel parameters give it: format `exactmap`.
//
//   memmap=exactmap memmap=640K@0 memmap=1M$0xf0000 memmap=3G@1M memmap=64K#0xbff00000
#pragma once

#include "input/format.h"

namespace memmap::input {

Recognition recognise_exactmap(const Source& source);
// The words are applied in their order, as the kernel does; but a number that it would read another
// way than it looks (octal, trailing garbage) is a mistake here.
Result<Machine> read_exactmap(const Source& source, const ReadOptions& options);

}  // namespace memmap::input
