// The words that all reports use for the kernel's types.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/event.h"
#include "machine/e820_words.h"

namespace memmap::report {

// Said of a kernel whose profile is not verified.
inline constexpr std::string_view kNotVerified = "not verified against a real boot";
// The same as a note, where the answer's head does not say it: `kernel NAME: not verified ...`.
std::string not_verified_note(std::string_view kernel);

// `debug`, `info`, `warning`, `panic`.
std::string_view severity_name(Severity severity);

// As the kernel's dumps call them: `hotplug`, `mirror|nomap`; unknown bits in hex; empty for none.
std::string region_flags(std::uint32_t flags);

// The letters of paging::Flags in ASCII order: C cache off, G global, T write-through, U user, W
// writable, X no-execute.
std::string mapping_flags(std::uint32_t flags);

}  // namespace memmap::report
