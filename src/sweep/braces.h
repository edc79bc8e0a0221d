// One text for many: what stands in braces is a choice, as a shell has it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace memmap::sweep {

// As many texts are made of one at most.

// All that `text` stands for, the last pair of braces changing fastest:
//
//   crashkernel={64M..256M..64M}   64M, 128M, 192M, 256M: from, to, step (1 where there is none)
//   hugepages={1..1024..*4}        1, 4, 16, ...: times 4
//   mem={0x1000..0x3000..0x1000}   hexadecimal where the first number is
//   numa={off,on}                  these words; one of them may be empty: {,quiet}
//
// The last number is reached only where a step ends on it. Numbers are those of base/number.h, and come out in
// the smallest unit that one of the three is written in. Braces without `..` or a comma stay as they are, and what
// stands in them: `dyndbg="{x}"`. Braces do not nest. Errors (without an origin): a number or a step that is none;
// Limit::texts.
Result<std::vector<std::string>> expand_braces(std::string_view text);

}  // namespace memmap::sweep
