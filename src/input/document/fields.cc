#include "input/document/fields.h"

#include <limits>
#include <utility>

#include "base/number.h"
#include "base/suggest.h"

namespace memmap::input {
namespace {

constexpr std::uint64_t kTop = std::numeric_limits<std::uint64_t>::max();

std::string quoted(std::string_view text) {
  return "`" + std::string(text.substr(0, 40)) + (text.size() > 40 ? "...`" : "`");
}

std::string listed(std::span<const std::string_view> words) {
  std::string out;
  for (const std::string_view word : words) out += (out.empty() ? "" : ", ") + std::string(word);
  return out;
}

}  // namespace

Fields::Fields(const Document& document, ValueId map, std::string_view what,
               std::span<const std::string_view> known, DocumentFaults& faults)
    : doc_(document),
      map_(map),
      what_(what),
      faults_(faults),
      is_map_(document.kind(map) == ValueKind::map) {
  if (!is_map_) {
    faults_.at(map_, std::string(what_) + " is a map of keys and values: " + listed(known));
    return;
  }
  for (ValueId key = doc_.first(map_); key != kNoValue; key = doc_.next(doc_.next(key))) {
    const std::string_view name = doc_.text(key);
    bool is_known = false;
    for (const std::string_view k : known) is_known = is_known || k == name;
    if (is_known) continue;
    if (faults_.full()) {
      faults_.at(key, std::string());
      continue;
    }
    faults_.at(key, std::string(what_) + " has no key " + quoted(name) +
                        did_you_mean(name, known, "its keys are " + listed(known)));
  }
}

std::optional<ValueId> Fields::find(std::string_view key) const {
  const ValueId id = doc_.member(map_, key);
  return id == kNoValue ? std::nullopt : std::optional(id);
}

std::optional<ValueId> Fields::require(std::string_view key) const {
  const std::optional<ValueId> id = find(key);
  if (!id && is_map_) {
    faults_.at(map_, std::string(what_) + " needs a key `" + std::string(key) + "`");
  }
  return id;
}

std::optional<ValueId> Fields::list(std::string_view key) const {
  const std::optional<ValueId> id = find(key);
  if (!id) return std::nullopt;
  if (doc_.kind(*id) == ValueKind::list) return id;
  faults_.at(*id, quoted(key) + " takes a list");
  return std::nullopt;
}

std::optional<std::string_view> Fields::scalar(ValueId id, std::string_view key) const {
  if (doc_.kind(id) == ValueKind::scalar) return doc_.text(id);
  faults_.at(id, quoted(key) + (doc_.kind(id) == ValueKind::null ? " has no value"
                                                                 : " takes a single value"));
  return std::nullopt;
}

std::optional<std::uint64_t> Fields::number(std::string_view key) const {
  const std::optional<ValueId> id = find(key);
  if (!id) return std::nullopt;
  const std::optional<std::string_view> text = scalar(*id, key);
  if (!text) return std::nullopt;
  const Result<std::uint64_t> value = parse_u64(*text);
  if (value) return *value;
  faults_.at(*id, value.errors());
  return std::nullopt;
}

std::optional<std::uint64_t> Fields::count(std::string_view key, std::uint64_t max) const {
  const std::optional<ValueId> id = find(key);
  if (!id) return std::nullopt;
  const std::optional<std::string_view> text = scalar(*id, key);
  if (!text) return std::nullopt;
  const Result<std::uint64_t> value = parse_count(*text);
  if (!value) {
    faults_.at(*id, value.errors());
    return std::nullopt;
  }
  if (*value <= max) return *value;
  faults_.at(*id, quoted(key) + " is at most " + std::to_string(max));
  return std::nullopt;
}

std::optional<bool> Fields::boolean(std::string_view key) const {
  constexpr std::string_view kWords[] = {"false", "true"};
  const std::optional<std::size_t> index = choice(key, kWords);
  if (!index) return std::nullopt;
  return *index == 1;
}

std::optional<std::string> Fields::text(std::string_view key) const {
  const std::optional<ValueId> id = find(key);
  if (!id) return std::nullopt;
  const std::optional<std::string_view> text = scalar(*id, key);
  if (!text) return std::nullopt;
  return std::string(*text);
}

std::optional<std::size_t> Fields::choice(std::string_view key,
                                          std::span<const std::string_view> words) const {
  const std::optional<ValueId> id = find(key);
  if (!id) return std::nullopt;
  const std::optional<std::string_view> text = scalar(*id, key);
  if (!text) return std::nullopt;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == *text) return i;
  }
  faults_.at(*id, quoted(*text) + " is none of the values of `" + std::string(key) +
                      "`: " + listed(words));
  return std::nullopt;
}

std::optional<Fields::Extent> Fields::extent(Check check) const {
  if (!require("start")) return std::nullopt;
  const std::optional<std::uint64_t> start = number("start");
  constexpr std::string_view kBounds[] = {"end", "last", "size"};
  std::optional<std::pair<std::string_view, ValueId>> given;
  bool more_than_one = false;
  for (const std::string_view bound : kBounds) {
    const std::optional<ValueId> id = find(bound);
    if (!id) continue;
    if (given) {
      faults_.at(*id, "`" + std::string(bound) + "` beside `" + std::string(given->first) +
                          "`; one of end, last, size is enough");
      more_than_one = true;
    }
    given = {bound, *id};
  }
  if (!given) {
    faults_.at(map_, std::string(what_) + " needs one of `end`, `last`, `size`");
    return std::nullopt;
  }
  const auto [bound, id] = *given;
  const std::optional<std::uint64_t> value = number(bound);
  if (!start || !value || more_than_one) return std::nullopt;
  if (bound == "size") {
    // [start, 2^64) is the largest.
    if (check == Check::sane && *value == 0) {
      faults_.at(id, "a size of 0: there is nothing in it");
      return std::nullopt;
    }
    if (check == Check::sane && *value - 1 > kTop - *start) {
      faults_.at(id, "start and size reach beyond 2^64");
      return std::nullopt;
    }
    return Extent{*start, *value};
  }
  if (*value < *start) {
    faults_.at(id, "it ends before it starts");
    return std::nullopt;
  }
  if (bound == "end" && *value == *start && check == Check::sane) {
    faults_.at(id,
               "it ends where it starts: there is nothing in it (`end` is the first byte after "
               "it, `last` its last byte)");
    return std::nullopt;
  }
  if (bound == "last" && *start == 0 && *value == kTop) {
    faults_.at(id, "the whole of 2^64 bytes is more than a size can tell");
    return std::nullopt;
  }
  return Extent{*start, *value - *start + (bound == "last" ? 1 : 0)};
}

std::optional<PhysRange> Fields::range() const {
  const std::optional<Extent> e = extent(Check::sane);
  if (!e) return std::nullopt;
  const std::optional<PhysRange> range = PhysRange::from_size(PhysAddr{e->start}, e->size);
  if (!range) faults_.at(map_, std::string(what_) + " may not hold the last byte of 2^64");
  return range;
}

}  // namespace memmap::input
