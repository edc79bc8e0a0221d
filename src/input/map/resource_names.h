// The kernel's names of memory types where /sys/firmware/memmap and /proc/iomem show them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "machine/e820_entry.h"

namespace memmap::input {

// What e820_type_to_string() prints for a type it does not know: the number is lost. We take the
// number that ACPI calls `disabled`: no kernel treats it as memory.
inline constexpr E820Type kUnknownType{6};
inline constexpr std::string_view kUnknownTypeName = "Unknown E820 type";

// The type that `name` stands for, in any case: kernels before 4.16 print `reserved`, newest ones
// `device reserved`. nullopt: no name of a firmware's memory type.
// kernel: e820_type_to_string(), arch/x86/kernel/e820.c, v6.12
std::optional<E820Type> type_of_resource(std::string_view name);

// "; did you mean `System RAM`?", if `name` is a slip of a known one; else nothing.
std::string did_you_mean_resource(std::string_view name);

}  // namespace memmap::input
