#include "profile/kernel_profile_yaml.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/align.h"
#include "base/json_text.h"
#include "kernel/profile_contents.h"

namespace memmap::kernel {
namespace {

constexpr std::size_t kColumns = 100;

bool is_plain(std::string_view value) {
  if (value == "true" || value == "false") return true;
  const bool hex = value.starts_with("0x") && value.size() > 2;
  if (hex) value.remove_prefix(2);
  return !value.empty() &&
         value.find_first_not_of(hex ? "0123456789abcdefABCDEF" : "0123456789") ==
             std::string_view::npos &&
         (hex || value == "0" || value[0] != '0');
}

std::string size_text(std::uint64_t bytes) {
  return bytes % kKiB == 0 && bytes > 0 ? fmt::format("{}K", bytes / kKiB)
                                        : fmt::format("{}", bytes);
}

std::string setting_text(const Profile& p, const SettingRow& row) {
  const std::uint64_t value = number_of(p, row);
  if (std::holds_alternative<bool Profile::*>(row.member)) return value != 0 ? "true" : "false";
  if (row.unit == kKiB) return size_text(value);
  return row.unit == 0 ? fmt::format("{}", value) : fmt::format("{:#x}", value);
}

std::string source_of(const MadeProfile& made, const std::string& key) {
  const auto it = made.sources.find(key);
  return it == made.sources.end() ? std::string() : it->second;
}

// ` # SOURCE` behind a value that is not of its group's file.
std::string own_source(const MadeProfile& made, std::string_view group, std::string_view key) {
  const std::string source = source_of(made, fmt::format("{}.{}", group, key));
  return source.empty() ? "" : "  # " + source;
}

using Slots = std::vector<std::pair<std::uint64_t, std::string_view>>;

Slots in_order(const std::map<std::string, std::uint64_t, std::less<>>& fixmap) {
  Slots out;
  for (const auto& [name, slot] : fixmap) out.emplace_back(slot, name);
  std::ranges::sort(out);
  return out;
}

class Writer {
 public:
  explicit Writer(const MadeProfile& made) : made_(made), p_(made.profile) {}

  std::string write() {
    line("# Written by `memmap kernel`. share/doc/kernel-profile.md explains the keys.");
    for (const std::string& note : made_.notes) line("# " + note);
    line("schema: memmap/kernel/1");
    line("name: " + json_text(p_.name));
    line(fmt::format("version: {}  # {}", json_text(to_string(p_.version)),
                     source_of(made_, "version")));
    if (!p_.distribution.empty()) {
      line(fmt::format("distribution: {}  # by {}", json_text(p_.distribution),
                       source_of(made_, "distribution")));
    }
    line("origin: " + json_text(p_.origin));
    group("image", "bytes from _text; ");
    for (const ImageRow& row : image_rows()) {
      line(fmt::format("  {}: {:#x}{}", row.key, p_.image.*row.member,
                       own_source(made_, "image", row.key)));
    }
    if (const auto& zo = p_.decompressor) {
      group("decompressor", "bytes; ");
      for (const DecompressorRow& row : decompressor_rows())
        line(fmt::format("  {}: {:#x}", row.key, (*zo).*row.member));
    }
    for (const SettingRow& row : setting_rows()) setting(row);
    numbers("struct_sizes", "bytes; ", p_.struct_sizes, "{}");
    numbers("offsets", "bytes from the start of the structure; ", p_.offsets, "{}");
    numbers("constants", "of enums; ", p_.constants, "{}");
    slots();
    group("config", "");
    for (const auto& [name, value] : p_.config) {
      line(fmt::format("  {}: {}", name, is_plain(value) ? value : json_text(value)));
    }
    numbers("symbols", "bytes from _text, or from the start of the per-CPU section; ", p_.symbols,
            "{:#x}");
    if (!p_.parameters.empty()) {
      group("parameters", "");
      words("early", p_.parameters.early);
      words("setup", p_.parameters.setup);
      words("param", p_.parameters.param);
    }
    if (!p_.functions.empty()) {
      line(fmt::format("# {}", source_of(made_, "functions")));
      words("functions", p_.functions, "");
    }
    return std::move(out_);
  }

 private:
  void line(std::string_view text) {
    out_ += text;
    out_ += '\n';
  }

  void group(const std::string& key, std::string_view what) {
    line(fmt::format("{}:  # {}{}", key, what, source_of(made_, key)));
  }

  void setting(const SettingRow& row) {
    const std::string option =
        row.option.empty() ? "x86-64's"
                           : fmt::format("CONFIG_{}, {}", row.option, source_of(made_, "config"));
    line(fmt::format("{}: {}  # {}", row.key, setting_text(p_, row), option));
  }

  void numbers(const std::string& key, std::string_view what,
               const std::map<std::string, std::uint64_t, std::less<>>& values,
               fmt::string_view format) {
    if (values.empty()) return;
    group(key, what);
    for (const auto& [name, value] : values) {
      line(fmt::format("  {}: {}{}", name, fmt::vformat(format, fmt::make_format_args(value)),
                       own_source(made_, key, name)));
    }
  }

