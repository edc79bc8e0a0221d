#include <fmt/format.h>

#include <algorithm>

#include "base/align.h"
#include "base/number.h"
#include "kernel/behaviour.h"
#include "kernel/profile_contents.h"
#include "profile/make_profile.h"

namespace memmap::kernel {
namespace {

constexpr unsigned kPmdOrder = 9;         // of a page of 2 MiB
constexpr unsigned kMaxPageOrder = 10;    // CONFIG_ARCH_FORCE_MAX_ORDER is not of x86
constexpr unsigned kMostNodesShift = 10;  // kernel: NODES_SHIFT, arch/x86/Kconfig, v6.12

class Reader {
 public:
  Reader(const Config& config, Errors& errors) : config_(config), errors_(errors) {}

  // `otherwise` where the option is not in the configuration.
  std::uint64_t number(std::string_view option, std::uint64_t otherwise, std::uint64_t most) {
    const auto text = config_.text(option);
    if (!text) return otherwise;
    const auto value = parse_u64(*text);
    if (value && *value <= most) return *value;
    fault(option, fmt::format("a number up to {} is expected", most));
    return otherwise;
  }

  void fault(std::string_view option, std::string_view message) {
    errors_.push_back({.message = fmt::format("CONFIG_{}={}: {}", option,
                                              config_.text(option).value_or(""), message),
                       .origin = {config_.source}});
  }

 private:
  const Config& config_;
  Errors& errors_;
};

// kernel: pageblock_order, include/linux/pageblock-flags.h, v6.1 and v6.12
unsigned pageblock_order(const Config& config, const Behaviour& behaviour, unsigned max_order) {
  const bool huge = config.is_on("HUGETLB_PAGE") ||
                    (behaviour.pageblocks_follow_thp && config.is_on("TRANSPARENT_HUGEPAGE"));
  return huge ? std::min(kPmdOrder, max_order) : max_order;
}

// As profiles write it: `y` and `m` are true, an option that is off is false.
std::string value_of(const Config& config, std::string_view option) {
  const auto text = config.text(option);
  if (!text) return "false";
  return *text == "y" || *text == "m" ? "true" : std::string(*text);
}

}  // namespace

Status apply_config(const Config& config, Profile& profile) {
  Errors errors;
  Reader read(config, errors);
  profile.default_phys_base = read.number("PHYSICAL_START", 16 * kMiB, 512 * kGiB);
  if (!is_aligned(profile.default_phys_base, 2 * kMiB)) {
    read.fault("PHYSICAL_START", "a 64-bit kernel lies at a multiple of 2M");
  }
  profile.nodes_shift = static_cast<unsigned>(read.number("NODES_SHIFT", 0, kMostNodesShift));
  const Behaviour behaviour = behaviour_of(profile);
  profile.x86_5level = config.is_on("X86_5LEVEL") || behaviour.paging_5level_always;
  profile.deferred_struct_page_init = config.is_on("DEFERRED_STRUCT_PAGE_INIT");
  profile.memory_hotplug = config.is_on("MEMORY_HOTPLUG");
  profile.numa = config.is_on("NUMA");
  profile.reserve_low = read.number("X86_RESERVE_LOW", 64, 640) * kKiB;
  profile.max_page_order = kMaxPageOrder;
  profile.pageblock_order = pageblock_order(config, behaviour, profile.max_page_order);
  profile.config.clear();
  for (const OptionRow& row : option_rows()) {
    profile.config.emplace(row.name, value_of(config, row.name));
  }
  if (!errors.empty()) return errors;
  return Done{};
}

Result<std::vector<std::string>> overlay_config(const Config& config, Profile& profile) {
  std::vector<std::string> changed;
  for (const OptionRow& row : option_rows()) {
    const auto before = profile.config.find(row.name);
    if (row.effect != Effect::layout || before == profile.config.end()) continue;
    const std::string after = value_of(config, row.name);
    if (before->second == after) continue;
    changed.push_back(fmt::format("CONFIG_{} ({}, was {})", row.name, after, before->second));
  }
  const unsigned nodes_shift = profile.nodes_shift;
  const bool numa = profile.numa;
  const bool memory_hotplug = profile.memory_hotplug;
  const bool knows_layout = profile.config.contains("PREEMPT_RT");
  if (auto status = apply_config(config, profile); !status) return status.errors();
  if (profile.nodes_shift != nodes_shift) {
    changed.push_back(
        fmt::format("CONFIG_NODES_SHIFT ({}, was {})", profile.nodes_shift, nodes_shift));
  }
  if (profile.numa != numa) changed.emplace_back("CONFIG_NUMA");
  if (profile.memory_hotplug != memory_hotplug) changed.emplace_back("CONFIG_MEMORY_HOTPLUG");

  std::vector<std::string> notes{fmt::format("its options are those of {}", config.source)};
  if (config.version && (config.version->major != profile.version.major ||
                         config.version->minor != profile.version.minor)) {
    notes.push_back(fmt::format("{} is of Linux {}, the profile of {}", config.source,
                                to_string(*config.version), to_string(profile.version)));
  }
  if (!changed.empty()) {
    notes.push_back(fmt::format(
        "warning: sizes of structures and of the image stay those of {}, but these options of {} "
        "change them: {}",
        profile.name, config.source, fmt::join(changed, ", ")));
  }
  if (!knows_layout) {
    notes.push_back(
        fmt::format("the profile {} does not hold all options that change the sizes of "
                    "structures; others may differ too",
                    profile.name));
  }
  return notes;
}

}  // namespace memmap::kernel
