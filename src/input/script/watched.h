// Steps of a script that do nothing but tell whoever looks on, and what several steps spell.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "access/script.h"
#include "input/document/fields.h"

namespace memmap::input {

// Pairs of hexadecimal digits, with or without blanks between them. nullopt: the key is absent, or
// its value wrong, which the faults are told of.
std::optional<std::vector<std::uint8_t>> bytes_of(const Fields& fields, std::string_view key);

// `copy`, `contents`, `annotate`, `sysctl`, `local_irq_enable`, `local_irq_disable`; nullopt: another
// verb. `address` reads the address of a key that must be there.
std::optional<access::Action> watched_action(
    std::string_view verb, const Fields& fields,
    const std::function<access::Address(std::string_view)>& address);

// `at`, `cache` and `slab` of kmalloc; `flags` are the words of `slab`, each with its place.
void read_place(const Fields& fields, const std::vector<std::pair<std::string, ValueId>>& flags,
                access::Kmalloc& out);

}  // namespace memmap::input
