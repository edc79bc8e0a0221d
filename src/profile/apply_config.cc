#include <fmt/format.h>

#include <algorithm>

#include "base/number.h"
#include "kernel/behaviour.h"
#include "profile/limits.h"
#include "profile/make_profile.h"

namespace memmap::kernel {
namespace {

constexpr unsigned kPmdOrder = 9;       // of a page of 2 MiB
constexpr unsigned kMaxPageOrder = 10;  // CONFIG_ARCH_FORCE_MAX_ORDER is not of x86

// As profiles write it: `y` and `m` are true, an option that is off is false.
std::string value_of(const Config& config, std::string_view option) {
  const auto text = config.text(option);
  if (!text) return "false";
  return *text == "y" || *text == "m" ? "true" : std::string(*text);
}

class Reader {
 public:
  Reader(const Config& config, Profile& profile, Errors& errors)
      : config_(config), profile_(profile), errors_(errors) {}

  // A setting that is a number, which the option counts in `scale`; `otherwise` where the
  // configuration lacks it.
  void setting(decltype(SettingRow::member) member, std::uint64_t otherwise,
               std::uint64_t scale = 1) {
    SettingRow row = setting_row(member);
    set_number(profile_, row, otherwise);
    const auto text = config_.text(row.option);
    if (!text) return;
    const auto value = parse_count(*text);
    if (!value) return fault(row.option, "is a number: " + value.errors().front().message);
    row.smallest /= scale;
    row.largest /= scale;
    if (row.unit == scale) row.unit = 0;
    if (const auto told = fault_of(row, *value)) return fault(row.option, *told);
    set_number(profile_, row, *value * scale);
  }

  void flag(bool Profile::*member) { profile_.*member = config_.is_on(setting_row(member).option); }

  void option(const Option& row) {
    // What is no number is told as it was written.
    const auto text = config_.text(row.name);
    const std::string value =
        row.kind == Kind::number && text ? std::string(*text) : value_of(config_, row.name);
    if (const auto told = fault_of(row, value)) return fault(row.name, *told);
    profile_.config.emplace(row.name, value);
  }

 private:
  void fault(std::string_view option, const std::string& told) {
    errors_.push_back(config_.error(option, fmt::format("`CONFIG_{}` {}", option, told)));
  }

  const Config& config_;
  Profile& profile_;
  Errors& errors_;
};

// kernel: pageblock_order, include/linux/pageblock-flags.h, v6.1 and v6.12
unsigned pageblock_order(const Config& config, const Behaviour& behaviour, unsigned max_order) {
  const bool huge =
      config.is_on(config::HUGETLB_PAGE.name) ||
      (behaviour.pageblocks_follow_thp && config.is_on(config::TRANSPARENT_HUGEPAGE.name));
  return huge ? std::min(kPmdOrder, max_order) : max_order;
}

}  // namespace

Status apply_config(const Config& config, Profile& profile) {
  Errors errors;
  Reader read(config, profile, errors);
  read.setting(&Profile::default_phys_base, 16 * kMiB);
  read.setting(&Profile::nodes_shift, 0);
  read.setting(&Profile::reserve_low, 64 * kKiB, kKiB);
  read.flag(&Profile::x86_5level);
  read.flag(&Profile::deferred_struct_page_init);
  read.flag(&Profile::memory_hotplug);
  read.flag(&Profile::numa);
  const Behaviour behaviour = behaviour_of(profile);
  profile.x86_5level = profile.x86_5level || behaviour.paging_5level_always;
  profile.max_page_order = kMaxPageOrder;
  profile.pageblock_order = pageblock_order(config, behaviour, profile.max_page_order);
  profile.config.clear();
  for (const Option& row : option_rows()) read.option(row);
  if (!errors.empty()) return errors;
  return Done{};
}

Result<std::vector<std::string>> overlay_config(const Config& config, Profile& profile) {
  std::vector<std::string> changed;
  for (const Option& row : option_rows()) {
    const auto before = profile.config.find(row.name);
    if (row.effect != Effect::layout || before == profile.config.end()) continue;
    const std::string after = value_of(config, row.name);
    if (before->second == after) continue;
    changed.push_back(fmt::format("CONFIG_{} ({}, was {})", row.name, after, before->second));
  }
  const unsigned nodes_shift = profile.nodes_shift;
  const bool numa = profile.numa;
  const bool memory_hotplug = profile.memory_hotplug;
  const bool knows_layout = profile.config.contains(config::PREEMPT_RT.name);
  if (auto status = apply_config(config, profile); !status) return status.errors();
  profile.fixmap.clear();  // its slots follow from the options
  const SettingRow& base = setting_row(&Profile::default_phys_base);
  for (const Contradiction& c : contradictions_of(profile)) {
    if (c.key == base.key) return config.error(base.option, c.message);
  }
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
