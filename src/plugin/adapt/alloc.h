// A plugin as memblock's allocation policy.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "memblock/policy.h"
#include "plugin/adapt/call.h"
#include "plugin/adapt/prepared.h"
#include "plugin/load/host.h"

namespace memmap::plugin {

// Each answer is checked before memblock sees it: in the limits, aligned, inside one free range.
// The first that is not, or a call that fails, is kept as the fault; from then on choose() gives
// nullopt and the plugin is not called any more. Whoever runs a boot asks fault() after it and
// discards the outcome if there is one. Costs tens of nanoseconds more than a policy of our own.
class AllocPlugin : public memblock::AllocationPolicy {
 public:
  // Checks the options and lets the plugin prepare itself. Errors: it has no memmap.alloc/1, wrong
  // options (all), prepare() failed. `plugin`'s host must outlive the result.
  static Result<std::unique_ptr<AllocPlugin>> create(const Plugin& plugin,
                                                     const OptionTexts& options);
  AllocPlugin(const AllocPlugin&) = delete;
  AllocPlugin& operator=(const AllocPlugin&) = delete;

  std::optional<PhysAddr> choose(const memblock::FindRequest& request,
                                 memblock::FreeRanges& ranges) override;
  bool is_first_fit() const override { return is_first_fit_; }

  const std::string& name() const { return call_.plugin(); }
  // What the plugin did wrong: `plugin `x`: choose(): ...`, with the block it answered as the
  // range.
  const std::optional<Error>& fault() const { return fault_; }
  const std::vector<std::string>& warnings() const { return call_.warnings(); }

 private:
  AllocPlugin(const Plugin& plugin, OptionValues options);
  std::optional<PhysAddr> check(const memblock::FindRequest& request, memblock::FreeRanges& ranges,
                                std::uint64_t address);
  void refuse(const memblock::FindRequest& request, std::uint64_t address, const char* why);

  Code& code_;
  Call call_;
  Prepared prepared_{call_};
  bool is_first_fit_;  // alloc_topdown, built in
  std::optional<Error> fault_;
};

}  // namespace memmap::plugin
