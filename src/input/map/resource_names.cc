#include "input/map/resource_names.h"

#include <algorithm>
#include <array>

#include "base/suggest.h"

namespace memmap::input {
namespace {

struct Name {
  std::string_view name;
  E820Type type;
};
constexpr auto kNames = std::to_array<Name>({
    {"System RAM", E820Type::ram},
    {"Reserved", E820Type::reserved},
    {"Device reserved", E820Type::reserved},
    {"ACPI Tables", E820Type::acpi},
    {"ACPI Non-volatile Storage", E820Type::nvs},
    {"Unusable memory", E820Type::unusable},
    {"Persistent Memory", E820Type::pmem},
    {"Persistent Memory (legacy)", E820Type::pram},
    {"Soft Reserved", E820Type::soft_reserved},
    {kUnknownTypeName, kUnknownType},
});

bool same_but_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

std::optional<E820Type> type_of_resource(std::string_view name) {
  for (const Name& known : kNames) {
    if (same_but_case(name, known.name)) return known.type;
  }
  return std::nullopt;
}

std::string did_you_mean_resource(std::string_view name) {
  std::array<std::string_view, kNames.size()> names{};
  std::transform(kNames.begin(), kNames.end(), names.begin(),
                 [](const Name& known) { return known.name; });
  return did_you_mean(name, names);
}

}  // namespace memmap::input
