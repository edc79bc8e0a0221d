#include "input/table/types.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <span>
#include <string>

#include "input/firmware/efi_stub.h"
#include "input/text/scan.h"
#include "machine/e820_words.h"

namespace memmap::input {
namespace {

struct Word {
  std::string_view word;  // in lower case, words apart by one blank
  E820Type type;
  bool own = false;
};

constexpr E820Type kRam = E820Type::ram;
constexpr E820Type kReserved = E820Type::reserved;
constexpr E820Type kCorebootTable{16};  // LB_MEM_TABLE

// Whoever prints them.
constexpr Word kCommon[] = {
    {"available", kRam},
    {"available ram", kRam},
    {"available memory", kRam},
    {"free", kRam},
    {"free memory", kRam},
    {"usable ram", kRam},
    {"usable memory", kRam},
    {"reserved ram", kReserved},
    {"reserved memory", kReserved},
    {"rsvd", kReserved},
    {"acpi reclaimable", E820Type::acpi},
    {"acpi reclaimable ram", E820Type::acpi},
    {"acpi reclaimable memory", E820Type::acpi},
    {"acpi reclaim", E820Type::acpi},
    {"acpi reclaim memory", E820Type::acpi},
    {"acpi recl", E820Type::acpi},
    {"acpi nvs memory", E820Type::nvs},
    {"acpi non volatile storage ram", E820Type::nvs},
    {"unusable ram", E820Type::unusable},
    {"bad", E820Type::unusable},
    {"bad ram", E820Type::unusable},
    {"bad memory", E820Type::unusable},
    {"badram", E820Type::unusable},
    {"defective", E820Type::unusable},
    {"faulty ram (badram)", E820Type::unusable},
    {"persistent ram", E820Type::pmem},
    {"persistent memory", E820Type::pmem},
    {"persistent ram (legacy)", E820Type::pram},
    {"ram holding coreboot tables", kCorebootTable, true},
    {"ram holding firmware code", kReserved, true},
};

// bootmem's tags: what it keeps for itself while it runs is no RAM in the table of that moment.
constexpr Word kCoreboot[] = {
    {"configuration tables", kCorebootTable, true},
    {"vendor reserved", E820Type{6}, true},
    {"ramstage", kReserved, true},
    {"payload", kReserved, true},
    {"bl31", kReserved, true},
    {"opensbi", kReserved, true},
};

constexpr Word kLimine[] = {
    {"bootloader reclaimable", kReserved, true},
    {"kernel and modules", kReserved, true},
    {"executable and modules", kReserved, true},
    {"framebuffer", kReserved, true},
};

// By number. protocol: LIMINE_MEMMAP_*
constexpr Word kLimineNumbers[] = {
    {"usable", kRam},
    {"reserved", kReserved},
    {"ACPI reclaimable", E820Type::acpi},
    {"ACPI NVS", E820Type::nvs},
    {"bad memory", E820Type::unusable},
    {"bootloader reclaimable", kReserved, true},
    {"kernel and modules", kReserved, true},
    {"framebuffer", kReserved, true},
    {"ACPI tables", E820Type::acpi},
};

// By number. kexec-tools: RANGE_*
constexpr Word kKexecNumbers[] = {
    {"RAM", kRam},
    {"reserved", kReserved},
    {"ACPI", E820Type::acpi},
    {"ACPI NVS", E820Type::nvs},
    {"uncached", kReserved, true},
    {"PMEM", kReserved, true},
    {"PMEM", E820Type::pmem},
    {"PRAM", E820Type::pram},
};

struct EfiWord {
  std::string_view word;
  std::uint32_t number;
};
constexpr EfiWord kEfi[] = {
    {"reserved", 0},
    {"loadercode", 1},
    {"loader code", 1},
    {"ldr code", 1},
    {"loaderdata", 2},
    {"loader data", 2},
    {"ldr data", 2},
    {"bs code", 3},
    {"bscode", 3},
    {"boot code", 3},
    {"boot services code", 3},
    {"bs data", 4},
    {"bsdata", 4},
    {"boot data", 4},
    {"boot services data", 4},
    {"rt code", 5},
    {"rtcode", 5},
    {"runtime code", 5},
    {"runtime services code", 5},
    {"rt data", 6},
    {"rtdata", 6},
    {"runtime data", 6},
    {"runtime services data", 6},
    {"available", 7},
    {"conventional", 7},
    {"conventional memory", 7},
    {"conv mem", 7},
    {"unusable", 8},
    {"unusable mem", 8},
    {"unusable memory", 8},
    {"acpi recl", 9},
    {"acpi rec", 9},
    {"acpi reclaim", 9},
    {"acpi reclaim mem", 9},
    {"acpi reclaim memory", 9},
    {"acpi nvs", 10},
    {"acpi mem nvs", 10},
    {"acpi memory nvs", 10},
    {"acpi non volatile", 10},
    {"mmio", 11},
    {"io", 11},
    {"memory mapped io", 11},
    {"mmio port", 12},
    {"io port", 12},
    {"io ports", 12},
    {"mmio port space", 12},
    {"palcode", 13},
    {"pal", 13},
    {"pal code", 13},
    {"persist", 14},
    {"persistent", 14},
    {"persistent memory", 14},
    {"unaccepted", 15},
    {"unaccepted memory", 15},
};

std::string plain(std::string_view word) {
  std::string out;
  for (const char c : trim(word)) {
    const bool blank = c == ' ' || c == '\t' || c == '_' || c == '-';
    if (blank && (out.empty() || out.back() == ' ')) continue;
    out += blank ? ' ' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  for (const std::string_view front : {"e820 type ", "e820 ", "efi "}) {
    if (out.starts_with(front)) out.erase(0, front.size());
  }
  return out;
}

std::optional<MeantType> among(std::span<const Word> words, std::string_view word) {
  const auto found = std::ranges::find(words, word, &Word::word);
  if (found == words.end()) return std::nullopt;
  return MeantType{found->type, found->own};
}

std::optional<MeantType> numbered(std::span<const Word> words, std::uint64_t number) {
  if (number >= words.size()) return std::nullopt;
  return MeantType{words[number].type, words[number].own, words[number].word};
}

std::optional<MeantType> efi(std::uint32_t number) {
  const auto type = e820_of_efi_type(number);
  if (!type) return std::nullopt;
  return MeantType{*type, false};
}

}  // namespace

std::optional<MeantType> type_of_number(TypeNames names, std::uint64_t number) {
  if (number > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
  const auto small = static_cast<std::uint32_t>(number);
  switch (names) {
    case TypeNames::kexec:
      return numbered(kKexecNumbers, number);
    case TypeNames::limine:
      return numbered(kLimineNumbers, number);
    case TypeNames::efi:
      return efi(small);
    case TypeNames::e820:
    case TypeNames::coreboot:
      break;
  }
  if (number == 0) return std::nullopt;
  return MeantType{E820Type{small}, false};
}

std::optional<MeantType> type_of_word(TypeNames names, std::string_view word) {
  const std::string text = plain(word);
  std::optional<MeantType> out;
  if (names == TypeNames::coreboot) out = among(kCoreboot, text);
  if (names == TypeNames::limine) out = among(kLimine, text);
  const auto efi_number = efi_type_of_word(text);
  if (names == TypeNames::efi && efi_number) out = efi(*efi_number);
  if (out) return out;
  for (const std::string_view spelt : {trim(word), std::string_view(text)}) {
    if (const auto type = e820_type_of_word(spelt)) return MeantType{*type, false};
  }
  if (text == "acpi") return MeantType{E820Type::acpi, false};
  if (text == "nvs") return MeantType{E820Type::nvs, false};
  for (const std::span<const Word> words :
       {std::span<const Word>(kCommon), std::span<const Word>(kLimine),
        std::span<const Word>(kCoreboot)}) {
    if ((out = among(words, text))) return out;
  }
  if (efi_number) return efi(*efi_number);
  // `Free Memory (1)`: a number that says the same.
  const std::string_view named = trim(word).substr(0, trim(word).find('('));
  const bool more = named.size() < trim(word).size() && !trim(named).empty();
  return more ? type_of_word(names, named) : std::nullopt;
}

std::optional<std::uint32_t> efi_type_of_word(std::string_view word) {
  const auto* const found = std::ranges::find(kEfi, plain(word), &EfiWord::word);
  if (found == std::end(kEfi)) return std::nullopt;
  return found->number;
}

}  // namespace memmap::input
