// A plugin that gives memory to nodes.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "numa/nodes.h"
#include "plugin/call.h"
#include "plugin/facts.h"
#include "plugin/host.h"

namespace memmap::plugin {

struct NumaAnswer {
  numa::Nodes nodes{};  // sorted, each byte of memory in one block
  std::vector<std::vector<unsigned>>
      distances{};  // by nid, then nid; square, up to the highest nid
};

class NumaPlugin {
 public:
  // Errors: it has no memmap.numa/1, wrong options (all).
  static Result<std::unique_ptr<NumaPlugin>> create(const Plugin& plugin,
                                                    const OptionTexts& options);

  // `memory`: memblock.memory, ascending and disjoint. An error is the plugin's fault, and nothing
  // of its answer may be used: a node beyond the kernel's, a range without memory, memory given
  // twice or not at all, a distance that no SLIT could hold.
  Result<NumaAnswer> run(const AbiRanges& memory, const Facts& facts);

  const std::string& name() const { return call_.plugin(); }
  const std::vector<std::string>& warnings() const { return call_.warnings(); }

 private:
  NumaPlugin(const Plugin& plugin, OptionValues options);
  Result<NumaAnswer> check(const AbiRanges& memory, const Facts& facts) const;
  void check_blocks(const AbiRanges& memory, const Facts& facts, numa::Nodes& nodes,
                    Errors& errors) const;
  void check_cover(const AbiRanges& memory, const numa::Nodes& nodes, Errors& errors) const;

  memmap_numa_t interface_;
  Call call_;
};

}  // namespace memmap::plugin
