#include "profile/parameters.h"

#include <fmt/format.h>

#include <array>

#include "input/text/faults.h"
#include "input/text/lines.h"
#include "profile/bytes.h"

namespace memmap::kernel {
namespace {

// struct obs_kernel_param: str, setup_func, early. struct kernel_param: name, mod, ops, perm and
// level and flags, arg.
constexpr std::uint64_t kSetupBytes = 24;
constexpr std::uint64_t kParamBytes = 40;
constexpr std::array kKinds{ParameterKind::early, ParameterKind::setup, ParameterKind::module};

bool is_name(std::string_view text) {
  if (text.empty() || text.size() > 120) return false;
  for (const char c : text) {
    if (c <= ' ' || c > '~') return false;
  }
  return true;
}

// The records between two symbols; empty: not all of them are in the file.
std::string_view table(const Image& image, const Symbols& symbols, std::string_view start,
                       std::string_view stop, std::uint64_t record) {
  const auto from = symbols.find(start);
  const auto to = symbols.find(stop);
  if (!from || !to || *to <= *from || (*to - *from) % record != 0) return {};
  const std::string_view bytes = image.at(*from);
  return bytes.size() < *to - *from ? std::string_view{} : bytes.substr(0, *to - *from);
}

}  // namespace

std::string_view name_of(ParameterKind kind) {
  switch (kind) {
    case ParameterKind::early:
      return "early";
    case ParameterKind::setup:
      return "setup";
    case ParameterKind::module:
      return "param";
  }
  return "";
}

Result<DeclaredParameters> read_parameters(const std::string& source, std::string_view text) {
  DeclaredParameters out{.source = source};
  input::Faults faults;
  input::Lines lines(text);
  while (const auto line = lines.next()) {
    if (line->text.empty()) continue;
    const std::size_t blank = line->text.find(' ');
    const std::string_view word = line->text.substr(0, blank);
    const std::string_view name =
        blank == std::string_view::npos ? "" : line->text.substr(blank + 1);
    const ParameterKind* kind = nullptr;
    for (const ParameterKind& k : kKinds) kind = name_of(k) == word ? &k : kind;
    if (kind == nullptr || !is_name(name)) {
      faults.add_made([&] {
        return input::error_at(source, *line, word,
                               "`early NAME`, `setup NAME` or `param NAME` is expected");
      });
      continue;
    }
    out.list.push_back({*kind, std::string(name)});
  }
  if (!faults.none()) return faults.take();
  if (out.list.empty()) return Error{"holds no parameter", {source}};
  return out;
}

std::optional<DeclaredParameters> parameters_of(const Image& image, const Symbols& symbols) {
  const std::string_view setup = table(image, symbols, "__setup_start", "__setup_end", kSetupBytes);
  const std::string_view params =
      table(image, symbols, "__start___param", "__stop___param", kParamBytes);
  if (setup.empty() || params.empty()) return std::nullopt;
  DeclaredParameters out{.source = image.source + ", its tables of parameters"};
  const auto add = [&](std::string_view record, ParameterKind kind) {
    const auto text = image.text_at(*number_at<std::uint64_t>(record, 0));
    if (!text || !is_name(*text)) return false;
    out.list.push_back({kind, std::string(*text)});
    return true;
  };
  for (std::string_view rest = setup; !rest.empty(); rest.remove_prefix(kSetupBytes)) {
    const bool early = *number_at<std::uint32_t>(rest, 16) != 0;
    if (!add(rest, early ? ParameterKind::early : ParameterKind::setup)) return std::nullopt;
  }
  for (std::string_view rest = params; !rest.empty(); rest.remove_prefix(kParamBytes)) {
    if (!add(rest, ParameterKind::module)) return std::nullopt;
  }
  return out;
}

}  // namespace memmap::kernel
