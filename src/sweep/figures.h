// The figures of a boot that a row has.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "boot/outcome.h"

namespace memmap::facts {

struct Fact {
  std::string_view name{};
  std::optional<std::uint64_t> (*of)(const boot::Outcome&) = nullptr;
};

inline constexpr std::array<Fact, 4> kFacts{{
    {"mem_total",
     [](const boot::Outcome& o) {
       return o.totals.mem_total_kib ? std::optional(*o.totals.mem_total_kib * 1024) : std::nullopt;
     }},
    {"firmware_ram", [](const boot::Outcome& o) { return std::optional(o.totals.firmware_ram); }},
    {"memory", [](const boot::Outcome& o) { return std::optional(o.totals.memory); }},
    {"reserved", [](const boot::Outcome& o) { return std::optional(o.totals.reserved); }},
}};
inline const auto& facts() { return kFacts; }

}  // namespace memmap::facts
