#include "plugin/chain.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/check.h"
#include "plugin/built_in.h"
#include "plugin/load/descriptor.h"

namespace memmap::plugin {
namespace {

constexpr std::string_view kTopDown = "alloc_topdown";
constexpr std::string_view kBottomUp = "alloc_bottomup";
constexpr std::string_view kFlat = "numa_flat";

bool is_default(std::string_view name) { return find_built_in(name) != nullptr; }

Description built_in_one(std::string_view name) {
  auto description = describe_plugin(find_built_in(name), name);
  MEMMAP_CHECK(description.ok(), "a built-in plugin is not described rightly");
  return *std::move(description);
}

// What `plugin` lacks of what `own`, the built-in one in whose place it is loaded, does; or nothing.
std::optional<std::string> lack_of(const Plugin& plugin, const Description& own) {
  const auto& offered = plugin.info().interfaces;
  for (const std::string& id : own.info.interfaces) {
    if (std::ranges::find(offered, id) == offered.end()) return "does not offer " + id;
  }
  const std::uint32_t unlike = plugin.interfaces().numa.flags ^ own.interfaces.numa.flags;
  if (!own.interfaces.has_numa() || (unlike & MEMMAP_NUMA_TRANSFORMS) == 0) return std::nullopt;
  const bool transforms = (own.interfaces.numa.flags & MEMMAP_NUMA_TRANSFORMS) != 0;
  return transforms ? "does not transform nodes (MEMMAP_NUMA_TRANSFORMS)"
                    : "transforms nodes (MEMMAP_NUMA_TRANSFORMS) and is no source of them";
}

// Of `offered`, what `own` has as well.
Interfaces those_of(const Interfaces& own, Interfaces offered) {
  if (!own.has_alloc()) offered.alloc = {};
  if (!own.has_trim()) offered.trim = {};
  if (!own.has_numa()) offered.numa = {};
  return offered;
}

std::string default_names() {
  std::string out;
  for (const BuiltIn& own : built_in_plugins()) {
    out += fmt::format("{}{}", out.empty() ? "" : ", ", own.name);
  }
  return out;
}

}  // namespace

// A plugin that was loaded, and what for.
struct Loaded {
  const Plugin* plugin = nullptr;
  PluginSpec spec{};  // as it was wished for
  bool wished = false;

  bool is_source() const {
    return plugin->interfaces().has_numa() &&
           (plugin->interfaces().numa.flags & MEMMAP_NUMA_TRANSFORMS) == 0;
  }
};

class ChainBuilder {
 public:
  ChainBuilder(PluginHost& host, const ChainWishes& wishes) : host_(host), wishes_(wishes) {}

  Result<Chain> run() {
    check_without();
    load_wishes();
    for (const BuiltIn& own : built_in_plugins()) add_default(own.name);
    for (const Loaded& l : wished_) {
      if (!is_default(l.plugin->name())) add(l);
    }
    if (!errors_.empty()) return std::move(errors_);
    MEMMAP_CHECK(chain_.top_down_ != nullptr, "a chain without an allocation policy");
    return std::move(chain_);
  }

 private:
  void check_without() {
    for (const std::string& name : wishes_.without) {
      if (!is_default(name)) {
        errors_.push_back(
            {fmt::format("plugin `{}`: cannot be left out, for it is not in the chain; "
                         "that has: {}",
                         name, default_names())});
      } else if (name == kTopDown || name == kBottomUp || name == kFlat) {
        errors_.push_back(
            {fmt::format("plugin `{}`: cannot be left out; name another in its place", name)});
      }
    }
  }

  void load_wishes() {
    for (const PluginSpec& spec : wishes_.use) {
      const auto plugin = load(spec);
      if (plugin == nullptr) continue;
      if (std::ranges::find(wishes_.without, plugin->name()) != wishes_.without.end()) {
        errors_.push_back(spec.told(
            {fmt::format("plugin `{}`: is named to be used, and to be left out", plugin->name())}));
      }
      const Loaded loaded{plugin, spec, true};
      const auto same = std::ranges::find_if(
          wished_, [&](const Loaded& l) { return l.plugin->name() == plugin->name(); });
      if (same != wished_.end() && is_default(plugin->name())) {
        errors_.push_back(spec.told({fmt::format(
            "plugin `{}`: is in the chain once and was named twice", plugin->name())}));
      }
      wished_policy_ = wished_policy_ || plugin->interfaces().has_alloc();
      wished_source_ = wished_source_ || loaded.is_source();
      wished_.push_back(loaded);
    }
  }

