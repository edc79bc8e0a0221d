// The whole machine, in the keys of a scenario (share/doc/scenario.md), as YAML or JSON.
#include <fmt/format.h>

#include <algorithm>
#include <concepts>
#include <initializer_list>
#include <iterator>
#include <span>

#include "base/json_text.h"
#include "base/utf8.h"
#include "machine/e820_words.h"
#include "machine/pci_address.h"
#include "machine/visit.h"
#include "report/convert/convert.h"

namespace memmap::report {
namespace {

enum class Syntax { yaml, json };

// Writes a map of keys, each with a value or a list of values, one a line. Values are in flow
// style, so that YAML and JSON differ only in their quotes and braces.
class Writer {
 public:
  explicit Writer(Syntax syntax) : json_(syntax == Syntax::json) {
    if (json_) {
      out_.bytes = "{";
    } else {
      out_.bytes = "# A machine for memmap. share/doc/scenario.md explains the keys.\n";
    }
  }

  // A key and its value inside of braces.
  std::string field(std::string_view key, std::string_view value) const {
    return json_ ? fmt::format("\"{}\": {}", key, value) : fmt::format("{}: {}", key, value);
  }
  static std::string map(std::initializer_list<std::string> fields) {
    return map(std::span(fields.begin(), fields.size()));
  }
  static std::string map(std::span<const std::string> fields) {
    std::string out;
    for (const std::string& f : fields) {
      if (!f.empty()) out += (out.empty() ? "" : ", ") + f;
    }
    return "{" + out + "}";
  }

  // JSON numbers beyond 2^53 are not safe with every reader, hence text.
  std::string address(std::uint64_t value) const {
    return json_ ? fmt::format("\"{:#x}\"", value) : fmt::format("{:#x}", value);
  }
  std::string word(std::string_view word) const {
    return json_ ? fmt::format("\"{}\"", word) : std::string(word);
  }
  // Neither syntax holds bytes that are no UTF-8. A text keeps its length: where the kernel copies it,
  // what comes behind lies where it did.
  std::string text(std::string_view text) {
    std::string out(text);
    bool replaced = false;
    for (std::size_t i = 0; i < out.size();) {
      const std::size_t length = utf8_length(std::string_view(out).substr(i));
      if (length == 0) {
        out[i] = '?';
        replaced = true;
      }
      i += std::max<std::size_t>(length, 1);
    }
    if (replaced) lose("bytes that are no UTF-8 are replaced by `?`, one for one, in a text");
    return json_text(out);
  }
  // The fields `start` and `end`.
  std::string bounds(PhysRange range) const {
    return field("start", address(raw(range.base()))) + ", " +
           field("end", address(raw(range.end())));
  }

  void value(std::string_view key, std::string_view value) {
    if (json_) {
      out_.bytes += fmt::format("{}\n  \"{}\": {}", first_ ? "" : ",", key, value);
    } else {
      out_.bytes += fmt::format("{}: {}\n", key, value);
    }
    first_ = false;
  }
  void list(std::string_view key, const std::vector<std::string>& values) {
    if (values.empty()) return value(key, "[]");
    std::string& out = out_.bytes;
    if (json_) {
      out += fmt::format("{}\n  \"{}\": [", first_ ? "" : ",", key);
      for (std::size_t i = 0; i < values.size(); ++i) {
        out += fmt::format("{}\n    {}", i == 0 ? "" : ",", values[i]);
      }
      out += "\n  ]";
    } else {
      out += fmt::format("{}:\n", key);
      for (const std::string& v : values) out += fmt::format("  - {}\n", v);
    }
    first_ = false;
  }
  void lose(std::string loss) { out_.losses.push_back(std::move(loss)); }

  Converted finish() {
    if (json_) out_.bytes += "\n}\n";
    return std::move(out_);
  }

 private:
  Converted out_;
  bool json_;
  bool first_ = true;
};

// Writes the rows of machine/visit.h: those of the machine itself as keys of the document, those of
// what it holds as fields between braces.
class MemberWriter {
 public:
  explicit MemberWriter(Writer& out) : out_(out) {}

