#include "profile/symbols.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/number.h"
#include "input/text/faults.h"
#include "input/text/lines.h"

namespace memmap::kernel {
namespace {

std::string_view next_word(std::string_view& line) {
  const std::size_t start = line.find_first_not_of(" \t");
  if (start == std::string_view::npos) return line = {};
  const std::size_t end = std::min(line.find_first_of(" \t", start), line.size());
  const std::string_view word = line.substr(start, end - start);
  line.remove_prefix(end);
  return word;
}

}  // namespace

void Symbols::add(std::string_view name, char type, std::uint64_t address) {
  // Names of all symbols of a large kernel: some 10 MiB.
  if (names_.size() + name.size() > UINT32_MAX) return;
  entries_.push_back({address, static_cast<std::uint32_t>(names_.size()),
                      static_cast<std::uint32_t>(name.size()), type});
  names_ += name;
}

void Symbols::sort() {
  std::ranges::stable_sort(entries_, {}, [&](const Entry& e) { return name_of(e); });
}

std::optional<std::uint64_t> Symbols::find(std::string_view name) const {
  const auto it =
      std::ranges::lower_bound(entries_, name, {}, [&](const Entry& e) { return name_of(e); });
  if (it == entries_.end() || name_of(*it) != name) return std::nullopt;
  return it->address;
}

std::vector<std::string_view> Symbols::code(std::string_view name) const {
  std::vector<std::string_view> out;
  for (auto it =
           std::ranges::lower_bound(entries_, name, {}, [&](const Entry& e) { return name_of(e); });
       it != entries_.end() && name_of(*it).starts_with(name); ++it) {
    const std::string_view found = name_of(*it);
    if (it->type != 'T' && it->type != 't') continue;
    if (found.size() == name.size() || found[name.size()] == '.') out.push_back(found);
  }
  return out;
}

std::optional<std::uint64_t> Symbols::from_text(std::string_view name) const {
  const auto text = find("_text");
  const auto address = find(name);
  if (!text || !address || *address < *text) return std::nullopt;
  return *address - *text;
}

Result<Symbols> read_symbol_table(const std::string& source, std::string_view text) {
  Symbols symbols;
  symbols.set_source(source);
  input::Faults faults;
  bool any_address = false;
  input::Lines lines(text);
  while (const auto line = lines.next()) {
    std::string_view words = line->text;
    const std::string_view first = next_word(words);
    if (first.empty()) continue;
    const std::string_view type = next_word(words);
    const std::string_view name = next_word(words);
    if (type == "U" || type == "w") continue;  // nm: defined elsewhere
    const auto address = parse_hex(first);
    if (!address || type.size() != 1 || name.empty()) {
      faults.add_made([&] {
        return input::error_at(source, *line, first,
                               "no line of a symbol table: `ffffffff81000000 T _text` is expected");
      });
      continue;
    }
    if (!next_word(words).empty()) continue;
    any_address = any_address || *address != 0;
    symbols.add(name, type[0], *address);
  }
  if (!faults.none()) return faults.take();
  if (symbols.empty()) return Error{"holds no symbol", {source}};
  if (!any_address) {
    return Error{
        "all addresses are 0: the kernel hides them from this user "
        "(kernel.kptr_restrict); read it as root",
        {source}};
  }
  symbols.sort();
  if (!symbols.find("_text")) {
    return Error{
        "has no symbol _text (in Debian's packages System.map is a stub); give the one of "
        "the debug package, or /proc/kallsyms",
        {source}};
  }
  return symbols;
}

}  // namespace memmap::kernel
