// What a profile holds of a kernel, value by value, and what each is used for.
//
// Whoever adds a value: one row here, and `memmap kernel --parts` writes it into the profiles. What
// is neither an option, a symbol, a structure nor a constant also gets a member of Profile, and its
// key in profile/kernel_profile.cc, share/schema/kernel.json and share/doc/kernel-profile.md.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "kernel/profile.h"

namespace memmap::kernel {

// Of ImageLayout: in the order of an image.
struct ImageRow {
  std::string_view key{};
  std::string_view symbol{};
  std::uint64_t ImageLayout::*member = nullptr;
  std::string_view use{};
};
std::span<const ImageRow> image_rows();

// What has a key of its own and follows from an option; empty: from none.
struct SettingRow {
  std::string_view key{};
  std::string_view option{};
  std::string_view use{};
};
std::span<const SettingRow> setting_rows();

// What depends on an option: the steps of the boot, or the size of structures, which another
// configuration alone therefore cannot tell.
enum class Effect { boot, layout };

struct OptionRow {
  std::string_view name{};
  Effect effect = Effect::boot;
  std::string_view use{};
};
std::span<const OptionRow> option_rows();  // sorted by name

struct NameRow {
  std::string_view name{};
  std::string_view use{};
};
std::span<const NameRow> symbol_rows();  // sorted
// Functions that call memblock, or are inlined into those that do. Those in the symbol table are
// not inlined, so that memblock=debug names them.
std::span<const std::string_view> memblock_callers();
std::span<const NameRow> struct_rows();    // sorted
std::span<const NameRow> constant_rows();  // of enums; sorted
std::span<const NameRow> offset_rows();    // `struct.member`; sorted

}  // namespace memmap::kernel
