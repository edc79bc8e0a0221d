// A plugin that trims memory, as a trim of the boot's.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "boot/trim.h"
#include "plugin/adapt/call.h"
#include "plugin/adapt/facts.h"
#include "plugin/load/host.h"

namespace memmap::plugin {

// Each edit is checked: its verb fits the hook, its range is not empty and, but for a cap's and an
// alignment's end, lies in the 52 bits of physical addresses that x86-64 has; no two of one verb
// overlap.
class TrimPlugin : public boot::Trim {
 public:
  // Errors: it has no memmap.trim/1, wrong options (all). `plugin`'s host must outlive the result.
  static Result<std::unique_ptr<TrimPlugin>> create(const Plugin& plugin,
                                                    const OptionTexts& options);

  const std::string& name() const override { return call_.plugin(); }
  void begin(const boot::Facts& facts) override;
  bool acts_at(boot::Hook hook) const override;
  Result<boot::TrimAnswer> run(const boot::TrimInput& input) override;

  const std::vector<std::string>& warnings() const { return call_.warnings(); }

 private:
  TrimPlugin(const Plugin& plugin, OptionValues options);
  Result<boot::TrimAnswer> check(boot::Hook hook, std::int32_t returned) const;

  Code& code_;
  std::uint32_t hooks_;
  Call call_;
  std::optional<Facts> facts_{};
};

}  // namespace memmap::plugin
