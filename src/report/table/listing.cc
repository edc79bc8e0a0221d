#include "report/table/listing.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/suggest.h"

namespace memmap::report {
namespace {

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> out;
  while (true) {
    const std::size_t comma = std::min(text.find(','), text.size());
    out.push_back(text.substr(0, comma));
    if (comma == text.size()) return out;
    text.remove_prefix(comma + 1);
  }
}

std::vector<std::string_view> names_of(std::span<const Field> fields) {
  std::vector<std::string_view> out;
  for (const Field& f : fields) out.push_back(f.name);
  return out;
}

Result<std::size_t> column_of(std::span<const Field> fields, std::string_view name,
                              std::string_view option) {
  const auto found = std::ranges::find(fields, name, &Field::name);
  if (found != fields.end()) return static_cast<std::size_t>(found - fields.begin());
  const auto names = names_of(fields);
  return Error{fmt::format("{}: no column `{}`; there are {}{}", option, name,
                           fmt::join(names, ", "), did_you_mean(name, names)),
               {"memmap"}};
}

std::vector<std::size_t> usual_columns(std::span<const Field> fields, Reader reader) {
  const Shown others = reader == Reader::people ? Shown::to_programs : Shown::to_people;
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < fields.size(); ++i)
    if (fields[i].shown != others) out.push_back(i);
  return out;
}

bool tells(const Value& value) { return !std::holds_alternative<std::monostate>(value); }

bool less(const Value& a, const Value& b) {
  if (a.index() != b.index()) return a.index() < b.index();
  const auto* const range = std::get_if<PhysRange>(&a);
  if (range == nullptr) {
    return std::visit(
        [&](const auto& left) {
          using Kept = std::decay_t<decltype(left)>;
          if constexpr (std::is_same_v<Kept, PhysRange>)
            return false;
          else
            return left < std::get<Kept>(b);
        },
        a);
  }
  const PhysRange other = std::get<PhysRange>(b);
  return range->base() != other.base() ? range->base() < other.base() : range->end() < other.end();
}

}  // namespace

Result<std::vector<std::size_t>> chosen_columns(std::span<const Field> fields, const Wish& wish,
                                                Reader reader) {
  if (!wish.columns) return usual_columns(fields, reader);
  std::string_view text = *wish.columns;
  std::vector<std::size_t> out;
  if (text.starts_with('+')) {
    out = usual_columns(fields, reader);
    text.remove_prefix(1);
  }
  const std::size_t given = out.size();
  Errors errors;
  for (const std::string_view name : split(text)) {
    const auto column = column_of(fields, name, "--columns");
    if (!column) {
      append(errors, column.errors());
      continue;
    }
    const auto same = std::ranges::find(out, *column);
    if (same == out.end()) {
      out.push_back(*column);
    } else if (static_cast<std::size_t>(same - out.begin()) >= given) {
      errors.push_back({fmt::format("--columns: `{}` is named twice", name), {"memmap"}});
    }
  }
  if (!errors.empty()) return errors;
  return out;
}

Result<std::vector<SortKey>> sort_keys(std::span<const Field> fields, const Wish& wish) {
  std::vector<SortKey> out;
  if (!wish.sort) return out;
  Errors errors;
  for (std::string_view name : split(*wish.sort)) {
    const std::size_t colon = std::min(name.find(':'), name.size());
    const std::string_view way = name.substr(colon);
    if (!way.empty() && way != ":asc" && way != ":desc") {
      errors.push_back(
          {fmt::format("--sort: `{}` is neither asc nor desc", way.substr(1)), {"memmap"}});
      continue;
    }
    const auto column = column_of(fields, name.substr(0, colon), "--sort");
    if (column) {
      out.push_back({*column, way == ":desc"});
    } else {
      append(errors, column.errors());
    }
  }
  if (!errors.empty()) return errors;
  return out;
}

void sort_rows(Listing& listing, std::span<const SortKey> keys) {
  std::ranges::stable_sort(listing.rows, [&](const Values& a, const Values& b) {
    for (const SortKey& key : keys) {
      const Value& left = a[key.column];
      const Value& right = b[key.column];
      if (tells(left) != tells(right)) return tells(left);
      if (less(left, right)) return !key.falling;
      if (less(right, left)) return key.falling;
    }
    return false;
  });
}

Listing with_columns(const Listing& listing, std::span<const std::size_t> columns) {
  Listing out;
  for (const std::size_t c : columns) out.fields.push_back(listing.fields[c]);
  for (const Values& row : listing.rows) {
    Values& kept = out.rows.emplace_back();
    kept.reserve(columns.size());
    for (const std::size_t c : columns) kept.push_back(row[c]);
  }
  out.left_out = listing.left_out;
  return out;
}

Listing for_people(const Listing& listing) {
  return with_columns(listing, usual_columns(listing.fields, Reader::people));
}

Listing for_programs(const Listing& listing) {
  return with_columns(listing, usual_columns(listing.fields, Reader::programs));
}

}  // namespace memmap::report
