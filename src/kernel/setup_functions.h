// Which values the functions behind __setup() parameters accept.
#pragma once

#include <string_view>

namespace memmap::kernel {

// Whether the kernel's function for the __setup() of text `setup` takes `rest`, what follows that
// text on the command line. What it does not take goes on to init.
bool setup_function_takes(std::string_view setup, std::string_view rest);

}  // namespace memmap::kernel
