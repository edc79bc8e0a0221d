// The direct map of memory that is there by chance: what is mapped, and with which tables.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace memmap::paging::test {

// What comes next: random numbers, or bytes of a fuzzer.
using Chance = std::function<std::uint64_t()>;

// What such a map has other than it must be; empty: nothing. All memory and the first MiB are mapped,
// nothing else, each page once and at its place; the tables that are asked for are those it takes.
std::string direct_map_difference(const Chance& chance);

}  // namespace memmap::paging::test
