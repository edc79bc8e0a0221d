// Where the files that come with the program are: beside it in a build, below its prefix when
// installed.
#pragma once

#include <string>

namespace memmap::cli {

std::string executable_folder();
// `kernels`, `schema`, ...: <folder of the program>/../share/memmap/NAME or .../../share/NAME.
std::string share_folder(const std::string& name);

}  // namespace memmap::cli
