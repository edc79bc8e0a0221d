#include "session/told_options.h"

#include <fmt/format.h>

#include <optional>

namespace memmap::session {
namespace {

class Overlay {
 public:
  explicit Overlay(kernel::Profile& profile) : profile_(profile) {}

  // The configuration may have it, and nothing be left: what happened is told.
  void deferral(const std::optional<bool>& told) {
    bool& has = profile_.deferred_struct_page_init;
    if (!told || *told == has) return;
    has = *told;
    notes_.push_back(
        fmt::format("the log decides that {} struct pages are left for later "
                    "(CONFIG_DEFERRED_STRUCT_PAGE_INIT); without it {} would be",
                    has ? "some" : "no", has ? "none" : "some"));
  }
  void number(const kernel::Number& option, const std::optional<unsigned>& told) {
    if (!told || *told == profile_.number(option)) return;
    notes_.push_back(fmt::format("the log decides that CONFIG_{} is {}; without it, {}",
                                 option.name, *told, profile_.number(option)));
    profile_.config.insert_or_assign(std::string(option.name), std::to_string(*told));
  }
  std::vector<std::string> take() && { return std::move(notes_); }

 private:
  kernel::Profile& profile_;
  std::vector<std::string> notes_{};
};

}  // namespace

std::vector<std::string> take_told_options(const Machine& machine, kernel::Profile& profile) {
  if (!machine.kernel_release || profile.stands_for != *machine.kernel_release) return {};
  const KernelOptions& told = machine.kernel_options;
  Overlay overlay(profile);
  overlay.deferral(told.deferred_struct_page_init);
  overlay.number(config::LOG_BUF_SHIFT, told.log_buf_shift);
  overlay.number(config::LOG_CPU_MAX_BUF_SHIFT, told.log_cpu_max_buf_shift);
  return std::move(overlay).take();
}

}  // namespace memmap::session
