#include "report/answers/suggest.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "base/number.h"
#include "base/suggest.h"
#include "commands/commands.h"
#include "messages.h"
#include "output.h"
#include "request.h"
#include "suggest/crashkernel.h"
#include "suggest/range.h"
#include "text_output.h"

namespace memmap::cli {
namespace {

constexpr std::array<std::string_view, 2> kFormats{"text", "json"};

// What may be asked for: one row each.
enum class Kind { crashkernel, range };
struct What {
  std::string_view name;
  Kind kind;
  suggest::Use use{};           // of a range
  std::string_view argument{};  // that stands behind it; empty: none does
};
constexpr What kWhats[] = {
    {"crashkernel", Kind::crashkernel},
    {"pmem", Kind::range, suggest::Use::pmem, "SIZE"},
    {"ramoops", Kind::range, suggest::Use::ramoops, "SIZE"},
    {"device", Kind::range, suggest::Use::device, "SIZE"},
};

Result<const What*> what_of(const std::string& name) {
  std::vector<std::string_view> names;
  for (const What& what : kWhats) {
    if (what.name == name) return &what;
    names.push_back(what.name);
  }
  return Error{fmt::format("suggest: nothing is known of `{}`; there are {}{}", name,
                           fmt::join(names, ", "), did_you_mean(name, names)),
               {"memmap"}};
}

// What stands behind WHAT: its argument, then the machine's source.
struct Words {
  Arguments arguments{};
  std::string argument{};
};
Result<Words> words_of(const Arguments& given, const What& what) {
  Words out;
  for (const std::string_view name : given.names()) {
    if (name == "SOURCE") continue;
    for (const std::string& value : given.all(name)) out.arguments.add(std::string(name), value);
  }
  const std::span<const std::string> words = given.all("SOURCE");
  std::size_t taken = 0;
  if (!what.argument.empty()) {
    if (words.empty())
      return Error{fmt::format("suggest {}: {} is missing", what.name, what.argument), {"memmap"}};
    out.argument = words[taken++];
  }
  if (words.size() > taken) out.arguments.add("SOURCE", words[taken++]);
  if (words.size() > taken)
    return Error{fmt::format("`{}` is one argument too many", words[taken]), {"memmap"}};
  return out;
}

Result<std::uint64_t> size_of(const std::string& text, std::string_view what) {
  const auto size = parse_u64(text);
  if (!size) return Error{fmt::format("{}: {}", what, size.errors().front().message), {"memmap"}};
  constexpr std::uint64_t kMost = std::uint64_t{1} << 52;
  if (*size == 0 || *size > kMost)
    return Error{fmt::format("{}: `{}` is no size of memory", what, text), {"memmap"}};
  return *size;
}

Result<std::optional<int>> node_of(const Arguments& arguments) {
  const auto text = arguments.get("--node");
  if (!text) return std::optional<int>();
  const auto node = parse_count(*text);
  if (!node) return Error{node.errors().front().message, {"--node"}};
  if (*node > 1023) return Error{"nodes are counted from 0 to 1023", {"--node"}};
  return std::optional<int>(static_cast<int>(*node));
}

// Options that mean nothing to what is asked for.
Status refuse_idle(const Arguments& arguments, const What& what) {
  Errors errors;
  const auto only = [&](std::string_view option, bool acts, std::string_view why) {
    if (arguments.has(option) && !acts)
      errors.push_back(session::no_effect(option, what.name, why));
  };
  only("--size", what.kind == Kind::crashkernel, "its size stands behind it");
  only("--node", what.kind == Kind::range, "no node can be asked for");
  if (!errors.empty()) return errors;
  return Done{};
}

Result<suggest::Suggestion> find(const What& what, const Words& words, suggest::Subject subject) {
  if (what.kind == Kind::crashkernel) {
    const auto size = size_of(words.arguments.get("--size").value_or("256M"), "--size");
    if (!size) return size.errors();
    const std::string line = suggest::line_without(subject.line, "crashkernel");
    const bool replaces = line != subject.line;
    subject.line = line;
    auto out = suggest::suggest_crashkernel(subject, *size);
    if (out && replaces)
      out->needs.push_back("it takes the place of the crashkernel= that the line has");
    return out;
  }
  const auto size = size_of(words.argument, what.name);
  if (!size) return size.errors();
  const auto node = node_of(words.arguments);
  if (!node) return node.errors();
  suggest::Prover prover(subject);
  return suggest::suggest_range(prover, {.use = what.use, .size = *size, .nid = *node});
}

}  // namespace

ExitCode run_suggest(const Arguments& given) {
  const auto format = format_of(given, kFormats);
  if (!format) return bad_input(format.errors());
  const auto what = what_of(given.get("WHAT").value_or(""));
  if (!what) return bad_input(what.errors());
  const auto words = words_of(given, **what);
  if (!words) return bad_input(words.errors());
  if (const Status acts = refuse_idle(words->arguments, **what); !acts)
    return bad_input(acts.errors());
  auto session = open_session(words->arguments);
  if (!session) return bad_input(session.errors());
  const Errors idle = idle_plugins(*session, "suggest");
  if (!idle.empty()) return bad_input(idle);
  auto rules = session->rules();
  if (!rules) return bad_input(rules.errors());
  rules->checks.clear();
  const boot::Options options = session->options(*rules);
  const auto outcome = session->boot(*rules, options);
  if (!outcome) return bad_input(outcome.errors());
  const auto found = find(
      **what, *words, {*session->machine(), session->profile(), options, session->command_line()});
  if (!found) return bad_input(found.errors());
  const report::SuggestAnswer answer{outcome->subject, *found};
  const Destination destination = destination_of(given);
  const Status written = write_output(
      destination, *format == "json" ? report::suggest_to_json(answer)
                                     : report::suggest_to_text(answer, text_style(destination)));
  if (!written) return bad_input(written.errors());
  return found->parameter.empty() ? ExitCode::difference : ExitCode::good;
}

}  // namespace memmap::cli
