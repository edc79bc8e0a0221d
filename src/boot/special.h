// What of this kernel and machine no boot follows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "boot/inputs.h"

namespace memmap::boot {

// For a report's notes, each begins with kNotSimulated; empty: nothing is special.
std::vector<std::string> not_simulated(const Inputs& in);

// What no rule tells: bytes that the kernel takes until its first process runs, beside what it takes before the page
// allocator does (drivers, threads, caches; without modules).
inline constexpr std::uint64_t kTakenUntilInit = 26 * kMiB;
// For a report's notes: MemTotal, in bytes, is less than that. nullopt: it is not.
std::optional<std::string> too_little_for_init(std::uint64_t mem_total);

// Of the firmware's map: what types are that the kernel does not know, a sentence each.
std::vector<std::string> unknown_types(const Machine& machine);

}  // namespace memmap::boot
