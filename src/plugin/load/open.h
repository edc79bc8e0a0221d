// Loads a plugin's file into this process, and asks it what it is.
#pragma once

#include <filesystem>
#include <string_view>

#include "base/result.h"
#include "plugin/load/descriptor.h"

namespace memmap::plugin {

// The exported `memmap_plugin` of the shared object, which stays loaded for ever. Runs constructors.
// Errors, of both: the loader's or describe_plugin()'s words, without the plugin's name.
Result<const void*> open_library(const std::filesystem::path& file);
Result<Description> open_and_describe(const std::filesystem::path& file, std::string_view name);

}  // namespace memmap::plugin
