// The words that all reports use for the kernel's types.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/event.h"
#include "machine/e820_words.h"
#include "paging/address_space.h"
#include "paging/lookup.h"

namespace memmap::report {

// Said of a kernel whose profile is not verified.
inline constexpr std::string_view kNotVerified = "not verified against a real boot";
// The same as a note, where the answer's head does not say it: `kernel NAME: not verified ...`.
std::string not_verified_note(std::string_view kernel);

// `debug`, `info`, `warning`, `panic`.
std::string_view severity_name(Severity severity);

// RegionFlags by the names that the kernel's dumps have, unknown bits in hex: `hotplug`,
// `mirror|nomap`. Empty: no flag is set.
std::string region_flags(std::uint32_t flags);

// paging::Flags as letters in alphabetical order: C cache off, G global, P third bit of the cache
// attribute, T write-through, U user, W writable, X no-execute.
std::string mapping_flags(std::uint32_t flags);
// The same in the words of the kernel's debugfs: `RW GLB NX`, `ro USR x`.
std::string mapping_words(std::uint32_t flags);

// Of a table by its level: `PGD` for the root, else `P4D`, `PUD`, `PMD` or `PTE`.
std::string_view table_name(unsigned level, unsigned levels);

// Where the page of a table is from: `image`, `brk`, `memblock`, `page allocator`.
std::string_view origin_name(paging::TableOrigin origin);

// `absent`, `table`, `page`
std::string_view entry_name(paging::EntryKind kind);

}  // namespace memmap::report
