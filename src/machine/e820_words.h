// The names of e820 types: what people write, the kernel's log, its resources, our reports.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "machine/e820_entry.h"

namespace memmap {

// One word a type: ram, reserved, acpi, nvs, unusable, pmem, pram, reserved_kern, soft; else
// `typeN`.
std::string e820_word(E820Type type);

// The words of e820_word() without `typeN`, for lists and suggestions.
std::span<const std::string_view> e820_words();

// The type that a word of e820_word() or any other name of a type stands for: the kernel's wording
// in its log (`usable`, `ACPI data`) and in /proc/iomem (`System RAM`, `ACPI Tables`), our reports';
// in either case, `_` as a space; or `typeN` and `type N`. Numbers alone are not words.
std::optional<E820Type> e820_type_of_word(std::string_view word);

// As reports show a type: `RAM`, `reserved`, `ACPI data`, `ACPI NVS`, ...; `type 99` for one that
// the kernel has no name for.
std::string e820_name(E820Type type);

// As the kernel's log shows it: `usable`, `ACPI data`, `persistent (type 12)`, `type 20`.
// Since 7.0 it says `System RAM`, `device reserved`, `persistent RAM (type 12)`.
// kernel: e820_print_type(), arch/x86/kernel/e820.c, v6.12 and v7.2
enum class E820LogNames { usable, system_ram };
std::string e820_log_name(E820Type type, E820LogNames names = E820LogNames::usable);

// The type that a log of any kernel means, letter by letter: `usable`, `System RAM`, `ACPI data`,
// `type 20`, `persistent (type 7)`, `persistent RAM (type 7)`; none for other text.
std::optional<E820Type> e820_type_of_log_name(std::string_view name);

// What the kernel's resources show for a type without a name: the number is lost. We take the
// number that ACPI calls `disabled`: no kernel treats it as memory.
inline constexpr E820Type kUnknownE820Type{6};
inline constexpr std::string_view kUnknownE820Name = "Unknown E820 type";

// As /proc/iomem and /sys/firmware/memmap show a type: `System RAM`, `ACPI Tables`, ...;
// kUnknownE820Name for one without a name.
// kernel: e820_type_to_string(), arch/x86/kernel/e820.c, v6.12
std::string_view e820_resource_name(E820Type type);

// The type that such a name stands for, in any case: kernels before 4.16 print `reserved`, newest
// ones `device reserved`. None: no name of a firmware's memory type.
std::optional<E820Type> e820_type_of_resource(std::string_view name);

// Every name that e820_type_of_resource() knows, for suggestions.
std::vector<std::string_view> e820_resource_names();

}  // namespace memmap
