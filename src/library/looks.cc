#include "library/looks.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

namespace memmap::library {

std::int32_t take_looks(const char* const* options, std::size_t count, std::span<const Look> looks,
                        session::Arguments& arguments, Mistakes& mistakes) {
  if (options == nullptr && count != 0) return mistakes.misused("options that are NULL");
  const std::span<const char* const> words(options, 2 * count);
  Errors errors;
  for (std::size_t i = 0; i + 1 < words.size(); i += 2) {
    const std::string_view name = words[i] == nullptr ? "" : words[i];
    const auto look = std::ranges::find(looks, name, &Look::name);
    if (look == looks.end()) return MEMMAP_NO_SUCH;
    const char* const value = words[i + 1];
    if (look->is_switch != (value == nullptr || (look->is_switch && *value == '\0')))
      errors.push_back(
          {fmt::format("--{} {}", name,
                       look->is_switch ? "is a switch and takes no value" : "wants a value"),
           {"memmap"}});
    if (look->is_file && value != nullptr && std::string_view(value) == "-")
      errors.push_back(
          {fmt::format("--{} -: standard input is the program's, not the library's", name),
           {"memmap"}});
    if (!look->may_repeat && arguments.has(fmt::format("--{}", name)))
      errors.push_back({fmt::format("--{} is given twice", name), {"memmap"}});
    arguments.add(fmt::format("--{}", name), value == nullptr ? "" : value);
  }
  return errors.empty() ? MEMMAP_DONE : mistakes.take(std::move(errors));
}

}  // namespace memmap::library
