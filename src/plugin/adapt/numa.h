// A plugin that gives memory to nodes, as a source of the boot's.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "boot/node_source.h"
#include "plugin/adapt/call.h"
#include "plugin/adapt/facts.h"
#include "plugin/load/host.h"

namespace memmap::plugin {

// Of a plugin that hands over firmware's tables, transforms nodes or is a rule of the kernel's own,
// the kernel is the judge; what any other answers is checked whole: a node beyond the kernel's, a
// range without memory, memory given twice or not at all is a fault. So is, of all, a distance that
// no SLIT could hold.
class NumaPlugin : public boot::NodeSource {
 public:
  // Errors: it has no memmap.numa/1, wrong options (all). `plugin`'s host must outlive the result.
  static Result<std::unique_ptr<NumaPlugin>> create(const Plugin& plugin,
                                                    const OptionTexts& options);

  const std::string& name() const override { return call_.plugin(); }
  void begin(const boot::Facts& facts) override;
  bool transforms() const override { return (flags_ & MEMMAP_NUMA_TRANSFORMS) != 0; }
  Result<boot::NodeAnswer> run(const boot::NodeInput& input) override;

  const std::vector<std::string>& warnings() const { return call_.warnings(); }

 private:
  NumaPlugin(const Plugin& plugin, OptionValues options);
  bool judged_by_kernel() const { return flags_ != 0; }
  bool is_firmware() const { return (flags_ & MEMMAP_NUMA_FIRMWARE) != 0; }
  Result<boot::NodeAnswer> check(const AbiRanges& memory) const;
  void take(const Answer& answer, const AbiRanges& memory, boot::NodeAnswer& out,
            Errors& errors) const;
  void check_cover(const AbiRanges& memory, std::vector<numa::NodeBlock> blocks,
                   Errors& errors) const;
  void check_distances(const boot::NodeAnswer& out, Errors& errors) const;

  Code& code_;
  std::uint32_t flags_;
  Call call_;
  std::optional<Facts> facts_{};
};

}  // namespace memmap::plugin
