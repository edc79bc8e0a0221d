#include "answer/suggest.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <utility>

#include "answer/second_kernel.h"
#include "answer/subject.h"
#include "base/align.h"
#include "base/number.h"
#include "base/suggest.h"
#include "input/open/source.h"
#include "report/answers/suggest.h"
#include "session/source.h"
#include "suggest/bad_memory.h"
#include "suggest/badram.h"
#include "suggest/crashkernel.h"
#include "suggest/hugepages.h"
#include "suggest/range.h"

namespace memmap::answer {
namespace {

enum class Kind { crashkernel, range, badram, hugepages };

// What may be asked for: one row each.
struct What {
  std::string_view name{};
  Kind kind{};
  suggest::Use use{};           // of a range
  std::string_view argument{};  // that stands behind it; empty: none does
};
constexpr What kWhats[] = {
    {"crashkernel", Kind::crashkernel, {}, ""},
    {"pmem", Kind::range, suggest::Use::pmem, "SIZE"},
    {"ramoops", Kind::range, suggest::Use::ramoops, "SIZE"},
    {"device", Kind::range, suggest::Use::device, "SIZE"},
    {"badram", Kind::badram, {}, "LIST"},
    {"hugepages", Kind::hugepages, {}, ""},
};

// Which options act on which kinds; those that are none of these act on all.
struct Acts {
  std::string_view option{};
  std::array<Kind, 2> on{};
};
constexpr Acts kActs[] = {
    {"--size", {Kind::crashkernel, Kind::crashkernel}},
    {"--initrd", {Kind::crashkernel, Kind::crashkernel}},
    {"--need", {Kind::crashkernel, Kind::crashkernel}},
    {"--second-append", {Kind::crashkernel, Kind::crashkernel}},
    {"--node", {Kind::range, Kind::hugepages}},
    {"--ranges", {Kind::badram, Kind::badram}},
    {"--check", {Kind::badram, Kind::badram}},
    {"--page", {Kind::hugepages, Kind::hugepages}},
    {"--leave", {Kind::hugepages, Kind::hugepages}},
};

Result<const What*> what_of(const std::string& name) {
  for (const What& what : kWhats)
    if (what.name == name) return &what;
  const auto names = suggestions();
  return Error{fmt::format("suggest: nothing is known of `{}`; there are {}{}", name,
                           fmt::join(names, ", "), did_you_mean(name, names)),
               {"memmap"}};
}

// What stands behind WHAT: its argument, then the machine's source.
Result<SuggestWish> words_of(const Arguments& given, const What& what) {
  SuggestWish out{.what = std::string(what.name)};
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

Status refuse_idle(const Arguments& arguments, const What& what) {
  Errors errors;
  for (const Acts& acts : kActs) {
    if (!arguments.has(acts.option) || std::ranges::find(acts.on, what.kind) != acts.on.end())
      continue;
    errors.push_back(session::no_effect(acts.option, what.name, "what is looked for has none"));
  }
  if (arguments.has("--size"))
    session::add_no_effect(arguments, {"--initrd", "--need", "--second-append"}, "--size",
                           "the size is given", errors);
  if (!errors.empty()) return errors;
  return Done{};
}

// A number of an option's, up to `most`; nullopt: it is not given.
Result<std::optional<std::uint64_t>> count_of(const Arguments& arguments, std::string_view option,
                                              std::uint64_t least, std::uint64_t most) {
  const auto text = arguments.get(option);
  if (!text) return std::optional<std::uint64_t>();
  const auto number = parse_count(*text);
  if (!number) return Error{number.errors().front().message, {std::string(option)}};
  if (*number < least || *number > most)
    return Error{fmt::format("a number from {} to {} is expected", least, most),
                 {std::string(option)}};
  return std::optional(*number);
}

Result<std::optional<int>> node_of(const Arguments& arguments) {
  const auto node = count_of(arguments, "--node", 0, 1023);
  if (!node) return node.errors();
  return *node ? std::optional(static_cast<int>(**node)) : std::nullopt;
}

// What is suggested, and what is said of a line that somebody has.
struct Found {
  suggest::Suggestion suggestion{};
  std::optional<suggest::CheckedLine> checked{};
};

// The least in which the second kernel gets up, with the 16 MiB that it may be larger for nothing.
Result<suggest::Suggestion> crashkernel_with_kdump(const Arguments& arguments,
                                                   const suggest::Subject& subject) {
  constexpr std::uint64_t kStep = 16 * kMiB;
  const auto wish = kdump_wish_of(arguments, subject.machine);
  if (!wish) return wish.errors();
  suggest::Prover prover(subject);
  const auto smallest = suggest::smallest_crashkernel(prover, *wish);
  if (!smallest) return smallest.errors();
  if (!*smallest) {
    return suggest::Suggestion{
        .what = "crashkernel",
        .why =
            "in none up to half of the RAM the second kernel gets up (`memmap kdump` tells why)"};
  }
  auto out = suggest::suggest_crashkernel(subject, align_up(**smallest, kStep));
  if (!out) return out;
  out->needs.push_back(
      fmt::format("the second kernel gets up in {}M, by its simulation with an initrd of {}, {} "
                  "unpacked{}, and {} "
                  "for programs (`memmap kdump` shows it); rounded up to 16M",
                  **smallest / kMiB, number_with_unit(align_up(wish->initrd.packed, kKiB)),
                  number_with_unit(align_up(wish->initrd.unpacked, kKiB)),
                  wish->initrd.measured ? "" : " (a guess)", number_with_unit(wish->need)));
  return out;
}

Result<Found> crashkernel(const Arguments& arguments, suggest::Subject subject) {
  const std::string line = suggest::line_without(subject.line, "crashkernel");
  const bool replaces = line != subject.line;
  subject.line = line;
  Result<suggest::Suggestion> out = Error{};
  if (const auto text = arguments.get("--size")) {
    const auto size = memory_size_of(*text, "--size");
    if (!size) return size.errors();
    out = suggest::suggest_crashkernel(subject, *size);
  } else {
    out = crashkernel_with_kdump(arguments, subject);
  }
  if (!out) return out.errors();
  if (replaces) out->needs.push_back("it takes the place of the crashkernel= that the line has");
  return Found{*std::move(out), std::nullopt};
}

Result<Found> range(const What& what, const SuggestWish& wish, const suggest::Subject& subject) {
  const auto size = memory_size_of(wish.argument, fmt::format("suggest {}", what.name));
  if (!size) return size.errors();
  const auto node = node_of(wish.arguments);
  if (!node) return node.errors();
  suggest::Prover prover(subject);
  auto out = suggest::suggest_range(prover, {.use = what.use, .size = *size, .nid = *node});
  if (!out) return out.errors();
  return Found{*std::move(out), std::nullopt};
}

// LIST is a file, or the list itself.
Result<Found> badram(const SuggestWish& wish, const suggest::Subject& subject) {
  suggest::Prover prover(subject);
  const auto base = prover.base();
  if (!base) return base.errors();
  const std::vector<PhysRange> ram = suggest::ram_of(**base);
  std::error_code none;
  const bool is_file = wish.argument == "-" || std::filesystem::exists(wish.argument, none);
  std::string name = "LIST";
  std::string text = wish.argument;
  if (is_file) {
    auto source = input::open_source(wish.argument);
    if (!source) return source.errors();
    if (source->is_folder()) return Error{"a folder is no list of bad memory", {wish.argument}};
    name = wish.argument;
    text = std::move(source->bytes);
  }
  const auto bad = suggest::read_bad_memory(name, text, ram);
  if (!bad) {
    const bool looks_like_file = !is_file && wish.argument.find_first_of("/.") != std::string::npos;
    if (looks_like_file) return Error{"no such file, and no list of addresses", {wish.argument}};
    return bad.errors();
  }
  const auto ranges = count_of(wish.arguments, "--ranges", 1, 1000);
  if (!ranges) return ranges.errors();
  auto out = suggest::suggest_badram(prover, *bad, *ranges);
  if (!out) return out.errors();
  Found found{*std::move(out), std::nullopt};
  if (const auto line = wish.arguments.get("--check")) {
    auto checked = suggest::check_badram(prover, *bad, *line);
    if (!checked) return checked.errors();
    found.checked = *std::move(checked);
  }
  return found;
}

Result<Found> hugepages(const Arguments& arguments, suggest::Subject subject) {
  suggest::HugeWish wish;
  const auto node = node_of(arguments);
  if (!node) return node.errors();
  wish.nid = *node;
  if (const auto text = arguments.get("--page")) {
    const auto size = parse_u64(*text);
    if (!size || (*size != kGiB && *size != 2 * kMiB))
      return Error{fmt::format("huge pages are of 2M or 1G, not of `{}`", *text), {"--page"}};
    wish.page = *size;
  }
  if (const auto text = arguments.get("--leave")) {
    const auto leave = memory_size_of(*text, "--leave");
    if (!leave) return leave.errors();
    wish.leave = *leave;
  }
  for (const std::string_view name : {"hugepagesz", "hugepages", "default_hugepagesz"})
    subject.line = suggest::line_without(subject.line, name);
  suggest::Prover prover(subject);
  auto out = suggest::suggest_hugepages(prover, wish);
  if (!out) return out.errors();
  return Found{*std::move(out), std::nullopt};
}

Result<Found> find(const What& what, const SuggestWish& wish, const suggest::Subject& subject) {
  switch (what.kind) {
    case Kind::crashkernel:
      return crashkernel(wish.arguments, subject);
    case Kind::range:
      return range(what, wish, subject);
    case Kind::badram:
      return badram(wish, subject);
    case Kind::hugepages:
      return hugepages(wish.arguments, subject);
  }
  return Error{};
}

}  // namespace

std::vector<std::string_view> suggestions() {
  std::vector<std::string_view> out;
  for (const What& what : kWhats) out.push_back(what.name);
  return out;
}

Result<SuggestWish> suggest_wish(const Arguments& given) {
  const auto what = what_of(given.get("WHAT").value_or(""));
  if (!what) return what.errors();
  auto out = words_of(given, **what);
  if (!out) return out;
  if (const Status acts = refuse_idle(out->arguments, **what); !acts) return acts.errors();
  return out;
}

Result<Suggested> suggest(session::Session& session, const SuggestWish& wish,
                          std::string_view format, const report::TextStyle& style) {
  const auto what = what_of(wish.what);
  if (!what) return what.errors();
  auto rules = session.rules_for_boots(kaslr::kMostPlacesTried);
  if (!rules) return rules.errors();
  suggest::Subject subject{*session.machine(), session.profile(), session.options(rules->front()),
                           session.command_line()};
  const auto outcome = session.boot(rules->front(), subject.boot);
  if (!outcome) return outcome.errors();
  for (std::size_t i = 1; i < rules->size(); ++i)
    subject.others.push_back(session.options((*rules)[i]));
  const auto found = find(**what, wish, subject);
  if (!found) return found.errors();
  const boot::Subject head = subject_of(*outcome);
  const report::SuggestAnswer answer{head, found->suggestion,
                                     found->checked ? &*found->checked : nullptr};
  return Suggested{
      format == "json" ? report::suggest_to_json(answer) : report::suggest_to_text(answer, style),
      found->checked ? found->checked->uncovered.empty() : !found->suggestion.parameter.empty()};
}

}  // namespace memmap::answer
