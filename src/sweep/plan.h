// The combinations of a sweep, counted and numbered: in which order, which are left out, which a filter takes.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "sweep/axes.h"
#include "sweep/shard.h"

namespace memmap::sweep {

// One of a product's combinations: places in the product's lists.
struct Combination {
  std::uint64_t index = 0;     // among all of the matrix, from 0
  std::size_t product = 0;     // of Axes::products
  std::uint64_t position = 0;  // in the product, without slots and with what is left out
  std::size_t machine = 0, kernel = 0, config = 0, plugins = 0, command_line = 0, append = 0;
  std::optional<std::uint64_t>
      slot{};  // the how-many-th of those that are asked for; nullopt: as known
};

// How many of the slots that are asked for a combination (without its slot) has.
using CountSlots = std::function<std::uint64_t(const Combination&)>;

class Plan {
 public:
  // `axes` must outlive it. Counts the slots, where there are any, which calls `count_slots` once for each
  // combination, by `each` (n, do): for all from 0 to n - 1, in any order or at once.
  using Each = std::function<void(std::uint64_t n, const std::function<void(std::uint64_t)>& act)>;
  explicit Plan(const Axes& axes);
  void count_slots(const CountSlots& slots, const Each& each);

  // How many combinations all lists have by themselves: without slots, with what is left out. nullopt: more than 2^64.
  std::optional<std::uint64_t> product() const { return product_; }
  bool has_slots() const;

  // Entries of `exclude` that leave nothing out, for one of their keys has no value of the kind: in words.
  std::vector<std::string> idle_exclusions() const;

  // Takes `KEY=GLOB` of a combination's keys, or `index=N`; those that all filters take are selected. Error, without an
  // origin: no such key, with the nearest.
  Status filter(const std::string& text);

  // Whether `text` is meant for filter(): a word and `=`, not `==`.
  static bool is_filter(std::string_view text);

  const Axes& axes() const { return axes_; }
  const MachineAt& machine(const Combination& c) const;
  const KernelAt& kernel(const Combination& c) const;
  std::size_t kernel_index(const Combination& c) const;
  std::string kernel_name(const Combination& c) const;
  const ConfigAt& config(const Combination& c) const { return product_of(c).configs[c.config]; }
  const PluginsAt& plugins(const Combination& c) const { return product_of(c).plugins[c.plugins]; }
  const std::optional<std::string>& command_line(const Combination& c) const {
    return product_of(c).command_lines[c.command_line];
  }
  const std::string& append(const Combination& c) const { return product_of(c).append[c.append]; }
  const Product& product_of(const Combination& c) const { return axes_.products[c.product]; }

 private:
  friend class Walk;
  // A glob for some keys, by what it says of each value: all must say yes.
  struct Globs {
    std::array<std::optional<std::vector<bool>>, kKeys.size()> by_key{};
  };
  Globs globs_of(const std::array<std::optional<std::string>, kKeys.size()>& globs,
                 const Product& product) const;
  bool matches(const Globs& globs, const Combination& c) const;
  bool left_out(const Combination& c) const;
  bool selected(const Combination& c) const;
  Combination at(std::size_t product, std::uint64_t position) const;

  const Axes& axes_;
  std::optional<std::uint64_t> product_{0};
  std::vector<std::uint64_t> sizes_{};               // of each product
  std::vector<std::vector<Globs>> exclude_{};        // by product
  std::vector<std::vector<std::uint32_t>> slots_{};  // by product and position; empty: no slots
  std::vector<std::vector<Globs>> filters_{};        // by product
  std::optional<std::uint64_t> only_index_{};
};

// The selected combinations in their order, those of one share alone.
class Walk {
 public:
  // `plan` must outlive it; what is before the index `from` is passed over.
  explicit Walk(const Plan& plan, const Shard& shard = {}, std::uint64_t from = 0)
      : plan_(plan), shard_(shard), from_(from) {}

  std::optional<Combination> next();

 private:
  const Plan& plan_;
  Shard shard_;
  std::uint64_t from_;
  std::size_t product_ = 0;
  std::uint64_t position_ = 0;
  std::uint64_t index_ = 0;
  std::uint64_t ordinal_ = 0;         // among the selected ones: shares are shares of these
  std::optional<Combination> now_{};  // whose slots are walked through
  std::uint64_t slot_ = 0;
  std::uint64_t slots_ = 0;
};

}  // namespace memmap::sweep
