#include "plugin/adapt/trim.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

namespace memmap::plugin {
namespace {

using boot::Edit;
using boot::Hook;
using boot::Verb;

constexpr std::uint64_t kPhysEnd = std::uint64_t{1} << 52;
constexpr std::uint64_t kTop = std::numeric_limits<std::uint64_t>::max();

constexpr std::pair<Hook, std::uint32_t> kHooks[] = {
    {Hook::memblock_early, MEMMAP_HOOK_MEMBLOCK_EARLY},
    {Hook::e820_firmware, MEMMAP_HOOK_E820_FIRMWARE},
    {Hook::e820_parameter, MEMMAP_HOOK_E820_PARAMETER},
    {Hook::e820_command_line, MEMMAP_HOOK_E820_COMMAND_LINE},
    {Hook::e820_bios, MEMMAP_HOOK_E820_BIOS},
    {Hook::e820_mtrr, MEMMAP_HOOK_E820_MTRR},
    {Hook::memblock_filled, MEMMAP_HOOK_MEMBLOCK_FILLED},
    {Hook::memblock_platform, MEMMAP_HOOK_MEMBLOCK_PLATFORM},
};
constexpr std::pair<Verb, std::uint32_t> kVerbs[] = {
    {Verb::retype, MEMMAP_RETYPE}, {Verb::remove, MEMMAP_REMOVE}, {Verb::reserve, MEMMAP_RESERVE},
    {Verb::cap, MEMMAP_CAP},       {Verb::align, MEMMAP_ALIGN},
};

template <class T, std::size_t N>
std::uint32_t to_abi(const std::pair<T, std::uint32_t> (&table)[N], T value) {
  for (const auto& [ours, abi] : table) {
    if (ours == value) return abi;
  }
  MEMMAP_CHECK(false, "a hook or verb that the ABI does not have");
  return 0;
}

// The verb of an answer that was found right.
Verb verb_of(std::uint32_t verb) {
  for (const auto& [ours, abi] : kVerbs) {
    if (abi == verb) return ours;
  }
  MEMMAP_CHECK(false, "a verb that was not checked");
  return Verb::remove;
}

std::string_view verb_name(std::uint32_t verb) {
  constexpr std::string_view kNames[] = {"",    "retype", "remove", "reserve",
                                         "cap", "assign", "align"};
  return verb < std::size(kNames) && verb != 0 ? kNames[verb] : "unknown verb";
}

// What is wrong with `a` at `hook`; empty: nothing.
std::string mistake(const Answer& a, Hook hook) {
  const bool e820 = boot::sees_e820(hook);
  const bool no_memory = hook == Hook::memblock_early;
  switch (a.verb) {
    case MEMMAP_RETYPE:
      if (!e820) return "only an e820 hook can retype";
      if (a.to == 0) return "the new type is 0";
      if (a.to == a.from) return "the new type is the old one";
      break;
    case MEMMAP_REMOVE:
      if (no_memory) return "there is no memory yet to remove";
      break;
    case MEMMAP_RESERVE:
      if (e820) return "only a memblock hook can reserve";
      break;
    case MEMMAP_CAP:
      if (no_memory) return "there is no memory yet to cap";
      if (a.end != kTop) return "a cap's end must be UINT64_MAX";
      return a.base == 0 ? "a cap at 0 leaves no memory" : "";
    case MEMMAP_ALIGN:
      if (e820 || no_memory) return "only a memblock hook with memory can align";
      if (a.base != 0 || a.end != kTop) return "an alignment's range must be [0, UINT64_MAX)";
      return !std::has_single_bit(a.align) ? "the alignment is no power of two" : "";
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
    : code_(plugin.code()),
      hooks_(plugin.interfaces().trim.hooks),
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

void TrimPlugin::begin(const boot::Facts& facts) {
  facts_.emplace(facts);
  call_.set_profile(&facts.profile);
}

bool TrimPlugin::acts_at(Hook hook) const { return (hooks_ & to_abi(kHooks, hook)) != 0; }

Result<boot::TrimAnswer> TrimPlugin::run(const boot::TrimInput& in) {
  MEMMAP_CHECK(facts_, "a trim was asked before its boot began");
  const AbiRanges ranges =
      boot::sees_e820(in.hook) ? plugin::to_abi(in.table) : plugin::to_abi(in.memory);
  memmap_setting_t parameter{};
  if (in.parameter != nullptr) parameter = plugin::to_abi(*in.parameter);
  const AbiRanges mtrrs = plugin::to_abi(in.mtrrs);
  memmap_facts_t facts = *facts_->abi();
  if (in.hook == Hook::e820_mtrr) {
    facts.mtrrs = mtrrs.data();
    facts.mtrr_count = mtrrs.size();
  }
  const memmap_trim_input_t input{.struct_size = sizeof input,
                                  .hook = to_abi(kHooks, in.hook),
                                  .facts = &facts,
                                  .ranges = ranges.data(),
                                  .range_count = ranges.size(),
                                  .parameter = in.parameter == nullptr ? nullptr : &parameter,
                                  .end_of_ram = raw(phys_of(in.max_pfn))};
  call_.begin();
  const auto rc = code_.trim(input, *call_.host());
  if (!rc) return rc.errors();
  if (auto e = call_.end("run", *rc, Call::None::allowed)) return *std::move(e);
  return check(in.hook, *rc);
}

// The answers as edits, with what was said between them; or all that is wrong with them.
Result<boot::TrimAnswer> TrimPlugin::check(Hook hook, std::int32_t returned) const {
  Errors errors;
  std::vector<Edit> edits;
  for (const Answer& a : call_.answers()) {
    if (const std::string why = mistake(a, hook); !why.empty()) {
      errors.push_back(call_.fault("run", fmt::format("answered {} [{:#x}, {:#x}): {}",
                                                      verb_name(a.verb), a.base, a.end, why)));
      continue;
    }
    edits.push_back({.verb = verb_of(a.verb),
                     .range = PhysRange::make(a.base, a.end),
                     .from = a.from,
                     .to = a.to,
                     .align = a.align,
                     .reason = a.reason,
                     .rule = rule_of(a.rule)});
  }
  if (const auto twice = find_overlap(edits)) {
    errors.push_back(call_.fault(
        "run", fmt::format("answered {} [{:#x}, {:#x}), of which a part was answered before",
                           verb_name(to_abi(kVerbs, twice->verb)), raw(twice->range.base()),
                           raw(twice->range.end()))));
    errors.back().range = twice->range;
  }
  if (returned == MEMMAP_NONE && !edits.empty()) {
    errors.push_back(call_.fault("run", "answered, and returned that there is nothing to do"));
  }
  if (!errors.empty()) return errors;

  boot::TrimAnswer out;
  out.taken = returned == MEMMAP_OK;
  auto said = call_.said().begin();
  for (std::size_t i = 0; i <= edits.size(); ++i) {
    for (; said != call_.said().end() && said->after <= i; ++said)
      out.doings.push_back(said->event);
    if (i < edits.size()) out.doings.push_back(std::move(edits[i]));
  }
  return out;
}

}  // namespace memmap::plugin
