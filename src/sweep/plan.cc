#include "sweep/plan.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <limits>
#include <span>

#include "base/number.h"
#include "base/suggest.h"

namespace memmap::sweep {
namespace {

constexpr std::string_view kIndex = "index";

bool like(const std::string& glob, const std::string& text) {
  return ::fnmatch(glob.c_str(), text.c_str(), 0) == 0;
}

std::optional<std::uint64_t> times(std::optional<std::uint64_t> a, std::size_t b) {
  if (!a || (b != 0 && *a > std::numeric_limits<std::uint64_t>::max() / b)) return std::nullopt;
  return *a * b;
}

std::optional<std::uint64_t> plus(std::optional<std::uint64_t> a, std::optional<std::uint64_t> b) {
  if (!a || !b || *a > std::numeric_limits<std::uint64_t>::max() - *b) return std::nullopt;
  return *a + *b;
}

std::optional<std::uint64_t> size_of(const Product& p) {
  std::optional<std::uint64_t> out = 1;
  for (const std::size_t n : {p.machines.size(), p.kernels.size(), p.configs.size(),
                              p.plugins.size(), p.command_lines.size(), p.append.size()})
    out = times(out, n);
  return out;
}

}  // namespace

Plan::Plan(const Axes& axes) : axes_(axes) {
  for (const Product& product : axes.products) {
    const auto size = size_of(product);
    product_ = plus(product_, size);
    sizes_.push_back(size.value_or(0));
    auto& exclude = exclude_.emplace_back();
    for (const Exclusion& e : product.exclude) exclude.push_back(globs_of(e.globs, product));
  }
  slots_.resize(sizes_.size());
  filters_.resize(sizes_.size());
}

bool Plan::has_slots() const {
  return std::ranges::any_of(
      axes_.products, [](const Product& p) { return p.slots.which != SlotsWish::Which::as_known; });
}

std::vector<std::string> Plan::idle_exclusions() const {
  std::vector<std::string> out;
  for (std::size_t p = 0; p < exclude_.size(); ++p) {
    for (std::size_t i = 0; i < exclude_[p].size(); ++i) {
      for (std::size_t key = 0; key < kKeys.size(); ++key) {
        const auto& says = exclude_[p][i].by_key[key];
        if (!says || std::ranges::find(*says, true) != says->end()) continue;
        out.push_back(fmt::format("an entry of `exclude` leaves nothing out: no {} is like `{}`",
                                  kKeys[key], *axes_.products[p].exclude[i].globs[key]));
      }
    }
  }
  return out;
}

void Plan::count_slots(const CountSlots& slots, const Each& each) {
  for (std::size_t p = 0; p < sizes_.size(); ++p) {
    if (axes_.products[p].slots.which == SlotsWish::Which::as_known) continue;
    auto& counts = slots_[p];
    counts.resize(sizes_[p]);
    each(sizes_[p], [&](std::uint64_t position) {
      const Combination c = at(p, position);
      if (left_out(c)) return;
      constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
      counts[position] = static_cast<std::uint32_t>(std::min(slots(c), kMost));
    });
  }
}

Plan::Globs Plan::globs_of(const std::array<std::optional<std::string>, kKeys.size()>& globs,
                           const Product& product) const {
  Globs out;
  const auto say = [&](Key key, const auto& values, const auto& name_of) {
    const auto& glob = globs[static_cast<std::size_t>(key)];
    if (!glob) return;
    std::vector<bool> says;
    for (const auto& value : values) says.push_back(like(*glob, name_of(value)));
    out.by_key[static_cast<std::size_t>(key)] = std::move(says);
  };
  say(Key::machine, product.machines, [&](std::size_t m) { return axes_.machines[m].name; });
  // By kernel, not by the place in the list: which one it is may follow from the machine.
  say(Key::kernel, axes_.kernels,
      [](const KernelAt& k) { return k.name.empty() ? k.choice.profile.name : k.name; });
  say(Key::config, product.configs, [](const ConfigAt& c) { return c.name; });
  say(Key::plugins, product.plugins, [](const PluginsAt& p) { return p.name; });
  say(Key::command_line, product.command_lines, [](const auto& line) { return line.value_or(""); });
  say(Key::append, product.append, [](const std::string& text) { return text; });
  return out;
}

bool Plan::matches(const Globs& globs, const Combination& c) const {
  const std::array<std::size_t, 6> at{c.machine, kernel_index(c), c.config,
                                      c.plugins, c.command_line,  c.append};
  for (std::size_t key = 0; key < at.size(); ++key) {
    if (globs.by_key[key] && !(*globs.by_key[key])[at[key]]) return false;
  }
  return true;
}

bool Plan::left_out(const Combination& c) const {
  return std::ranges::any_of(exclude_[c.product], [&](const Globs& g) { return matches(g, c); });
}

bool Plan::selected(const Combination& c) const {
  if (only_index_ && *only_index_ != c.index) return false;
  return std::ranges::all_of(filters_[c.product], [&](const Globs& g) { return matches(g, c); });
}

bool Plan::is_filter(std::string_view text) {
  const std::size_t end = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_");
  return end != text.npos && end != 0 && text[end] == '=' && text.substr(end, 2) != "==";
}

Status Plan::filter(const std::string& text) {
  const std::size_t equals = text.find('=');
  const std::string key = text.substr(0, equals);
  std::string glob = text.substr(equals + 1);
  if (key == kIndex) {
    const auto index = parse_count(glob);
    if (!index) return Error{index.errors().front().message};
    only_index_ = *index;
    return Done{};
  }
  const auto known = std::span(kKeys).first(kKeys.size() - 1);
  const auto found = std::ranges::find(known, key);
  if (found == known.end()) {
    return Error{fmt::format(
        "there is no key `{}`{}", key,
        did_you_mean(key, known,
                     fmt::format("the keys are {} and {}", fmt::join(known, ", "), kIndex)))};
  }
  std::array<std::optional<std::string>, kKeys.size()> globs{};
  globs[static_cast<std::size_t>(found - known.begin())] = std::move(glob);
  for (std::size_t p = 0; p < sizes_.size(); ++p)
    filters_[p].push_back(globs_of(globs, axes_.products[p]));
  return Done{};
}

Combination Plan::at(std::size_t product, std::uint64_t position) const {
  const Product& p = axes_.products[product];
  Combination c{.product = product, .position = position};
  const auto take = [&](std::size_t& out, std::size_t size) {
    out = position % size;
    position /= size;
  };
  take(c.append, p.append.size());
  take(c.command_line, p.command_lines.size());
  take(c.plugins, p.plugins.size());
  take(c.config, p.configs.size());
  take(c.kernel, p.kernels.size());
  take(c.machine, p.machines.size());
  return c;
}

const MachineAt& Plan::machine(const Combination& c) const {
  return axes_.machines[product_of(c).machines[c.machine]];
}

std::size_t Plan::kernel_index(const Combination& c) const {
  return product_of(c).kernels[c.kernel].value_or(machine(c).own_kernel);
}

const KernelAt& Plan::kernel(const Combination& c) const { return axes_.kernels[kernel_index(c)]; }

std::string Plan::kernel_name(const Combination& c) const {
  const KernelAt& k = kernel(c);
  return k.name.empty() ? k.choice.profile.name : k.name;
}

std::optional<Combination> Walk::next() {
  for (;;) {
    if (now_ && slot_ < slots_) {
      Combination c = *now_;
      c.index = index_++;
      if (!plan_.slots_[c.product].empty()) c.slot = slot_;
      ++slot_;
      if (plan_.selected(c) && shard_.has(ordinal_++) && c.index >= from_) return c;
      continue;
    }
    now_.reset();
    if (product_ == plan_.sizes_.size()) return std::nullopt;
    if (position_ == plan_.sizes_[product_]) {
      ++product_;
      position_ = 0;
      continue;
    }
    const Combination c = plan_.at(product_, position_);
    const auto& slots = plan_.slots_[product_];
    slots_ = slots.empty() ? 1 : slots[position_];
    slot_ = 0;
    ++position_;
    if (!plan_.left_out(c)) now_ = c;
  }
}

}  // namespace memmap::sweep
