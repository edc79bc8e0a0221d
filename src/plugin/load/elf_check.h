// Whether a file is a whole shared object for this machine. dlopen() trusts its headers and dies of
// a truncated file, so this looks first.
#pragma once

#include <filesystem>

#include "base/result.h"

namespace memmap::plugin {

// 64-bit little-endian x86-64 ELF of type ET_DYN whose program headers, segments, section headers
// and sections all lie in the file, with a dynamic section inside a loaded segment. The error's
// message says what is not so, without the file's name. Damage inside the sections goes unnoticed.
Status check_shared_object(const std::filesystem::path& path);

}  // namespace memmap::plugin