  // From the top down, as the enum has them.
  void slots() {
    if (p_.fixmap.empty()) return;
    group("fixmap", "enum fixed_addresses; ");
    for (const auto& [slot, name] : in_order(p_.fixmap)) {
      line(fmt::format("  {}: {}", name, slot));
    }
  }

  // A folded scalar, which blanks separate.
  void words(std::string_view key, const std::vector<std::string>& names,
             std::string_view indent = "  ") {
    line(fmt::format("{}{}: {}", indent, key, names.empty() ? "\"\"" : ">-"));
    std::string row;
    for (const std::string& name : names) {
      if (!row.empty() && row.size() + 5 + name.size() > kColumns) {
        line(fmt::format("{}  {}", indent, row));
        row.clear();
      }
      row += (row.empty() ? "" : " ") + name;
    }
    if (!row.empty()) line(fmt::format("{}  {}", indent, row));
  }

  const MadeProfile& made_;
  const Profile& p_;
  std::string out_{};
};

std::string use_of(const Quantity& row) {
  return fmt::format("{}{}", row.use, row.told ? "; told only, no boot asks for it" : "");
}

class Explanation {
 public:
  explicit Explanation(const MadeProfile& made) : made_(made) {}

  void row(std::string_view group, std::string_view name, std::string_view value,
           std::string_view use) {
    std::string source = source_of(made_, fmt::format("{}.{}", group, name));
    if (source.empty()) source = source_of(made_, std::string(group));
    fmt::format_to(std::back_inserter(out_), "  {:<34} {:<12} {}\n  {:<34} {:<12} from {}\n", name,
                   value, use, "", "", source);
  }
  void heading(std::string_view text) {
    fmt::format_to(std::back_inserter(out_), "{}{}\n", out_.empty() ? "" : "\n", text);
  }
  template <class Row>
  void numbers(std::string_view group, std::span<const Row> rows,
               const std::map<std::string, std::uint64_t, std::less<>>& values, bool hex) {
    for (const Row& r : rows) {
      const auto it = values.find(r.name);
      if (it == values.end()) continue;
      row(group, r.name, hex ? fmt::format("{:#x}", it->second) : fmt::format("{}", it->second),
          use_of(r));
    }
  }
  std::string take() && { return std::move(out_); }

 private:
  const MadeProfile& made_;
  std::string out_{};
};

}  // namespace

std::string to_profile_yaml(const MadeProfile& made) { return Writer(made).write(); }

std::string explain_profile(const MadeProfile& made) {
  const Profile& p = made.profile;
  Explanation out(made);
  out.heading(fmt::format("{}, Linux {}: {}", p.name, to_string(p.version), p.origin));
  out.row("version", "version", to_string(p.version), "which rules the boot follows");
  out.heading("image: where its parts end, from _text on");
  for (const ImageRow& r : image_rows()) {
    out.row("image", r.key, fmt::format("{:#x}", p.image.*r.member), r.use);
  }
  if (const auto& zo = p.decompressor) {
    out.heading("decompressor: what the choice of a place (KASLR) needs of its vmlinuz");
    for (const DecompressorRow& r : decompressor_rows())
      out.row("decompressor", r.key, fmt::format("{:#x}", (*zo).*r.member), r.use);
  }
  out.heading("settings");
  for (const SettingRow& r : setting_rows()) {
    out.row("config", r.key, setting_text(p, r), r.use);
  }
  out.heading("struct_sizes: bytes");
  out.numbers("struct_sizes", struct_rows(), p.struct_sizes, false);
  out.heading("offsets: of members, bytes");
  out.numbers("offsets", member_rows(), p.offsets, false);
  out.heading("constants: of enums");
  out.numbers("constants", constant_rows(), p.constants, false);
  out.heading("fixmap: enum fixed_addresses");
  for (const auto& [slot, name] : in_order(p.fixmap)) {
    out.row("fixmap", name, fmt::format("{}", slot), "a page from the fixmap's top down");
  }
  out.heading("config: options");
  for (const Option& r : option_rows()) {
    const auto it = p.config.find(r.name);
    if (it != p.config.end()) out.row("config", r.name, it->second, use_of(r));
  }
  out.heading("symbols: from _text on, or within the per-CPU section");
  out.numbers("symbols", symbol_rows(), p.symbols, true);
  out.heading("parameters: one that it does not know costs memory");
  out.row("parameters", "early", fmt::format("{}", p.parameters.early.size()), "early_param()");
  out.row("parameters", "setup", fmt::format("{}", p.parameters.setup.size()), "__setup()");
  out.row("parameters", "param", fmt::format("{}", p.parameters.param.size()),
          "module_param() of what is built in, core_param()");
  const auto told = std::ranges::count_if(
      function_rows(), [&](const Function& row) { return row.told && p.is_function(row); });
  out.row("functions", "functions", fmt::format("{}", p.functions.size()),
          told == 0 ? "callers that memblock=debug names"
                    : fmt::format("callers that memblock=debug names; {} of them told only", told));
  std::string text = std::move(out).take();
  for (const std::string& note : made.notes) text += fmt::format("\n{}\n", note);
  return text;
}

}  // namespace memmap::kernel
