#include "kernel/profile.h"

#include <algorithm>
#include <bit>

#include "kernel/command_line.h"
#include "kernel/profile_contents.h"

namespace memmap::kernel {
namespace {

// `1`: what is yes or no today was a number once (BASE_SMALL, before 6.11).
bool is_on(std::string_view value) {
  return value == "true" || value == "y" || value == "m" || value == "1";
}

template <class Values>
std::uint64_t known(const Values& values, const Quantity& row) {
  const auto it = values.find(row.name);
  return it == values.end() ? row.otherwise : it->second;
}

}  // namespace

bool Profile::has(const Flag& option) const {
  const auto given = config.find(option.name);
  return given == config.end() ? option.otherwise != 0 : is_on(given->second);
}

std::uint64_t Profile::number(const Number& option) const {
  const auto given = config.find(option.name);
  if (given == config.end()) return option.otherwise;
  if (given->second == "false") return option.smallest;
  return simple_strtoull(given->second).value;
}

std::string_view Profile::text(const Text& option) const {
  const auto given = config.find(option.name);
  return given == config.end() || given->second == "false" ? std::string_view() : given->second;
}

std::uint64_t Profile::size_of(const Struct& type) const { return known(struct_sizes, type); }

std::uint64_t Profile::offset_of(const Member& member) const { return known(offsets, member); }

std::uint64_t Profile::value_of(const Constant& constant) const {
  return known(constants, constant);
}

std::optional<std::uint64_t> Profile::place_of(const Symbol& symbol) const {
  const auto it = symbols.find(symbol.name);
  return it == symbols.end() ? std::nullopt : std::optional(it->second);
}

std::uint64_t Profile::bytes_between(const Symbol& start, const Symbol& end) const {
  const auto from = symbols.find(start.name);
  const auto to = symbols.find(end.name);
  const bool both = from != symbols.end() && to != symbols.end() && from->second < to->second;
  return both ? to->second - from->second : end.otherwise - start.otherwise;
}

std::uint64_t Profile::image_align() const {
  const bool is_given = config.contains(config::PHYSICAL_ALIGN.name);
  return std::bit_ceil(is_given || !decompressor ? number(config::PHYSICAL_ALIGN)
                                                 : decompressor->align);
}

bool Profile::has_named(std::string_view option) const {
  const auto rows = option_rows();
  const auto row = std::ranges::lower_bound(rows, option, {}, &Option::name);
  if (row == rows.end() || row->name != option || row->kind != Kind::flag) return false;
  return has(Flag{*row});
}

bool Profile::is_function_named(std::string_view which) const {
  return std::ranges::binary_search(functions, which);
}

}  // namespace memmap::kernel
