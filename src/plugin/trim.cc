#include "plugin/trim.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "plugin/guard.h"

namespace memmap::plugin {
namespace {

constexpr std::uint64_t kPhysEnd = std::uint64_t{1} << 52;
constexpr std::uint64_t kTop = std::numeric_limits<std::uint64_t>::max();

std::string_view verb_name(std::uint32_t verb) {
  constexpr std::string_view kNames[] = {"", "retype", "remove", "reserve", "cap", "assign"};
  return verb < std::size(kNames) && verb != 0 ? kNames[verb] : "unknown verb";
}

// What is wrong with `a` at `hook`; empty: nothing.
std::string mistake(const Answer& a, Hook hook) {
  const bool e820 = static_cast<std::uint32_t>(hook) <= MEMMAP_HOOK_E820_LAST;
  switch (a.verb) {
    case MEMMAP_RETYPE:
      if (!e820) return "only an e820 hook can retype";
      if (a.to == 0) return "the new type is 0";
      break;
    case MEMMAP_REMOVE:
      break;
    case MEMMAP_RESERVE:
      if (e820) return "only a memblock hook can reserve";
      break;
    case MEMMAP_CAP:
      if (a.end != kTop) return "a cap's end must be UINT64_MAX";
      return a.base == 0 ? "a cap at 0 leaves no memory" : "";
    default:
      return fmt::format("verb {} is none of a trim's", a.verb);
  }
  if (a.base >= a.end) return "the range is empty";
  if (a.end > kPhysEnd) return "the range leaves the 52 bits of physical addresses";
  return "";
}

// An edit that has a byte in common with another of the same verb.
std::optional<Edit> find_overlap(std::vector<Edit> edits) {
  std::sort(edits.begin(), edits.end(), [](const Edit& a, const Edit& b) {
    return a.verb != b.verb ? a.verb < b.verb : a.range < b.range;
  });
  // Sorted by base, of any that overlap two are neighbours.
  for (std::size_t i = 1; i < edits.size(); ++i) {
    if (edits[i].verb == edits[i - 1].verb && edits[i].range.overlaps(edits[i - 1].range)) {
      return edits[i];
    }
  }
  return std::nullopt;
}

}  // namespace

TrimPlugin::TrimPlugin(const Plugin& plugin, OptionValues options)
    : interface_(plugin.interfaces().trim),
      call_(plugin.name(), std::move(options), Call::Takes::answers) {}

Result<std::unique_ptr<TrimPlugin>> TrimPlugin::create(const Plugin& plugin,
                                                       const OptionTexts& options) {
  if (!plugin.interfaces().has_trim()) {
    return Error{.message = fmt::format("plugin `{}` trims nothing: it does not offer {}",
                                        plugin.name(), MEMMAP_TRIM_1)};
  }
  auto values = check_options(plugin.name(), plugin.info().options, options);
  if (!values) return values.errors();
  return std::unique_ptr<TrimPlugin>(new TrimPlugin(plugin, *std::move(values)));
}

Result<std::vector<Edit>> TrimPlugin::run(Hook hook, const AbiRanges& ranges, const Facts& facts) {
  std::vector<Edit> edits;
  if (!acts_at(hook)) return edits;
  const memmap_trim_input_t input{.struct_size = sizeof input,
                                  .hook = static_cast<std::uint32_t>(hook),
                                  .facts = facts.abi(),
                                  .ranges = ranges.data(),
                                  .range_count = ranges.size()};
  call_.begin();
  std::int32_t rc = MEMMAP_FAILED;
  {
    const CallGuard guard(call_.plugin().c_str(), "run()");
    rc = interface_.run(&input, call_.host());
  }
  if (auto e = call_.end("run", rc, Call::None::refused)) return *std::move(e);
  Errors errors;
  for (const Answer& a : call_.answers()) {
    if (const std::string why = mistake(a, hook); !why.empty()) {
      errors.push_back(call_.fault("run", fmt::format("answered {} [{:#x}, {:#x}): {}",
                                                      verb_name(a.verb), a.base, a.end, why)));
      continue;
    }
    edits.push_back({.verb = static_cast<Verb>(a.verb),
                     .range = PhysRange::make(a.base, a.end),
                     .from = a.from,
                     .to = a.to,
                     .reason = a.reason});
  }
  if (const auto twice = find_overlap(edits)) {
    errors.push_back(call_.fault(
        "run", fmt::format("answered {} [{:#x}, {:#x}), of which a part was answered before",
                           verb_name(static_cast<std::uint32_t>(twice->verb)),
                           raw(twice->range.base()), raw(twice->range.end()))));
    errors.back().range = twice->range;
  }
  if (!errors.empty()) return errors;
  return edits;
}

}  // namespace memmap::plugin
