#include "sweep/matrix.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

#include "base/limits.h"
#include "base/number.h"
#include "input/document/fields.h"
#include "input/document/yaml_reader.h"
#include "sweep/braces.h"

namespace memmap::sweep {
namespace {

using input::Document;
using input::Fields;
using input::ValueId;
using input::ValueKind;

constexpr std::string_view kSchema = "memmap/matrix/1";
constexpr std::array<std::string_view, 12> kRootKeys{
    "schema", "machines", "kernels", "configs", "plugins", "command_lines",
    "append", "slots",    "include", "exclude", "require", "policies"};
constexpr std::array<std::string_view, 7> kListKeys{
    "machines", "kernels", "configs", "plugins", "command_lines", "append", "slots"};
constexpr std::array<std::string_view, 8> kMachineKeys{"file", "synthetic", "folder", "sysroot",
                                                       "name", "format",    "boot",   "columns"};
constexpr std::array<std::string_view, 2> kSlotKeys{"every", "count"};
constexpr std::string_view kWithout = "without ";

struct SourceKey {
  std::string_view key;
  session::SourceKind kind;
};
constexpr SourceKey kSources[] = {{"file", session::SourceKind::named},
                                  {"synthetic", session::SourceKind::synthetic},
                                  {"folder", session::SourceKind::gathered},
                                  {"sysroot", session::SourceKind::sysroot}};

class Reader {
 public:
  explicit Reader(const Document& doc) : doc_(doc), faults_(doc) {}

  Result<Matrix> read(std::string file) {
    Matrix out{.file = std::move(file)};
    const Fields root(doc_, 0, "a matrix", kRootKeys, faults_);
    if (const auto schema = root.text("schema"); schema && *schema != kSchema) {
      faults_.at(*root.find("schema"),
                 "matrices of schema " + std::string(kSchema) + " are read, not `" + *schema + "`");
    }
    out.product = lists(root);
    if (out.product.machines.empty() && !root.find("include") && !root.find("machines"))
      root.require("machines");
    if (const auto list = root.list("include"))
      each(*list, [&](ValueId id) {
        const Fields fields(doc_, id, "an entry of `include`", kListKeys, faults_);
        fields.require("machines");
        out.include.push_back(lists(fields));
      });
    if (const auto list = root.list("exclude"))
      each(*list, [&](ValueId id) { out.exclude.push_back(exclusion(id)); });
    if (const auto list = root.list("require"))
      out.rules = policy::read_rules(doc_, *list, faults_);
    if (const auto id = root.find("policies"))
      each(*id, [&](ValueId file_id) {
        if (auto text = scalar(file_id, "a policy")) out.policies.push_back(*std::move(text));
      });
    if (!faults_.none()) return faults_.take();
    return out;
  }

 private:
  // Of a list, each value; of anything else, that alone.
  template <class Do>
  void each(ValueId id, const Do& act) {
    if (doc_.kind(id) != ValueKind::list) return act(id);
    for (ValueId child = doc_.first(id); child != input::kNoValue; child = doc_.next(child))
      act(child);
  }

  // A text on one line, not empty; else a fault.
  std::optional<input::Named> scalar(ValueId id, std::string_view what) {
    const std::string_view text = doc_.text(id);
    if (doc_.kind(id) != ValueKind::scalar || text.empty()) {
      faults_.at(id, fmt::format("{} is a text", what));
    } else if (!is_line(text)) {
      faults_.at(id, fmt::format("{} is one line of text", what));
    } else {
      return input::named(doc_, id);
    }
    return std::nullopt;
  }

  static bool is_line(std::string_view text) {
    return std::ranges::none_of(text, [](char c) { return c == '\n' || c == '\r'; });
  }

  Lists lists(const Fields& fields) {
    Lists out;
    if (const auto id = not_empty(fields, "machines"))
      each(*id, [&](ValueId m) { machine(m, out.machines); });
    if (const auto id = not_empty(fields, "kernels"))
      each(*id, [&](ValueId k) { named(k, "a kernel", out.kernels); });
    if (const auto id = not_empty(fields, "configs"))
      each(*id, [&](ValueId c) { named(c, "a .config", out.configs); });
    if (const auto id = not_empty(fields, "plugins"))
      each(*id, [&](ValueId p) { out.plugins.push_back(plugins(p)); });
    if (const auto id = not_empty(fields, "command_lines"))
      each(*id, [&](ValueId c) { lines(c, out.command_lines); });
    if (const auto id = not_empty(fields, "append"))
      each(*id, [&](ValueId a) { lines(a, out.append); });
    if (const auto id = fields.find("slots")) out.slots = slots(*id);
    if (out.kernels.empty()) out.kernels.emplace_back();
    if (out.configs.empty()) out.configs.emplace_back();
    if (out.plugins.empty()) out.plugins.emplace_back();
    if (out.command_lines.empty()) out.command_lines.emplace_back();
    if (out.append.empty()) out.append.emplace_back();
    return out;
  }

  std::optional<ValueId> not_empty(const Fields& fields, std::string_view key) {
    const auto id = fields.find(key);
    if (id && doc_.kind(*id) == ValueKind::list && doc_.size(*id) == 0) {
      faults_.at(*id, fmt::format("`{}` is an empty list: nothing would be booted", key));
      return std::nullopt;
    }
    return id;
  }

