#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "boot/changes.h"
#include "choices.h"
#include "commands/commands.h"
#include "kernel/distribution.h"
#include "kernel/version.h"
#include "messages.h"
#include "output.h"
#include "profile/kernel_choice.h"
#include "report/answers/differences.h"
#include "session/places.h"

namespace memmap::cli {

namespace {

std::string_view whose(const kernel::Profile& profile) {
  const kernel::Distribution* d = kernel::distribution_of(profile);
  return d == nullptr ? "" : d->id;
}

// A profile's name or file; a version alone: `6.1`, `6.12.30`; a release of a distribution whose builds
// are known: `5.14.0-427.el9`. Of the last two only the rules.
Result<kernel::Profile> kernel_named(const std::string& name) {
  const std::string folder = session::share_folder("kernels");
  const auto version = kernel::parse_version(name);
  const auto* of = kernel::recognise({.release = name}).distribution;
  const bool is_version = name.find_first_not_of("0123456789.") == name.npos;
  const bool is_build = of != nullptr && of->rules == kernel::Distribution::Rules::builds &&
                        name.find('/') == name.npos && !name.ends_with(".yaml");
  const auto names = kernel::kernel_names(folder);
  const bool is_profile = std::ranges::find(names, name) != names.end();
  if (version && !is_profile && (is_version || is_build)) {
    return kernel::Profile{.name = name, .version = *version};
  }
  auto choice = kernel::choose_kernel(name, std::nullopt, folder);
  if (!choice) return choice.errors();
  return std::move(choice->profile);
}

report::ComparedKernel compared(const kernel::Profile& p) { return {p.name, p.version, whose(p)}; }

ExitCode tell_differences(const Arguments& arguments) {
  const auto first_name = arguments.get("A");
  const auto second_name = arguments.get("B");
  if (!first_name || !second_name) {
    return bad_input(
        {Error{"--differences wants two kernels, names or versions: 6.1 6.12.30", {"memmap"}}});
  }
  const auto format = format_of(arguments, kAnswerFormats);
  if (!format) return bad_input(format.errors());
  const auto first = kernel_named(*first_name);
  if (!first) return bad_input(first.errors());
  const auto second = kernel_named(*second_name);
  if (!second) return bad_input(second.errors());
  const auto changes = boot::changes(*first, *second);
  const report::ComparedKernel a = compared(*first);
  const report::ComparedKernel b = compared(*second);
  const Status written =
      write_output({}, *format == "json" ? report::differences_to_json(a, b, changes)
                                         : report::differences_to_text(a, b, changes));
  return written ? ExitCode::good : bad_input(written.errors());
}

}  // namespace

ExitCode run_kernels(const Arguments& arguments) {
  if (arguments.has("--differences")) return tell_differences(arguments);
  if (arguments.has("A") || arguments.has("--format")) {
    return bad_input({Error{"kernels are named, and a format, with --differences", {"memmap"}}});
  }
  const std::string folder = session::share_folder("kernels");
  const auto names = kernel::kernel_names(folder);
  const auto usual = kernel::choose_kernel(std::nullopt, std::nullopt, folder);
  if (!usual) return bad_input(usual.errors());
  std::size_t width = 0;
  for (const std::string& name : names) width = std::max(width, name.size());
  std::string out;
  Errors errors;
  for (const std::string& name : names) {
    const auto choice = kernel::choose_kernel(name, std::nullopt, folder);
    if (!choice) {
      append(errors, choice.errors());
      continue;
    }
    std::string_view remark = name == usual->profile.name ? "(the default)" : "";
    if (!choice->profile.verified) remark = "(not verified against a real boot)";
    out += fmt::format("{:<{}}  Linux {:<9} {:<8} {}\n", name, width,
                       kernel::to_string(choice->profile.version), whose(choice->profile), remark);
  }
  while (out.find(" \n") != std::string::npos) out.erase(out.find(" \n"), 1);
  if (const Status status = write_output({}, out); !status) return bad_input(status.errors());
  return errors.empty() ? ExitCode::good : bad_input(errors);
}

}  // namespace memmap::cli
