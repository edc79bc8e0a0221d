// What a profile holds of a kernel, as tables to walk through: to read, write, check and explain one.
// Whoever adds a value: see profile_rows.h.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <variant>

#include "kernel/profile.h"
#include "kernel/profile_rows.h"

namespace memmap::kernel {

// Of ImageLayout: in the order of an image.
struct ImageRow {
  std::string_view key{};
  std::string_view symbol{};
  std::uint64_t ImageLayout::*member = nullptr;
  std::string_view use{};
};
std::span<const ImageRow> image_rows();

// Of Decompressor: all of them or none.
struct DecompressorRow {
  std::string_view key{};
  std::uint64_t Decompressor::*member = nullptr;
  std::uint64_t smallest = 0;
  std::uint64_t largest = 0;
  std::uint64_t unit = 0;  // bytes that it is a multiple of; 0: any number
  std::string_view use{};
};
std::span<const DecompressorRow> decompressor_rows();

// What has a key of its own in a profile, and a member of Profile, whose initialiser is its default.
struct SettingRow {
  std::string_view key{};
  std::string_view option{};  // it follows from; empty: from none
  std::variant<bool Profile::*, unsigned Profile::*, std::uint64_t Profile::*> member{};
  std::uint64_t smallest = 0;
  std::uint64_t largest = 0;
  std::uint64_t unit = 0;  // bytes that it is a multiple of; 0: a plain number
  std::string_view use{};
};
std::span<const SettingRow> setting_rows();
const SettingRow& setting_row(decltype(SettingRow::member) member);  // of one that has a row
// The value of a setting; a flag is 0 or 1.
std::uint64_t number_of(const Profile& profile, const SettingRow& row);
void set_number(Profile& profile, const SettingRow& row, std::uint64_t value);

// The rows of rows/*.def, those that only are written down too; sorted by name.
std::span<const Option> option_rows();
std::span<const Struct> struct_rows();
std::span<const Member> member_rows();
std::span<const Constant> constant_rows();
std::span<const Symbol> symbol_rows();
std::span<const Function> function_rows();

}  // namespace memmap::kernel
