// What the program does for a plugin's process during a call: answers what it asks, hands what it tells to
// the host.
#pragma once

#include <cstdint>
#include <string>

#include "plugin/abi.h"
#include "plugin/isolate/protocol.h"
#include "plugin/isolate/wire.h"

namespace memmap::plugin::isolate {

// False: that is no question about a state, or about free ranges.
bool answer_of_state(const memmap_state_t& state, Ask what, Reader& in, Writer& out);
bool answer_of_ranges(const memmap_free_ranges_t& free, Ask what, Reader& in, Writer& out);

// The answers to next_up(after), next_down(before), and first_fit_up() or first_fit_down().
void put_up(Writer& out, const memmap_free_ranges_t& free, std::uint64_t after);
void put_down(Writer& out, const memmap_free_ranges_t& free, std::uint64_t before);
void put_fit(Writer& out, const memmap_free_ranges_t& free,
             std::int32_t (*function)(void*, std::uint64_t*));
// The answer to smallest_piece(grain).
void put_piece(Writer& out, const memmap_free_ranges_t& free, std::uint64_t grain);

// Hands all that is told in `bytes` to the host; `refused`: some of it was. False: something is no such
// thing.
bool hand_over_all(std::string bytes, const memmap_host_t& host, bool& refused);

}  // namespace memmap::plugin::isolate
