// The page's own files, as they stand in the program.
#pragma once

#include <string_view>

namespace memmap::report {

std::string_view page_css();
std::string_view page_js();  // all scripts of this folder, in the order of CMakeLists.txt

}  // namespace memmap::report
