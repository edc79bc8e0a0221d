#include "policy/values.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/number.h"
#include "machine/e820_words.h"

namespace memmap::policy {
namespace {

using Kind = PhraseKind;

constexpr std::uint64_t kTop = std::numeric_limits<std::uint64_t>::max();

}  // namespace

std::optional<std::uint64_t> Values::percent(const Phrase& p) {
  std::string_view text = p.text;
  text.remove_suffix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  const std::size_t dot = text.find('.');
  const std::string_view fraction = dot == text.npos ? "" : text.substr(dot + 1);
  const auto whole = parse_count(text.substr(0, dot));
  std::uint64_t part = 0;
  for (std::size_t i = 0; i < 3; ++i)
    part = part * 10 + (i < fraction.size() ? static_cast<std::uint64_t>(fraction[i] - '0') : 0);
  if (!whole || *whole > 1'000'000 || (dot != text.npos && fraction.empty()) ||
      fraction.size() > 3 || fraction.find('.') != fraction.npos)
    return wrong(p, "a percentage is a number up to 1000000 with up to three decimals: `97.5%`"),
           std::nullopt;
  return *whole * 1000 + part;
}

Made Values::number(const Phrase& p) {
  const bool plain = std::ranges::all_of(p.text, [](char c) { return c >= '0' && c <= '9'; });
  const Result<std::uint64_t> value = plain ? parse_count(p.text) : parse_u64(p.text);
  if (!value) return wrong(p, value.errors().front().message);
  Expression out = made(Op::literal, plain ? Type::count : Type::bytes, p);
  out.value = *value;
  return out;
}

std::optional<std::uint64_t> Values::address(const Phrase& p) {
  const Made out = number(p);
  if (!out) return std::nullopt;
  if (out->type == Type::count && out->value != 0)
    return wrong(p, fmt::format("an address has a unit or is hexadecimal: `{}M`, `0x{}`", p.text,
                                p.text)),
           std::nullopt;
  return out->value;
}

std::optional<PhysRange> Values::range(const Phrase& p) {
  const auto from = address(p.parts[0]);
  const auto to = address(p.parts[1]);
  if (!from || !to) return std::nullopt;
  const bool hex = p.parts[1].text.starts_with("0x") || p.parts[1].text.starts_with("0X");
  if (hex && *to % kPageSize == 0 && *to != 0)
    return wrong(p.parts[1],
                 fmt::format("of a hexadecimal range this is the last byte: write {:#x}, or a size "
                             "with its unit for the end",
                             *to - 1)),
           std::nullopt;
  if (*to <= *from || (hex && *to == kTop))
    return wrong(p, *to <= *from ? "the range ends before it starts"
                                 : "a range ends below the last byte of all addresses"),
           std::nullopt;
  return PhysRange::make(*from, hex ? *to + 1 : *to);
}

std::optional<PhysRange> Values::place_of(const Phrase& filter) {
  switch (filter.kind) {
    case Kind::in:
    case Kind::not_in:
      return range(filter.parts[0]);
    case Kind::between: {
      const auto from = address(filter.parts[0]);
      const auto to = address(filter.parts[1]);
      if (!from || !to) return std::nullopt;
      if (*to <= *from) return wrong(filter, "the range ends before it starts"), std::nullopt;
      return PhysRange::make(*from, *to);
    }
    default: {
      const auto at = address(filter.parts[0]);
      if (!at) return std::nullopt;
      const bool below = filter.kind == Kind::below || filter.kind == Kind::not_below;
      return below ? PhysRange::make(0, *at) : PhysRange::make(*at, kTop);
    }
  }
}

std::optional<E820Type> Values::e820_type(const Phrase& p) {
  std::string_view text = p.text;
  if (!text.empty() && (text[0] == '"' || text[0] == '\'')) text = text.substr(1, text.size() - 2);
  return e820_type_of_word(text);
}

}  // namespace memmap::policy
