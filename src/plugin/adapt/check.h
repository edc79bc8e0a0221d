// Plugins that look on while a boot is simulated and say what they find.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "boot/observer.h"
#include "boot/outcome.h"
#include "plugin/adapt/call.h"
#include "plugin/adapt/facts.h"
#include "plugin/adapt/prepared.h"
#include "plugin/adapt/state.h"
#include "plugin/load/host.h"

namespace memmap::plugin {

// One check during one boot. The first call that fails, or a finding that is none (a range that
// ends before it begins or lies beyond the 52 bits of physical addresses, a rule that is no plain
// name, no text), is kept as the fault; from then on the plugin is not called any more. Whoever
// runs the boot asks fault() after it and discards the outcome if there is one.
class CheckPlugin {
 public:
  // Errors: it has no memmap.check/1, wrong options (all), prepare() failed. `plugin`'s host must
  // outlive the result.
  static Result<std::unique_ptr<CheckPlugin>> create(const Plugin& plugin,
                                                     const OptionTexts& options);
  CheckPlugin(const CheckPlugin&) = delete;
  CheckPlugin& operator=(const CheckPlugin&) = delete;

  // A boot of that kernel, which must outlive it, begins.
  void begin(const kernel::Profile& profile) { call_.set_profile(&profile); }
  bool wants(std::uint32_t kind) const { return !fault_ && (interface_.events & kind) != 0; }
  void event(const memmap_event_t& event, State& state);
  void finish(State& state);

  // After finish(), of a script of accesses; gives what it said that the kernel prints.
  bool watches(std::uint32_t kind) const { return !fault_ && (interface_.accesses & kind) != 0; }
  Events access(const memmap_access_t& access, State& state);

  const std::string& name() const { return call_.plugin(); }
  // What it said so far.
  boot::CheckReport report() const;
  const std::optional<Error>& fault() const { return fault_; }
  const std::vector<std::string>& warnings() const { return call_.warnings(); }

 private:
  CheckPlugin(const Plugin& plugin, OptionValues options);
  void take(const char* function, const Result<std::int32_t>& returned, const char* step);

  Code& code_;
  memmap_check_t interface_;  // for its tables
  Call call_;
  Prepared prepared_{call_};
  boot::CheckReport report_{};
  std::optional<Error> fault_{};
};

// What each has said so far. Errors: what they did wrong.
Result<std::vector<boot::CheckReport>> reports_of(
    const std::vector<std::unique_ptr<CheckPlugin>>& checks);

// All checks of one boot (and no other), in their order; they must outlive it.
class Checks : public boot::Observer {
 public:
  explicit Checks(std::vector<std::unique_ptr<CheckPlugin>>& checks) : checks_(checks) {}

  void begin(const boot::Boot& boot) override;
  void after_step(const boot::Step& step) override;
  void on_call(const memblock::Call& call) override;
  void on_event(const Event& event) override;
  void at_end() override;

 private:
  bool wanted(std::uint32_t kind) const;
  void tell(const memmap_event_t& event);

  std::vector<std::unique_ptr<CheckPlugin>>& checks_;
  const boot::Boot* boot_ = nullptr;  // from begin() on
  std::optional<Facts> facts_{};
};

}  // namespace memmap::plugin
