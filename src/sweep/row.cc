#include "sweep/row.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/json_text.h"

namespace memmap::sweep {
namespace {

constexpr std::string_view kEnds[] = {"passed", "failed", "error"};

// Members of one object, in order.
class Object {
 public:
  explicit Object(std::string& out) : out_(out) { out_ += '{'; }
  std::string& name(std::string_view key) {
    if (out_.back() != '{') out_ += ',';
    append_json_text(out_, key);
    out_ += ':';
    return out_;
  }
  void text(std::string_view key, std::string_view value) { append_json_text(name(key), value); }
  void text_or_null(std::string_view key, const std::optional<std::string>& value) {
    if (value) {
      text(key, std::string_view(*value));
    } else {
      name(key) += "null";
    }
  }
  void texts(std::string_view key, const std::vector<std::string>& values) {
    std::string& list = name(key);
    list += '[';
    for (const std::string& value : values) {
      if (list.back() != '[') list += ',';
      append_json_text(list, value);
    }
    list += ']';
  }
  void number(std::string_view key, std::uint64_t value) {
    fmt::format_to(std::back_inserter(name(key)), "{}", value);
  }
  void number_or_null(std::string_view key, const std::optional<std::uint64_t>& value) {
    if (value) {
      number(key, *value);
    } else {
      name(key) += "null";
    }
  }
  void end() { out_ += '}'; }

 private:
  std::string& out_;
};

void append_failures(std::string& out, const std::vector<Failure>& failures) {
  out += '[';
  for (const Failure& failure : failures) {
    if (out.back() != '[') out += ',';
    Object object(out);
    object.text("rule", failure.rule);
    object.text("level", failure.level);
    object.text("actual", failure.actual);
    object.end();
  }
  out += ']';
}

void append_json(std::string& out, const Row& row) {
  Object object(out);
  object.number("index", row.index);
  for (std::size_t key = 0; key < kKeys.size(); ++key)
    object.text_or_null(kKeys[key], row.keys[key]);
  object.text("result", name_of(row.end));
  append_failures(object.name("failed"), row.failures);
  object.text_or_null("error", row.error.empty() ? std::nullopt : std::optional(row.error));
  object.text_or_null("panic", row.panic);
  Object members(object.name("facts"));
  for (std::size_t i = 0; i < row.facts.size(); ++i)
    members.number_or_null(facts::facts()[i].name, row.facts[i]);
  members.end();
  object.end();
  out += '\n';
}

// RFC 4180, but for its line ends.
void append_cell(std::string& out, std::string_view text) {
  if (text.find_first_of(",\"\n\r") == text.npos) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c == '\n' || c == '\r' ? ' ' : c;
  }
  out += '"';
}

void append_titles(std::string& out) {
  out += "index";
  for (const std::string_view key : kKeys) (out += ',') += key;
  out += ",result,failed,error,panic";
  for (const auto& fact : facts::facts()) (out += ',') += column_of(fact);
  out += '\n';
}

void append_csv(std::string& out, const Row& row) {
  fmt::format_to(std::back_inserter(out), "{}", row.index);
  for (const auto& key : row.keys) append_cell(out += ',', key.value_or(""));
  (out += ',') += name_of(row.end);
  std::string failed;
  for (const Failure& f : row.failures)
    failed += fmt::format("{}{}: {}", failed.empty() ? "" : "; ", f.rule, f.actual);
  append_cell(out += ',', failed);
  append_cell(out += ',', row.error);
  append_cell(out += ',', row.panic.value_or(""));
  for (std::size_t i = 0; i < facts::facts().size(); ++i) {
    out += ',';
    if (i < row.facts.size() && row.facts[i])
      fmt::format_to(std::back_inserter(out), "{}", *row.facts[i]);
  }
  out += '\n';
}

}  // namespace

std::string_view name_of(End end) { return kEnds[static_cast<std::size_t>(end)]; }

std::string column_of(const facts::Fact& fact) {
  const bool is_key = std::ranges::find(kKeys, fact.name) != kKeys.end();
  return std::string(fact.name) + (is_key ? "_bytes" : "");
}

void Summary::add(End end) {
  ++count;
  ++(end == End::passed ? passed : end == End::failed ? failed : errors);
}

void Summary::add(const Summary& other) {
  count += other.count;
  passed += other.passed;
  failed += other.failed;
  errors += other.errors;
}

void append_head(std::string& out, const Head& head, Form form) {
  if (form == Form::csv) out += "# ";
  Object object(out);
  object.text("schema", kRowsSchema);
  object.text("memmap", MEMMAP_VERSION);
  object.text("matrix", head.digest);
  object.number("count", head.count);
  object.texts("filter", head.filters);
  object.name("only_failures") += head.only_failures ? "true" : "false";
  object.text("shard", head.shard.text());
  object.texts("not_verified", head.not_verified);
  object.end();
  out += '\n';
  if (form == Form::csv) append_titles(out);
}

void append_row(std::string& out, const Row& row, Form form) {
  if (form == Form::csv) {
    append_csv(out, row);
  } else {
    append_json(out, row);
  }
}

void append_summary(std::string& out, const Summary& summary, Form form) {
  if (form == Form::csv) out += "# ";
  Object object(out);
  object.name("summary") += "true";
  object.number("count", summary.count);
  object.number("passed", summary.passed);
  object.number("failed", summary.failed);
  object.number("errors", summary.errors);
  object.end();
  out += '\n';
}

}  // namespace memmap::sweep
