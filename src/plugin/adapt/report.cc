#include "plugin/adapt/report.h"

#include <fmt/format.h>

#include <optional>
#include <string_view>

#include "base/utf8.h"
#include "boot/plugged.h"
#include "kernel/command_line.h"
#include "plugin/adapt/facts.h"
#include "plugin/adapt/state.h"

namespace memmap::plugin {
namespace {

// Where `bytes` stop being text.
std::optional<std::size_t> no_text_at(std::string_view bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t length = utf8_length(bytes.substr(at));
    if (length == 0 || bytes[at] == '\0') return at;
    at += length;
  }
  return std::nullopt;
}

}  // namespace

ReportPlugin::ReportPlugin(const Plugin& plugin, OptionValues options)
    : code_(plugin.code()),
      flags_(plugin.interfaces().report.flags),
      call_(plugin.name(), std::move(options), Call::Takes::bytes) {}

Result<std::unique_ptr<ReportPlugin>> ReportPlugin::create(const Plugin& plugin,
                                                           const OptionTexts& options) {
  if (!plugin.interfaces().has_report()) {
    return Error{.message = fmt::format("plugin `{}` writes no reports: it does not offer {}",
                                        plugin.name(), MEMMAP_REPORT_1)};
  }
  auto values = check_options(plugin.name(), plugin.info().options, options);
  if (!values) return values.errors();
  return std::unique_ptr<ReportPlugin>(new ReportPlugin(plugin, *std::move(values)));
}

Result<std::string> ReportPlugin::render(const boot::Outcome& outcome, const std::string& json,
                                         const Machine& machine, const kernel::Profile& profile) {
  const boot::Subject& subject = outcome.subject;
  const auto parameters = kernel::parse_command_line(subject.command_line);
  const Facts facts({machine, profile, subject.command_line, parameters,
                     boot::acpi_enabled(profile, parameters)});
  State state(outcome, facts);
  call_.set_profile(&profile);
  const memmap_report_input_t input{.struct_size = sizeof input,
                                    .reserved = 0,
                                    .json = json.c_str(),
                                    .json_size = json.size(),
                                    .state = state.abi(),
                                    .source = subject.source.c_str(),
                                    .format = subject.format.c_str(),
                                    .kernel = subject.kernel.c_str(),
                                    .command_line = subject.command_line.c_str(),
                                    .policy = subject.policy.c_str()};
  call_.begin();
  const auto rc = code_.render(input, *call_.host());
  if (!rc) return rc.errors();
  if (state.has_run_out()) call_.ran_out();
  if (auto e = call_.end("render", *rc, Call::None::refused)) return *std::move(e);
  if (call_.bytes().empty()) return call_.fault("render", "wrote nothing");
  if ((flags_ & MEMMAP_REPORT_TEXT) != 0) {
    if (const auto at = no_text_at(call_.bytes())) {
      return call_.fault("render", fmt::format("promised text; byte {} is no UTF-8", *at));
    }
  }
  return call_.bytes();
}

}  // namespace memmap::plugin
