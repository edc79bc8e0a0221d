// What the values of a profile may be, for all that read one: YAML, .config, images.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/profile_contents.h"

namespace memmap::kernel {

// Each says what is expected instead, as the end of a sentence that starts with the value's name:
// `is from 1 to 8192`, `is a power of two from 16 to 4096`. nullopt: nothing is wrong.
std::optional<std::string> fault_of(const Quantity& row, std::uint64_t value);
std::optional<std::string> fault_of(const SettingRow& row, std::uint64_t value);
std::optional<std::string> fault_of(const DecompressorRow& row, std::uint64_t value);
// The text of an option as a profile has it; `false` where the configuration lacks it.
std::optional<std::string> fault_of(const Option& row, std::string_view text);

// A slot of the fixmap, as an enum has it.
std::optional<std::string> fault_of_slot(std::string_view name, std::uint64_t value);

// A value that another one rules out. `group` and `key` name it as the profile's file does
// (`offsets`, `zone.free_area`; no group: a key of its own); the message is a whole sentence.
struct Contradiction {
  std::string_view group{};
  std::string_view key{};
  std::string message{};
};
std::vector<Contradiction> contradictions_of(const Profile& profile);

}  // namespace memmap::kernel
