// A plugin that writes reports.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "boot/outcome.h"
#include "kernel/profile.h"
#include "machine/machine.h"
#include "plugin/adapt/call.h"
#include "plugin/load/host.h"

namespace memmap::plugin {

class ReportPlugin {
 public:
  // Errors: it has no memmap.report/1, wrong options (all).
  static Result<std::unique_ptr<ReportPlugin>> create(const Plugin& plugin,
                                                      const OptionTexts& options);

  // The report's bytes, of what `machine` and `profile` came to. `json`: the outcome as --format
  // json writes it. An error is the plugin's fault: it failed, wrote nothing, or promised text and
  // wrote what is no UTF-8 or holds a NUL.
  Result<std::string> render(const boot::Outcome& outcome, const std::string& json,
                             const Machine& machine, const kernel::Profile& profile);

  const std::string& name() const { return call_.plugin(); }
  const std::vector<std::string>& warnings() const { return call_.warnings(); }

 private:
  ReportPlugin(const Plugin& plugin, OptionValues options);

  Code& code_;
  std::uint32_t flags_;
  Call call_;
};

}  // namespace memmap::plugin