  void constant(std::string_view key, std::string_view word) { put(key, out_.word(word)); }
  void remark(std::string_view, const std::vector<std::string>&) {}
  void texts(std::string_view key, const std::vector<std::string>& texts) {
    std::vector<std::string> lines;
    for (const std::string& text : texts) lines.push_back(out_.text(text));
    if (!lines.empty()) out_.list(key, lines);
  }
  void text(std::string_view key, const std::string& text, Need need = Need::optional) {
    if (need != Need::optional || !text.empty()) put(key, out_.text(text));
  }
  void text(std::string_view key, const std::optional<std::string>& text) {
    if (text) put(key, out_.text(*text));
  }
  template <class T>
  void number(std::string_view key, T number, Need need = Need::optional) {
    if (need != Need::optional || number != T{0}) put(key, out_.address(value_of(number)));
  }
  template <class T>
  void number(std::string_view key, const std::optional<T>& number) {
    if (number) put(key, out_.address(value_of(*number)));
  }
  template <std::integral T>
  void count(std::string_view key, T number, std::uint64_t, Need need = Need::optional) {
    if (need != Need::optional || number != 0) put(key, fmt::format("{}", number));
  }
  void count(std::string_view key, std::optional<unsigned> number, std::uint64_t,
             std::uint64_t = 0) {
    if (number) put(key, fmt::format("{}", *number));
  }
  void id(std::string_view key, std::uint16_t number) { put(key, out_.address(number)); }
  void flag(std::string_view key, bool flag, bool usual) {
    if (flag != usual) put(key, flag ? "true" : "false");
  }
  void flag(std::string_view key, std::optional<bool> flag) {
    if (flag) put(key, *flag ? "true" : "false");
  }
  template <class T>
  void choice(std::string_view key, T value, std::span<const std::string_view> words,
              Need need = Need::optional) {
    if (need != Need::optional || value != T{})
      put(key, out_.word(words[static_cast<std::size_t>(value)]));
  }
  void pci_address(std::string_view key, std::uint32_t address) {
    put(key, out_.text(pci_address_text(address)));
  }
  void range(std::string_view key, const std::optional<PhysRange>& range) {
    if (!range) return;
    if (range->empty()) {
      out_.lose(fmt::format("`{}` is left out: it is an empty range", key));
    } else {
      put(key, Writer::map({out_.bounds(*range)}));
    }
  }
  void bounds(PhysRange range, Need need) {
    if (!range.empty()) fields_.push_back(out_.bounds(range));
    lost_ = lost_ || (range.empty() && need == Need::required);
  }
  void entry(PhysAddr addr, std::uint64_t size, E820Type type) {
    const E820Entry e{addr, size, type};
    // What a reader would take for a slip of the hand is marked as meant.
    const bool odd = size == 0 || e.wraps();
    put("start", out_.address(raw(addr)));
    put(odd ? "size" : "end", out_.address(odd ? size : e.end()));
    put("type", out_.word(e820_word(type)));
    if (odd) put("verbatim", "true");
  }
  void ranges(std::string_view key, const std::vector<PhysRange>& ranges, std::string_view) {
    std::vector<std::string> lines;
    for (const PhysRange r : ranges) lines.push_back(Writer::map({out_.bounds(r)}));
    if (!lines.empty()) out_.list(key, lines);
  }
  template <class T>
  void list(std::string_view key, const std::vector<T>& values, std::string_view,
            Need need = Need::optional) {
    if (values.empty() && need == Need::optional) return;
    std::vector<std::string> lines;
    lines.reserve(values.size());
    for (const T& value : values) {
      MemberWriter inner(out_, true);
      visit_members(inner, value);
      if (!inner.lost_) lines.push_back(Writer::map(inner.fields_));
    }
    if (lines.size() != values.size()) {
      out_.lose(fmt::format("{} of `{}` with empty ranges are left out",
                            values.size() - lines.size(), key));
    }
    out_.list(key, lines);
  }
  template <class T>
  void object(std::string_view key, const T& value) {
    MemberWriter inner(out_, true);
    visit_members(inner, value);
    if (!inner.fields_.empty()) put(key, Writer::map(inner.fields_));
  }
  template <class T>
  void object(std::string_view key, const std::optional<T>& value) {
    if (value) object(key, *value);
  }
  void addresses(std::string_view key, const std::vector<PhysAddr>& addresses) {
    std::vector<std::string> lines;
    for (const PhysAddr address : addresses) lines.push_back(out_.address(raw(address)));
    if (!lines.empty()) out_.list(key, lines);
  }
  template <class T>
  void numbers(std::string_view key, const std::vector<T>& numbers, std::uint64_t,
               std::string_view) {
    std::vector<std::string> lines;
    for (const T number : numbers) lines.push_back(fmt::format("{}", number));
    if (!lines.empty()) out_.list(key, lines);
  }
  void nodes(std::string_view key, const std::vector<int>& nids, Lack) {
    std::vector<std::string> lines;
    for (const int nid : nids) {
      lines.push_back(nid < 0 ? out_.word("none") : fmt::format("{}", nid));
    }
    if (!lines.empty()) out_.list(key, lines);
  }
  void options(std::string_view key,
               const std::vector<std::pair<std::string, std::string>>& options) {
    std::vector<std::string> fields;
    for (const auto& [name, value] : options) {
      fields.push_back(is_plain(name) ? out_.field(name, out_.text(value))
                                      : json_text(name) + ": " + out_.text(value));
    }
    if (!fields.empty()) put(key, Writer::map(fields));
  }
  void check(bool, std::string_view, std::string_view) {}

 private:
  MemberWriter(Writer& out, bool inner) : out_(out), inner_(inner) {}

  // A key that YAML takes as it stands.
  static bool is_plain(std::string_view key) {
    return !key.empty() && std::ranges::all_of(key, [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
    });
  }
  static std::uint64_t value_of(std::uint64_t number) { return number; }
  static std::uint64_t value_of(VirtAddr address) { return raw(address); }
  static std::uint64_t value_of(PhysAddr address) { return raw(address); }

  void put(std::string_view key, std::string_view value) {
    if (inner_) {
      fields_.push_back(out_.field(key, value));
    } else {
      out_.value(key, value);
    }
  }

  Writer& out_;
  bool inner_ = false;
  bool lost_ = false;  // what must have bounds has none
  std::vector<std::string> fields_{};
};

Converted write(const Machine& m, Syntax syntax) {
  Writer out(syntax);
  MemberWriter members(out);
  visit_members(members, m);
  const bool complains =
      !m.firmware_events.empty() || std::ranges::any_of(m.acpi_tables, [](const AcpiTable& t) {
        return t.wrong_checksum.has_value();
      });
  if (complains) out.lose("what the kernel says of firmware's tables that are damaged is left out");
  return out.finish();
}

}  // namespace

Result<Converted> to_yaml(const Machine& machine) { return write(machine, Syntax::yaml); }
Result<Converted> to_json(const Machine& machine) { return write(machine, Syntax::json); }

}  // namespace memmap::report
