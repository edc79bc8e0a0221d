#include <fmt/format.h>

#include <cstdint>
#include <map>
#include <utility>

#include "report/form/json_writer.h"
#include "report/verdicts/words.h"

namespace memmap::report {
namespace {

constexpr std::string_view kSchema =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

// In a message braces are placeholders, and `](` is what makes a link of brackets.
std::string message_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '{' || c == '}') out += c;
    if (c == '(' && out.ends_with(']')) out += ' ';
    out += c;
  }
  return out;
}

void add_message(JsonWriter& json, std::string_view key, std::string_view text) {
  json.key(key).open_object(Layout::row);
  json.member("text", message_text(text));
  json.close();
}

// A path as a URI: relative as it was given, so that it is found in the repository.
std::string uri(std::string_view path) {
  std::string out = path.starts_with('/') ? "file://" : "";
  for (const char c : path) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~' || c == '/';
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

// FNV-1a over the parts, which a zero byte ends.
std::uint64_t hash(std::initializer_list<std::string_view> parts) {
  std::uint64_t out = 0xcbf29ce484222325;
  const auto add = [&](unsigned char c) { out = (out ^ c) * 0x100000001b3; };
  for (const std::string_view part : parts) {
    for (const char c : part) add(static_cast<unsigned char>(c));
    add(0);
  }
  return out;
}

// The rules, each once, in the order of their first verdict.
class Rules {
 public:
  explicit Rules(std::span<const CheckedCase> cases) {
    for (const CheckedCase& c : cases) {
      for (const policy::Verdict& v : c.verdicts) {
        if (index_.try_emplace({v.rule->name, v.rule->text}, rows_.size()).second)
          rows_.push_back({ids_(rule_label(*v.rule)), v.rule});
      }
    }
  }

  std::size_t index(const policy::Verdict& v) const {
    return index_.at({v.rule->name, v.rule->text});
  }
  const std::string& id(std::size_t index) const { return rows_[index].id; }

  void write(JsonWriter& json) const {
    json.key("rules").open_array();
    for (const Row& row : rows_) {
      std::string text = one_line(row.rule->text);
      if (text.empty()) text = row.id;
      const std::string why = one_line(row.rule->why);
      json.open_object();
      json.member("id", row.id);
      add_message(json, "shortDescription", text);
      add_message(json, "help", why.empty() ? "Required of the simulated boot: " + text : why);
      json.key("defaultConfiguration").open_object(Layout::row);
      json.member("level", level_word(row.rule->level));
      json.close();
      json.close();
    }
    json.close();
  }

 private:
  struct Row {
    std::string id;
    const policy::Rule* rule;
  };
  std::map<std::pair<std::string, std::string>, std::size_t> index_{};
  std::vector<Row> rows_{};
  DistinctNames ids_{};
};

void add_location(JsonWriter& json, const policy::Verdict& v) {
  const Origin& origin = v.rule->origin;
  json.key("locations").open_array();
  json.open_object();
  json.key("physicalLocation").open_object();
  json.key("artifactLocation").open_object(Layout::row);
  json.member("uri", uri(origin.file));
  json.close();
  if (origin.line != 0) {
    json.key("region").open_object(Layout::row);
    json.member("startLine", origin.line);
    if (origin.column != 0) json.member("startColumn", origin.column);
    json.close();
  }
  json.close();
  json.close();
  json.close();
}

void add_result(JsonWriter& json, std::string_view subject, const policy::Verdict& v,
                const Rules& rules) {
  const std::size_t index = rules.index(v);
  std::string message = found_words(v);
  if (!subject.empty()) message = fmt::format("{}: {}", subject, message);
  for (const Detail& d : details(v)) message += fmt::format("\n{}: {}", d.key, d.words);
  json.open_object();
  json.member("ruleId", rules.id(index));
  json.member("ruleIndex", index);
  json.member("level", level_word(v.rule->level));
  add_message(json, "message", message);
  if (!v.rule->origin.file.empty()) add_location(json, v);
  json.key("partialFingerprints").open_object(Layout::row);
  json.member("primaryLocationLineHash",
              fmt::format("{:016x}:1", hash({subject, v.rule->name, v.rule->text})));
  json.close();
  json.close();
}

}  // namespace

std::string verdicts_to_sarif(std::span<const CheckedCase> cases) {
  const Rules rules(cases);
  JsonWriter json;
  json.open_object();
  json.member("$schema", kSchema);
  json.member("version", "2.1.0");
  json.key("runs").open_array();
  json.open_object();
  json.key("tool").open_object();
  json.key("driver").open_object();
  json.member("name", "memmap check");
  json.member("version", MEMMAP_VERSION);
  rules.write(json);
  json.close();
  json.close();
  json.member("columnKind", "unicodeCodePoints");
  json.key("results").open_array();
  for (const CheckedCase& c : cases) {
    for (const policy::Verdict& v : c.verdicts) {
      if (v.answer == policy::Answer::failed) add_result(json, one_line(c.name), v, rules);
    }
  }
  json.close();
  json.close();
  json.close();
  json.close();
  return std::move(json).finish();
}

}  // namespace memmap::report
