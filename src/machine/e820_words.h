// The words for e820 types that people write, and those that this program writes.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "machine/e820_entry.h"

namespace memmap {

// One word a type: ram, reserved, acpi, nvs, unusable, pmem, pram, reserved_kern, soft; else
// `typeN`.
std::string e820_word(E820Type type);

// `RAM`, `reserved`, `ACPI data`, `ACPI NVS`, ...; `type 99` for one that the kernel has no name
// for.
std::string e820_name(E820Type type);

// The words of e820_word() without `typeN`, for lists and suggestions.
std::span<const std::string_view> e820_words();

// The type that a word of e820_word() stands for, or the kernel's own wording in its log (`usable`,
// `ACPI data`), in /proc/iomem and in /sys/firmware/memmap (`System RAM`, `ACPI Tables`), in either
// case, `_` as a space; or `typeN` and `type N`. Numbers alone are not words.
std::optional<E820Type> e820_type_of_word(std::string_view word);

}  // namespace memmap
