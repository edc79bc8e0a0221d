#include "machine/e820_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "base/number.h"

namespace memmap {
namespace {

struct Names {
  E820Type type;
  std::string_view word;      // ours, in scenarios and on the command line
  std::string_view report;    // ours, in reports
  std::string_view log;       // e820_print_type()
  std::string_view resource;  // e820_type_to_string()
  std::string_view other;     // of both in some kernel older or newer than 6.12, or nothing
};

// A name that stands for more than one type means the first of them.
// clang-format off
constexpr Names kNames[] = {
    {E820Type::ram, "ram", "RAM", "usable", "System RAM", "System RAM"},
    {E820Type::reserved, "reserved", "reserved", "reserved", "Reserved", "device reserved"},
    {E820Type::acpi, "acpi", "ACPI data", "ACPI data", "ACPI Tables", ""},
    {E820Type::nvs, "nvs", "ACPI NVS", "ACPI NVS", "ACPI Non-volatile Storage", ""},
    {E820Type::unusable, "unusable", "unusable", "unusable", "Unusable memory", ""},
    {E820Type::pmem, "pmem", "persistent", "persistent (type 7)", "Persistent Memory", ""},
    {E820Type::pram, "pram", "persistent (legacy)", "persistent (type 12)", "Persistent Memory (legacy)", ""},
    {E820Type::reserved_kern, "reserved_kern", "RAM, setup data", "usable", "System RAM", ""},
    {E820Type::soft_reserved, "soft", "soft reserved", "soft reserved", "Soft Reserved", ""},
};
// clang-format on

const Names* names_of(E820Type type) {
  const auto* const found = std::ranges::find(kNames, type, &Names::type);
  return found == std::end(kNames) ? nullptr : found;
}

std::string numbered(E820Type type) { return fmt::format("type {}", raw(type)); }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
char lower_spaced(char c) { return c == '_' ? ' ' : lower(c); }

bool same_but_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}
bool same_words(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower_spaced, lower_spaced);
}

std::optional<E820Type> type_of_number(std::string_view digits) {
  const Result<std::uint64_t> number = parse_count(digits);
  if (!number || *number > 0xffffffff) return std::nullopt;
  return E820Type{static_cast<std::uint32_t>(*number)};
}

}  // namespace

std::string e820_word(E820Type type) {
  const Names* names = names_of(type);
  return names ? std::string(names->word) : fmt::format("type{}", raw(type));
}

std::span<const std::string_view> e820_words() {
  static constexpr auto kWords = [] {
    std::array<std::string_view, std::size(kNames)> words;
    std::ranges::transform(kNames, words.begin(), &Names::word);
    return words;
  }();
  return kWords;
}

std::optional<E820Type> e820_type_of_word(std::string_view word) {
  for (const Names& n : kNames) {
    for (const std::string_view name : {n.word, n.report, n.log, n.resource, n.other}) {
      if (!name.empty() && same_words(word, name)) return n.type;
    }
  }
  constexpr std::string_view kType = "type";
  if (!same_words(word.substr(0, kType.size()), kType)) return std::nullopt;
  const std::string_view digits = word.substr(kType.size());
  const bool spaced = !digits.empty() && lower_spaced(digits[0]) == ' ';
  return type_of_number(digits.substr(spaced ? 1 : 0));
}

std::string e820_name(E820Type type) {
  const Names* names = names_of(type);
  return names ? std::string(names->report) : numbered(type);
}

std::string e820_log_name(E820Type type, E820LogNames names) {
  const Names* const known = names_of(type);
  if (known == nullptr) return numbered(type);
  if (names == E820LogNames::usable) return std::string(known->log);
  if (type == E820Type::pmem || type == E820Type::pram)
    return fmt::format("persistent RAM ({})", numbered(type));
  return std::string(known->other.empty() ? known->log : known->other);
}

std::optional<E820Type> e820_type_of_log_name(std::string_view name) {
  for (const Names& n : kNames) {
    if (!name.empty() && (name == n.log || name == n.other)) return n.type;
  }
  for (const std::string_view front : {"persistent RAM (", "persistent ("}) {
    if (!name.starts_with(front) || !name.ends_with(')')) continue;
    name = name.substr(front.size(), name.size() - front.size() - 1);
    break;
  }
  constexpr std::string_view kType = "type ";
  if (!name.starts_with(kType)) return std::nullopt;
  return type_of_number(name.substr(kType.size()));
}

std::string_view e820_resource_name(E820Type type) {
  const Names* names = names_of(type);
  return names ? names->resource : kUnknownE820Name;
}

std::optional<E820Type> e820_type_of_resource(std::string_view name) {
  for (const Names& n : kNames) {
    if (name.empty()) break;
    if (same_but_case(name, n.resource) || same_but_case(name, n.other)) return n.type;
  }
  if (same_but_case(name, kUnknownE820Name)) return kUnknownE820Type;
  return std::nullopt;
}

std::vector<std::string_view> e820_resource_names() {
  std::vector<std::string_view> names;
  for (const Names& n : kNames) {
    for (const std::string_view name : {n.resource, n.other}) {
      if (!name.empty()) names.push_back(name);
    }
  }
  names.push_back(kUnknownE820Name);
  return names;
}

}  // namespace memmap
