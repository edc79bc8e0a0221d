#include "report/table/write.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "report/form/units.h"

namespace memmap::report {
namespace {

Align align_of(Kind kind) {
  const bool left = kind == Kind::text || kind == Kind::address || kind == Kind::range;
  return left ? Align::left : Align::right;
}

// How many digits the addresses of a column have, so that they stand one below the other.
unsigned digits_of(const Listing& listing, std::size_t column) {
  std::uint64_t highest = 0;
  for (const Values& row : listing.rows) {
    if (const auto* range = std::get_if<PhysRange>(&row[column]))
      highest = std::max(highest, raw(range->end()) - (range->empty() ? 0 : 1));
    if (const auto* address = std::get_if<std::uint64_t>(&row[column]))
      highest = std::max(highest, *address);
  }
  return hex_digits(highest);
}

std::string change_text(std::int64_t change, Sizes sizes) {
  if (change == 0) return "";
  const std::uint64_t size =
      change < 0 ? -static_cast<std::uint64_t>(change) : static_cast<std::uint64_t>(change);
  return (change < 0 ? "-" : "+") +
         (sizes == Sizes::rounded ? human_size(size) : fmt::format("{}", size));
}

std::string cell_text(const Value& value, Kind kind, unsigned digits, Sizes sizes) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* change = std::get_if<std::int64_t>(&value)) return change_text(*change, sizes);
  if (const auto* range = std::get_if<PhysRange>(&value)) return span(*range, digits);
  const auto* number = std::get_if<std::uint64_t>(&value);
  if (number == nullptr) return "";
  if (kind == Kind::address) return hex(*number, digits);
  if (kind == Kind::tally && *number == 0) return "";
  if (kind == Kind::bytes && sizes == Sizes::rounded) return human_size(*number);
  return fmt::format("{}", *number);
}

void write_value(JsonWriter& json, const Value& value, Kind kind) {
  if (const auto* text = std::get_if<std::string>(&value))
    return json.value(std::string_view(*text));
  if (const auto* change = std::get_if<std::int64_t>(&value)) return json.value(*change);
  if (const auto* range = std::get_if<PhysRange>(&value)) return json.value(span(*range, 1));
  const auto* number = std::get_if<std::uint64_t>(&value);
  if (number == nullptr) return json.null();
  if (kind == Kind::address) return json.address(*number);
  json.value(*number);
}

// As lsblk and lsmem escape what a shell would split or take for its own.
std::string escaped(std::string_view text) {
  if (text.empty()) return "-";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = byte > 0x20 && byte < 0x7f && c != '\\' && c != '"' && c != '\'' && c != '`';
    out += plain ? std::string(1, c) : fmt::format("\\x{:02x}", byte);
  }
  return out;
}

std::string raw_text(const Value& value, Kind kind) {
  if (const auto* text = std::get_if<std::string>(&value)) return escaped(*text);
  if (const auto* change = std::get_if<std::int64_t>(&value)) return fmt::format("{}", *change);
  if (const auto* range = std::get_if<PhysRange>(&value)) return escaped(span(*range, 1));
  const auto* number = std::get_if<std::uint64_t>(&value);
  if (number == nullptr) return "-";
  return kind == Kind::address ? hex(*number) : fmt::format("{}", *number);
}

}  // namespace

void write_table(Page& page, const Listing& listing, Sizes sizes, Titles titles) {
  std::vector<Column> columns;
  std::vector<unsigned> digits;
  for (std::size_t i = 0; i < listing.fields.size(); ++i) {
    const Field& f = listing.fields[i];
    columns.push_back(
        {titles == Titles::shown ? std::string(f.title) : std::string(), align_of(f.kind)});
    const bool has_digits = f.kind == Kind::address || f.kind == Kind::range;
    digits.push_back(has_digits ? digits_of(listing, i) : 1);
  }
  std::vector<Row> written;
  const std::size_t shown = listing.rows.size() - (listing.left_out != 0 ? 1 : 0);
  for (const Values& row : std::span(listing.rows).first(shown)) {
    Row& cells = written.emplace_back();
    for (std::size_t i = 0; i < row.size(); ++i) {
      const Field& f = listing.fields[i];
      cells.push_back({page.foreign(cell_text(row[i], f.kind, digits[i], sizes)),
                       f.paint == nullptr ? Paint::plain : f.paint(row[i])});
    }
  }
  page.table(std::move(columns), std::move(written));
  if (listing.left_out != 0) {
    page.line(fmt::format("  {} {} more", page.glyph("…", "..."), counted(listing.left_out, "row")),
              Paint::faint);
  }
}

void write_members(JsonWriter& json, const std::vector<Field>& fields, const Values& row) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    json.key(fields[i].name);
    write_value(json, row[i], fields[i].kind);
  }
}

std::string listing_to_json(const Listing& listing) {
  JsonWriter json;
  json.open_array();
  for (const Values& row : listing.rows) {
    json.open_object(Layout::row);
    write_members(json, listing.fields, row);
    json.close();
  }
  json.close();
  return std::move(json).finish();
}

std::string listing_to_raw(const Listing& listing, Titles titles) {
  std::string out;
  const auto line = [&](const auto& write_word) {
    for (std::size_t i = 0; i < listing.fields.size(); ++i)
      out += (i == 0 ? "" : " ") + write_word(i);
    out += '\n';
  };
  if (titles == Titles::shown)
    line([&](std::size_t i) { return std::string(listing.fields[i].name); });
  for (const Values& row : listing.rows)
    line([&](std::size_t i) { return raw_text(row[i], listing.fields[i].kind); });
  return out;
}

}  // namespace memmap::report