  void add_default(std::string_view name) {
    if (std::ranges::find(wishes_.without, name) != wishes_.without.end()) return;
    const auto wish =
        std::ranges::find_if(wished_, [&](const Loaded& l) { return l.plugin->name() == name; });
    if (wish != wished_.end()) return add(*wish);
    if (wished_policy_ && (name == kTopDown || name == kBottomUp)) return;
    if (wished_source_ && name == "numa_srat") return;
    if (const Plugin* plugin = load({.name = std::string(name)})) add({plugin, {}, false});
  }

  // In every list that it has an interface for. One that nobody named does what the built-in one
  // does in whose place it stands, and no more.
  void add(const Loaded& l) {
    Interfaces offered = l.plugin->interfaces();
    const PluginInfo& info = l.plugin->info();
    if (is_default(info.name) && !info.file.empty()) {
      const Description own = built_in_one(info.name);
      if (const auto lack = lack_of(*l.plugin, own)) {
        errors_.push_back(l.spec.told(
            {fmt::format("plugin `{}` is named as the kernel's own, but {}", info.name, *lack),
             {info.file.string()}}));
        return;
      }
      if (!l.wished) offered = those_of(own.interfaces, offered);
      chain_.notes_.push_back(fmt::format("plugin {}: {} takes the place of the built-in one",
                                          info.name, info.file.string()));
    }
    if (offered.has_alloc()) add_policy(l);
    if (offered.has_trim()) take(chain_.trims_, l, chain_.trims_.end());
    if (!offered.has_numa()) return;
    if (!l.is_source()) return take(chain_.transforms_, l, chain_.transforms_.end());
    // What is wished for goes before the last resort.
    auto& sources = chain_.sources_;
    const bool before_flat = !sources.empty() && sources.back()->name() == kFlat;
    take(sources, l, before_flat ? std::prev(sources.end()) : sources.end());
  }

  void add_policy(const Loaded& l) {
    if (l.wished && std::exchange(has_policy_, true)) {
      errors_.push_back(l.spec.told(
          {fmt::format("plugin `{}`: one allocation policy at a time, and another was named",
                       l.plugin->name()),
           {"--plugin"}}));
      return;
    }
    auto policy = AllocPlugin::create(*l.plugin, l.spec.options);
    if (!policy) return append(errors_, l.spec.told(policy.errors()));
    auto& place = chain_.top_down_ == nullptr ? chain_.top_down_ : chain_.bottom_up_;
    place = *std::move(policy);
  }

  template <class T>
  void take(std::vector<std::unique_ptr<T>>& list, const Loaded& l,
            typename std::vector<std::unique_ptr<T>>::iterator at) {
    auto made = T::create(*l.plugin, l.spec.options);
    if (!made) return append(errors_, l.spec.told(made.errors()));
    list.insert(at, *std::move(made));
  }

  const Plugin* load(const PluginSpec& spec) {
    const auto plugin = host_.load(spec.name);
    if (plugin) return *plugin;
    append(errors_, spec.told(plugin.errors()));
    return nullptr;
  }

  PluginHost& host_;
  const ChainWishes& wishes_;
  std::vector<Loaded> wished_{};
  bool wished_policy_ = false;
  bool wished_source_ = false;
  bool has_policy_ = false;
  Errors errors_{};
  Chain chain_{};
};

Result<Chain> Chain::create(PluginHost& host, const ChainWishes& wishes) {
  return ChainBuilder(host, wishes).run();
}

void Chain::use_in(boot::Options& options) const {
  options.top_down = top_down_.get();
  options.bottom_up = bottom_up_ ? bottom_up_.get() : top_down_.get();
  options.trims.clear();
  options.node_sources.clear();
  options.node_transforms.clear();
  for (const auto& trim : trims_) options.trims.push_back(trim.get());
  for (const auto& source : sources_) options.node_sources.push_back(source.get());
  for (const auto& transform : transforms_) options.node_transforms.push_back(transform.get());
}

std::string Chain::policy_name() const {
  if (!bottom_up_) return top_down_->name();
  return fmt::format("{}, {}", top_down_->name(), bottom_up_->name());
}

std::optional<Error> Chain::allocation_fault() const {
  if (top_down_->fault()) return top_down_->fault();
  return bottom_up_ ? bottom_up_->fault() : std::nullopt;
}

}  // namespace memmap::plugin
