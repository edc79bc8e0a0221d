// The plugins of one boot: the kernel's own rules, and what the user wants in their place or beside
// them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "boot/boot.h"
#include "plugin/adapt/alloc.h"
#include "plugin/adapt/numa.h"
#include "plugin/adapt/trim.h"
#include "plugin/load/host.h"
#include "plugin/load/options.h"

namespace memmap::plugin {

struct ChainWishes {
  std::vector<PluginSpec> use{};
  std::vector<std::string> without{};  // names in the default chain
};

// The default chain (built_in.h) is what the kernel does. What is wished for changes it so:
//  - a plugin that is in the chain gets the options and keeps its place;
//  - another trim is asked after the kernel's at each of its hooks;
//  - another source of nodes replaces the kernel's, but for the last resort (numa_flat);
//  - one that transforms nodes is asked after the kernel's (numa_fake);
//  - an allocation policy chooses all addresses, whatever the direction; one at a time.
class Chain {
 public:
  // Loads all of it. Errors: whatever host.load() and the plugins' options have to complain of
  // (all), two allocation policies, a name in `without` that is not in the chain, must not be left
  // out or is in `use` as well, a module that has the name of one of the chain and not all of its
  // interfaces. `host` must outlive the chain.
  static Result<Chain> create(PluginHost& host, const ChainWishes& wishes = {});

  // Puts the chain into the options of a boot, which it must outlive.
  void use_in(boot::Options& options) const;

  // `alloc_topdown, alloc_bottomup`
  std::string policy_name() const;
  // What the allocation policies did wrong in the last boot; boot::Outcome has the others' faults.
  std::optional<Error> allocation_fault() const;

  // For the report: which of the kernel's own rules a module was loaded in place of.
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  std::unique_ptr<AllocPlugin> top_down_{};
  std::unique_ptr<AllocPlugin> bottom_up_{};  // null: top_down_ for both
  std::vector<std::unique_ptr<TrimPlugin>> trims_{};
  std::vector<std::unique_ptr<NumaPlugin>> sources_{};
  std::vector<std::unique_ptr<NumaPlugin>> transforms_{};
  std::vector<std::string> notes_{};

  friend class ChainBuilder;
};

}  // namespace memmap::plugin