  void named(ValueId id, std::string_view what, std::vector<input::Named>& out) {
    if (doc_.kind(id) == ValueKind::null) {
      out.emplace_back();
    } else if (auto text = scalar(id, what)) {
      out.push_back(*std::move(text));
    }
  }

  void machine(ValueId id, std::vector<MachineWish>& out) {
    if (doc_.kind(id) != ValueKind::map) {
      if (auto text = scalar(id, "a machine"))
        out.push_back({{.text = std::move(text->text)}, {}, std::move(text->place)});
      return;
    }
    const Fields fields(doc_, id, "a machine", kMachineKeys, faults_);
    MachineWish wish;
    wish.name = line(fields, "name");
    wish.place = doc_.error(id, {});
    unsigned named = 0;
    for (const SourceKey& source : kSources) {
      const auto at = fields.find(source.key);
      if (!at) continue;
      auto text = scalar(*at, fmt::format("`{}` of a machine", source.key));
      if (++named > 1)
        faults_.at(*at, "a machine is read from one source: file, synthetic, folder or sysroot");
      if (!text) continue;
      wish.source.kind = source.kind;
      wish.source.text = std::move(text->text);
      wish.place = std::move(text->place);
    }
    if (named == 0)
      faults_.at(id, "a machine needs one of `file`, `synthetic`, `folder`, `sysroot`");
    if (fields.find("format")) wish.source.format = fields.text("format");
    if (fields.find("columns")) wish.source.columns = fields.text("columns");
    if (const auto at = fields.find("boot")) {
      constexpr unsigned kMost = 1'000'000;
      const auto boot = fields.count("boot", kMost);
      if (boot == std::uint64_t{0}) faults_.at(*at, "boots are counted from 1");
      if (boot) wish.source.boot = static_cast<unsigned>(*boot);
    }
    out.push_back(std::move(wish));
  }

  std::string line(const Fields& fields, std::string_view key) {
    const auto id = fields.find(key);
    if (!id) return {};
    const auto text = scalar(*id, fmt::format("`{}`", key));
    return text ? text->text : std::string();
  }

  PluginsWish plugins(ValueId id) {
    PluginsWish out{.place = doc_.error(id, {})};
    if (doc_.kind(id) == ValueKind::null) return out;
    each(id, [&](ValueId p) {
      auto text = scalar(p, "a plugin");
      if (!text) return;
      out.text += (out.text.empty() ? "" : " + ") + text->text;
      if (text->text.starts_with(kWithout)) {
        out.without.push_back(text->text.substr(kWithout.size()));
      } else {
        out.use.push_back(*std::move(text));
      }
    });
    return out;
  }

  // Texts in braces, each for all that it stands for.
  template <class T>
  void lines(ValueId id, std::vector<T>& out) {
    if (doc_.kind(id) == ValueKind::null) {
      out.emplace_back();
      return;
    }
    const std::string_view text = doc_.text(id);
    if (doc_.kind(id) != ValueKind::scalar || !is_line(text)) {
      faults_.at(id, "a command line is one line of text");
      return;
    }
    auto texts = expand_braces(text);
    if (!texts) {
      faults_.at(id, texts.errors());
    } else if (out.size() + texts->size() > limit_of(Limit::texts)) {
      faults_.at(id, "too many texts in one list: " + beyond(Limit::texts));
    } else {
      for (std::string& one : *texts) out.emplace_back(std::move(one));
    }
  }

  SlotsWish slots(ValueId id) {
    if (doc_.kind(id) == ValueKind::map) {
      const Fields fields(doc_, id, "`slots`", kSlotKeys, faults_);
      constexpr std::uint64_t kMost = std::uint64_t{1} << 31;
      const auto every = fields.count("every", kMost);
      const auto count = fields.count("count", kMost);
      if (every.has_value() + count.has_value() != 1 || every == std::uint64_t{0} ||
          count == std::uint64_t{0}) {
        faults_.at(id, "`slots` is `all`, {every: N}, {count: N} or `known`; N from 1 on");
      }
      return every ? SlotsWish{SlotsWish::Which::every, *every}
                   : SlotsWish{SlotsWish::Which::count, count.value_or(1)};
    }
    const std::string_view word = doc_.text(id);
    if (word == "all") return {SlotsWish::Which::all};
    if (word != "known") faults_.at(id, "`slots` is `all`, {every: N}, {count: N} or `known`");
    return {};
  }

  Exclusion exclusion(ValueId id) {
    Exclusion out;
    const std::span<const std::string_view> keys = std::span(kKeys).first(kKeys.size() - 1);
    const Fields fields(doc_, id, "an entry of `exclude`", keys, faults_);
    if (doc_.size(id) == 0 && doc_.kind(id) == ValueKind::map)
      faults_.at(id, "an entry of `exclude` without keys leaves nothing");
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (const auto at = fields.find(keys[i]))
        out.globs[i] =
            doc_.kind(*at) == ValueKind::null ? std::string() : std::string(doc_.text(*at));
    }
    return out;
  }

  const Document& doc_;
  input::DocumentFaults faults_;
};

}  // namespace

Result<Matrix> read_matrix(std::string file, std::string_view bytes) {
  const auto document = input::read_yaml(file, bytes);
  if (!document) return document.errors();
  return Reader(*document).read(std::move(file));
}

}  // namespace memmap::sweep
