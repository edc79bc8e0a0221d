#include "profile/config.h"

#include <fmt/format.h>

#include "input/text/faults.h"
#include "input/text/lines.h"

namespace memmap::kernel {
namespace {

constexpr std::string_view kPrefix = "CONFIG_";

bool is_option(std::string_view name) {
  if (!name.starts_with(kPrefix) || name.size() == kPrefix.size()) return false;
  return name.find_first_not_of(
             "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") ==
         std::string_view::npos;
}

std::string unquoted(std::string_view value) {
  if (value.size() < 2 || value.front() != '"' || value.back() != '"') return std::string(value);
  value = value.substr(1, value.size() - 2);
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '\\' && i + 1 < value.size()) ++i;
    out += value[i];
  }
  return out;
}

// A text that begins with a quote and does not end with one of its own.
bool is_open(std::string_view value) {
  if (!value.starts_with('"')) return false;
  std::size_t i = 1;
  while (i < value.size() && value[i] != '"') i += value[i] == '\\' ? 2 : 1;
  return i + 1 != value.size();
}

// `# Linux/x86 6.12.117 Kernel Configuration`: the architecture and the version.
// kernel: conf_write(), scripts/kconfig/confdata.c, v6.12
struct Banner {
  std::string_view architecture{};
  std::string_view version{};
};
std::optional<Banner> banner_of(std::string_view line) {
  constexpr std::string_view kEnd = " Kernel Configuration";
  if (!line.starts_with("# Linux/") || !line.ends_with(kEnd)) return std::nullopt;
  line.remove_prefix(8);
  line.remove_suffix(kEnd.size());
  const std::size_t blank = line.find(' ');
  if (blank == std::string_view::npos) return std::nullopt;
  return Banner{line.substr(0, blank), line.substr(blank + 1)};
}

void read_option(Config& config, const input::Line& line, input::Faults& faults) {
  const std::size_t equals = line.text.find('=');
  const std::string_view name = line.text.substr(0, equals);
  if (equals == std::string_view::npos || !is_option(name)) {
    faults.add_made([&] {
      return input::error_at(config.source, line, name.substr(0, 40),
                             "neither `CONFIG_NAME=VALUE` nor a comment: no .config");
    });
    return;
  }
  if (is_open(line.text.substr(equals + 1))) {
    faults.add_made([&] {
      return input::error_at(config.source, line, line.text.substr(0, 80),
                             fmt::format("the text of `{}` has no closing quote", name));
    });
    return;
  }
  const std::string value = unquoted(line.text.substr(equals + 1));
  const std::string option(name.substr(kPrefix.size()));
  const auto [it, added] = config.options.emplace(option, value);
  config.lines.emplace(option, line.number);
  if (!added && it->second != value) {
    faults.add_made([&] {
      return input::error_at(config.source, line, name,
                             fmt::format("`{}` was given before, with another value", name));
    });
  }
}

}  // namespace

bool Config::is_on(std::string_view option) const { return text(option) == "y"; }

std::optional<std::string_view> Config::text(std::string_view option) const {
  const auto it = options.find(std::string(option));
  return it == options.end() ? std::nullopt : std::optional<std::string_view>(it->second);
}

Error Config::error(std::string_view option, std::string message) const {
  const auto line = lines.find(std::string(option));
  if (line == lines.end()) return {.message = std::move(message), .origin = {source}};
  const std::string before = fmt::format("{}{}=", kPrefix, option);
  const std::string value = options.at(std::string(option));
  return {.message = std::move(message),
          .origin = {.file = source, .line = line->second, .column = before.size() + 1},
          .line_text = before + value,
          .caret_length = std::max<std::size_t>(1, value.size())};
}

Result<Config> read_config(const std::string& source, std::string_view text) {
  Config config{.source = source};
  input::Faults faults;
  input::Lines lines(text);
  while (const auto line = lines.next()) {
    if (line->text.find_first_not_of(" \t") == std::string_view::npos) continue;
    if (!line->text.starts_with('#')) {
      read_option(config, *line, faults);
      continue;
    }
    const auto banner = banner_of(line->text);
    if (!banner) continue;
    config.version = parse_version(banner->version);
    if (banner->architecture != "x86" && banner->architecture != "x86_64") {
      const std::string_view part = line->text.substr(0, 8 + banner->architecture.size());
      faults.add(input::error_at(
          source, *line, part,
          fmt::format("a .config of another architecture: {}, not x86", banner->architecture)));
    }
  }
  if (!faults.none()) return faults.take();
  if (config.options.empty()) return Error{"holds no option: no .config", {source}};
  if (!config.is_on("X86_64")) {
    return Error{"a .config of another architecture: CONFIG_X86_64=y is not in it", {source}};
  }
  return config;
}

std::string_view find_embedded_config(std::string_view image) {
  constexpr std::string_view kStart = "IKCFG_ST\x1f\x8b";
  const std::size_t start = image.find(kStart);
  if (start == std::string_view::npos) return {};
  const std::string_view data = image.substr(start + 8);
  const std::size_t end = data.find("IKCFG_ED");
  return end == std::string_view::npos ? std::string_view{} : data.substr(0, end);
}

}  // namespace memmap::kernel
