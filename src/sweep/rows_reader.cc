#include "sweep/rows_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/number.h"
#include "input/document/json_reader.h"

namespace memmap::sweep {
namespace {

using input::Document;
using input::ValueId;

constexpr std::string_view kComment = "# ";

std::string_view text_of(const Document& doc, std::string_view key) {
  const ValueId id = doc.member(0, key);
  return id == input::kNoValue ? std::string_view() : doc.text(id);
}

// Of a list of scalars; empty: there is none.
std::vector<std::string> texts_of(const Document& doc, std::string_view key) {
  std::vector<std::string> out;
  const ValueId list = doc.member(0, key);
  if (list == input::kNoValue) return out;
  for (ValueId id = doc.first(list); id != input::kNoValue; id = doc.next(id))
    out.emplace_back(doc.text(id));
  return out;
}

std::optional<std::uint64_t> number_of(const Document& doc, std::string_view key) {
  const auto number = parse_count(text_of(doc, key));
  return number ? std::optional(*number) : std::nullopt;
}

std::optional<std::uint64_t> leading_number(std::string_view text) {
  std::uint64_t out = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), out);
  if (read.ec != std::errc() || read.ptr == text.data()) return std::nullopt;
  return out;
}

std::optional<End> end_named(std::string_view name) {
  for (const End end : {End::passed, End::failed, End::error}) {
    if (name_of(end) == name) return end;
  }
  return std::nullopt;
}

struct FileRow {
  std::uint64_t index = 0;
  End end = End::passed;
};

std::optional<FileRow> json_row(std::string_view line) {
  constexpr std::string_view kIndex = "{\"index\":";
  constexpr std::string_view kResult = "\"result\":\"";  // in no text: its quotes would be escaped
  if (!line.starts_with(kIndex) || !line.ends_with('}')) return std::nullopt;
  const auto index = leading_number(line.substr(kIndex.size()));
  const std::size_t at = line.find(kResult);
  if (!index || at == line.npos) return std::nullopt;
  const std::string_view rest = line.substr(at + kResult.size());
  const auto end = end_named(rest.substr(0, rest.find('"')));
  if (!end) return std::nullopt;
  return FileRow{*index, *end};
}

// What follows the first `n` cells.
std::string_view behind_cells(std::string_view line, std::size_t n) {
  bool quoted = false;
  for (std::size_t i = 0; i < line.size() && n > 0; ++i) {
    if (line[i] == '"') quoted = !quoted;
    if (line[i] == ',' && !quoted && --n == 0) return line.substr(i + 1);
  }
  return {};
}

std::optional<FileRow> csv_row(std::string_view line) {
  const auto index = leading_number(line);
  const std::string_view rest = behind_cells(line, 1 + kKeys.size());
  const auto end = end_named(rest.substr(0, rest.find(',')));
  if (!index || !end) return std::nullopt;
  return FileRow{*index, *end};
}

std::optional<Summary> parse_summary(std::string_view line) {
  if (line.starts_with(kComment)) line.remove_prefix(kComment.size());
  if (!line.starts_with("{\"summary\":true")) return std::nullopt;
  const auto doc = input::read_json_document("", line);
  if (!doc) return std::nullopt;
  const auto count = number_of(*doc, "count");
  const auto passed = number_of(*doc, "passed");
  const auto failed = number_of(*doc, "failed");
  const auto errors = number_of(*doc, "errors");
  if (!count || !passed || !failed || !errors) return std::nullopt;
  return Summary{*count, *passed, *failed, *errors};
}

}  // namespace

Result<Head> parse_head(std::string_view line) {
  if (line.starts_with(kComment)) line.remove_prefix(kComment.size());
  const Error no_head{"is no output of `memmap sweep`"};
  if (!line.starts_with('{')) return no_head;
  const auto doc = input::read_json_document("", line);
  if (!doc) return no_head;
  const std::string_view schema = text_of(*doc, "schema");
  if (schema != kRowsSchema) {
    if (!schema.starts_with("memmap/sweep/")) return no_head;
    return Error{fmt::format("is of the schema {}, this memmap writes {}: sweep again", schema,
                             kRowsSchema)};
  }
  const std::string_view version = text_of(*doc, "memmap");
  if (version != MEMMAP_VERSION) {
    return Error{
        fmt::format("was made by memmap {}, this is {}: their boots may differ; sweep again",
                    version, MEMMAP_VERSION)};
  }
  const auto count = number_of(*doc, "count");
  const auto shard = parse_shard(text_of(*doc, "shard"));
  if (!count || !shard || doc->member(0, "filter") == input::kNoValue) return no_head;
  Head out{.digest = std::string(text_of(*doc, "matrix")),
           .count = *count,
           .only_failures = text_of(*doc, "only_failures") == "true",
           .shard = *shard};
  out.filters = texts_of(*doc, "filter");
  out.not_verified = texts_of(*doc, "not_verified");
  return out;
}

Result<RowsReader> RowsReader::open(const std::string& path) {
  RowsReader out(path);
  if (!out.in_) return Error{"cannot be read", {path}, {}, 1, {}, ErrorCode::not_found};
  if (const Status read = out.read_head(); !read) return read.errors();
  return out;
}

Error RowsReader::wrong(std::string message) const { return {std::move(message), {path_, line_}}; }

bool RowsReader::read_line() {
  ++line_;
  if (!std::getline(in_, text_)) return false;
  if (!in_.eof()) text_ += '\n';
  return true;
}

Status RowsReader::read_head() {
  if (!read_line()) return wrong("is empty");
  form_ = text_.starts_with(kComment) ? Form::csv : Form::jsonl;
  auto head = parse_head(text_);
  if (!head) return wrong(head.errors().front().message);
  head_ = *std::move(head);
  offset_ = text_.size();
  if (form_ == Form::jsonl) return Done{};
  if (!read_line() || !text_.ends_with('\n') || !text_.starts_with("index,"))
    return wrong("the line of titles lacks");
  offset_ += text_.size();
  return Done{};
}

Result<RowsReader::Line> RowsReader::next() {
  if (!read_line() || text_.empty()) return Line::end;
  if (!text_.ends_with('\n')) return Line::cut;
  const std::string_view line = std::string_view(text_).substr(0, text_.size() - 1);
  if (const auto summary = parse_summary(line)) {
    summary_ = *summary;
    offset_ += text_.size();
    return Line::summary;
  }
  const auto row = form_ == Form::csv ? csv_row(line) : json_row(line);
  if (!row) return wrong("is neither a row nor the summary of a sweep");
  if (last_ && row->index <= *last_)
    return wrong(fmt::format("the row {} stands behind {}", row->index, *last_));
  last_ = index_ = row->index;
  end_ = row->end;
  offset_ += text_.size();
  return Line::row;
}

}  // namespace memmap::sweep
