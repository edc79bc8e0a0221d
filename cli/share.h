// Where the files that come with the program are: beside it in a build, below its prefix when
// installed.
#pragma once

#include <string>

namespace memmap::cli {

std::string executable_folder();
// `kernels`, `schema`, ...: of the installation, or of the source that this is a build of. Where
// neither has it, the place in the installation, for messages.
std::string share_folder(const std::string& name);

}  // namespace memmap::cli
