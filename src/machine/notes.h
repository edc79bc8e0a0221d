// Words with which notes of a machine begin that others look for.
#pragma once

#include <string_view>

namespace memmap {

// Of EFI's memory attributes table only the place is known, and its reservation is left out.
inline constexpr std::string_view kMemattrLeftOut = "EFI's table MEMATTR";

}  // namespace memmap
