// What a profile can hold of a kernel, value by value: a handle for each that the boot asks for.
//
//   profile.has(config::SMP)    profile.number(config::NR_CPUS)    profile.size_of(type::page)
//
// The rows stand in rows/*.def, one table a kind. Whoever adds a value adds one row there, and
// `memmap kernel --parts` writes it into the profiles; a name without a row does not compile. A row
// that no boot asks for is a TOLD one, which tests/layers/rows.py holds against the sources. What
// is neither an option, a symbol, a structure, a constant nor a function also gets a member of
// Profile and a row in profile_contents.cc, and its key in share/schema/kernel.json and
// share/doc/kernel-profile.md.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/address.h"

namespace memmap::kernel {

// What a number may be besides lying between its bounds.
enum class Shape { any, eights, power_of_two };

// A name, and the numbers that it may stand for.
struct Quantity {
  std::string_view name{};
  std::uint64_t otherwise = 0;  // of a kernel of which it is not known
  std::uint64_t smallest = 0;
  std::uint64_t largest = 0;
  Shape shape = Shape::any;
  std::string_view use{};  // what it changes in the boot
  bool told = false;       // it is told of only: no boot asks for it

  constexpr bool allows(std::uint64_t value) const {
    if (value < smallest || value > largest) return false;
    if (shape == Shape::eights) return value % 8 == 0;
    return shape == Shape::any || (value & (value - 1)) == 0;
  }
};

// What depends on an option: the steps of the boot, or the size of structures, which another
// configuration alone therefore cannot tell.
enum class Effect { boot, layout };

enum class Kind { flag, number, text };

struct Option : Quantity {
  Kind kind = Kind::flag;
  Effect effect = Effect::boot;
};
struct Flag : Option {};
struct Number : Option {};
struct Text : Option {};

// Whether a profile that is made has to hold a structure's size.
struct Wanted {
  enum class How { told, used, needed } how = How::told;
  const Flag* option = nullptr;  // used with this one alone; nullptr: with all kernels
};

struct Struct : Quantity {
  Wanted wanted{};
};
struct Member : Quantity {};  // its name is `struct.member`
struct Constant : Quantity {};
struct Symbol : Quantity {};

struct Function {
  std::string_view name{};
  bool told = false;  // no boot asks whether it is inlined
};

}  // namespace memmap::kernel

namespace memmap::config {

inline constexpr std::uint64_t kLargestInt = 0x7fffffff;

#define FLAG_ROW(name, otherwise, effect, use, told)                                           \
  inline constexpr kernel::Flag name{{{#name, otherwise, 0, 1, kernel::Shape::any, use, told}, \
                                      kernel::Kind::flag,                                      \
                                      kernel::Effect::effect}};
#define NUMBER_ROW(name, otherwise, smallest, largest, shape, effect, use, told) \
  inline constexpr kernel::Number name{                                          \
      {{#name, otherwise, smallest, largest, kernel::Shape::shape, use, told},   \
       kernel::Kind::number,                                                     \
       kernel::Effect::effect}};
#define FLAG(name, otherwise, effect, use) FLAG_ROW(name, otherwise, effect, use, false)
#define TOLD_FLAG(name, otherwise, effect, use) FLAG_ROW(name, otherwise, effect, use, true)
#define NUMBER(name, otherwise, smallest, largest, effect, use) \
  NUMBER_ROW(name, otherwise, smallest, largest, any, effect, use, false)
#define POWER_OF_TWO(name, otherwise, smallest, largest, effect, use) \
  NUMBER_ROW(name, otherwise, smallest, largest, power_of_two, effect, use, false)
#define TOLD_NUMBER(name, otherwise, smallest, largest, effect, use) \
  NUMBER_ROW(name, otherwise, smallest, largest, any, effect, use, true)
#define TEXT(name, effect, use)       \
  inline constexpr kernel::Text name{ \
      {{#name, 0, 0, 0, kernel::Shape::any, use}, kernel::Kind::text, kernel::Effect::effect}};
#include "kernel/rows/options.def"
#undef FLAG_ROW
#undef NUMBER_ROW
#undef FLAG
#undef TOLD_FLAG
#undef NUMBER
#undef POWER_OF_TWO
#undef TOLD_NUMBER
#undef TEXT

}  // namespace memmap::config

namespace memmap::type {

// Far above any that a kernel has; what a boot takes of them still is a number of 64 bits.
inline constexpr std::uint64_t kLargestStruct = 16 * kMiB;
inline constexpr kernel::Wanted kTold{};
inline constexpr kernel::Wanted kUsed{kernel::Wanted::How::used, nullptr};
inline constexpr kernel::Wanted kNeeded{kernel::Wanted::How::needed, nullptr};
constexpr kernel::Wanted with(const kernel::Flag& option) {
  return {kernel::Wanted::How::used, &option};
}

#define STRUCT(name, otherwise, smallest, largest, shape, wanted, use) \
  inline constexpr kernel::Struct name{                                \
      {#name, otherwise, smallest, largest, kernel::Shape::shape, use}, wanted};
#define TOLD(name, wanted, use)         \
  inline constexpr kernel::Struct name{ \
      {#name, 0, 1, kLargestStruct, kernel::Shape::any, use, true}, wanted};
#include "kernel/rows/structs.def"
#undef STRUCT
#undef TOLD

}  // namespace memmap::type

namespace memmap::member {

// `member::zone_free_area` is `zone.free_area`.
#define MEMBER(structure, name, otherwise, use)       \
  inline constexpr kernel::Member structure##_##name{ \
      {#structure "." #name, otherwise, 0, type::kLargestStruct, kernel::Shape::any, use}};
#define TOLD(structure, name, use)
#include "kernel/rows/members.def"
#undef MEMBER
#undef TOLD

}  // namespace memmap::member

namespace memmap::constant {

#define CONSTANT(name, otherwise, smallest, largest, shape, use) \
  inline constexpr kernel::Constant name{                        \
      {#name, otherwise, smallest, largest, kernel::Shape::shape, use}};
#define TOLD(name, smallest, largest, use)
#include "kernel/rows/constants.def"
#undef CONSTANT
#undef TOLD

}  // namespace memmap::constant

namespace memmap::symbol {

// KERNEL_IMAGE_SIZE, arch/x86/include/asm/page_64_types.h
inline constexpr std::uint64_t kLargestImage = kGiB;

#define SYMBOL(name, otherwise, use)    \
  inline constexpr kernel::Symbol name{ \
      {#name, otherwise, 0, kLargestImage, kernel::Shape::any, use}};
#define TOLD(name, use) \
  inline constexpr kernel::Symbol name{{#name, 0, 0, kLargestImage, kernel::Shape::any, use, true}};
#include "kernel/rows/symbols.def"
#undef SYMBOL
#undef TOLD

}  // namespace memmap::symbol

namespace memmap::function {

#define FUNCTION(name) inline constexpr kernel::Function name{#name};
#define VARIANT(name, suffix, number) \
  inline constexpr kernel::Function name##_##suffix##_##number{#name "." #suffix "." #number};
#define TOLD(name) inline constexpr kernel::Function name{#name, true};
#include "kernel/rows/functions.def"
#undef FUNCTION
#undef TOLD
#undef VARIANT

}  // namespace memmap::function
