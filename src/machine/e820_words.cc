#include "machine/e820_words.h"

#include <fmt/format.h>

#include <array>

#include "base/number.h"

namespace memmap {
namespace {

struct Word {
  std::string_view text;  // lower case
  E820Type type;
};

// The first of a type is the one that is written.
// kernel: e820_print_type(), e820_type_to_string(), arch/x86/kernel/e820.c, v6.12
constexpr Word kWords[] = {
    {"ram", E820Type::ram},
    {"reserved", E820Type::reserved},
    {"acpi", E820Type::acpi},
    {"nvs", E820Type::nvs},
    {"unusable", E820Type::unusable},
    {"pmem", E820Type::pmem},
    {"pram", E820Type::pram},
    {"reserved_kern", E820Type::reserved_kern},
    {"soft", E820Type::soft_reserved},
    {"usable", E820Type::ram},
    {"system ram", E820Type::ram},
    {"acpi data", E820Type::acpi},
    {"acpi tables", E820Type::acpi},
    {"acpi nvs", E820Type::nvs},
    {"acpi non-volatile storage", E820Type::nvs},
    {"unusable memory", E820Type::unusable},
    {"persistent", E820Type::pmem},
    {"persistent memory", E820Type::pmem},
    {"persistent (type 7)", E820Type::pmem},
    {"persistent memory (legacy)", E820Type::pram},
    {"persistent (type 12)", E820Type::pram},
    {"reserved kern", E820Type::reserved_kern},
    {"soft reserved", E820Type::soft_reserved},
};
constexpr std::size_t kWritten = 9;

}  // namespace

std::string e820_name(E820Type type) {
  switch (type) {
    case E820Type::ram:
      return "RAM";
    case E820Type::reserved:
      return "reserved";
    case E820Type::acpi:
      return "ACPI data";
    case E820Type::nvs:
      return "ACPI NVS";
    case E820Type::unusable:
      return "unusable";
    case E820Type::pmem:
      return "persistent";
    case E820Type::pram:
      return "persistent (legacy)";
    case E820Type::reserved_kern:
      return "RAM, setup data";
    case E820Type::soft_reserved:
      return "soft reserved";
  }
  return fmt::format("type {}", raw(type));
}

std::string e820_word(E820Type type) {
  for (const Word& w : kWords) {
    if (w.type == type) return std::string(w.text);
  }
  return "type" + std::to_string(raw(type));
}

std::span<const std::string_view> e820_words() {
  static constexpr auto kTexts = [] {
    std::array<std::string_view, kWritten> texts;
    for (std::size_t i = 0; i < kWritten; ++i) texts[i] = kWords[i].text;
    return texts;
  }();
  return kTexts;
}

std::optional<E820Type> e820_type_of_word(std::string_view word) {
  std::string text(word.substr(0, 64));
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == '_') c = ' ';
  }
  for (const Word& w : kWords) {
    if (w.text == text) return w.type;
  }
  if (!text.starts_with("type")) return std::nullopt;
  const std::string_view digits = std::string_view(text).substr(text.starts_with("type ") ? 5 : 4);
  const Result<std::uint64_t> number = parse_count(digits);
  if (!number || *number > 0xffffffff) return std::nullopt;
  return E820Type{static_cast<std::uint32_t>(*number)};
}

}  // namespace memmap
