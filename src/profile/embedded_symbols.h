// The table behind /proc/kallsyms, as it lies in the image: the only symbols of a stripped vmlinux.
#pragma once

#include <optional>

#include "profile/image.h"

namespace memmap::kernel {

// Finds the table by its form, as nothing points to it: kernels of 5.x to 7.x with CONFIG_KALLSYMS
// and relative addresses. nullopt: it is not there, or of another form.
// kernel: scripts/kallsyms.c, write_src(), v6.1, v6.12 and v7.2
std::optional<Symbols> find_embedded_symbols(const Image& image);

}  // namespace memmap::kernel
