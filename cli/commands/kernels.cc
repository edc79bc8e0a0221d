#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "boot/changes.h"
#include "commands/commands.h"
#include "kernel/version.h"
#include "messages.h"
#include "output.h"
#include "profile/kernel_choice.h"
#include "report/answers/differences.h"
#include "session/places.h"

namespace memmap::cli {

namespace {

constexpr std::array<std::string_view, 2> kFormats{"text", "json"};

// A profile's name or file, or a version alone: `6.1`, `6.12.30`.
Result<report::ComparedKernel> kernel_named(const std::string& name) {
  const bool is_version = name.find_first_not_of("0123456789.") == name.npos;
  const auto version = kernel::parse_version(name);
  if (is_version && version) return report::ComparedKernel{name, *version};
  const auto choice = kernel::choose_kernel(name, std::nullopt, session::share_folder("kernels"));
  if (!choice) return choice.errors();
  return report::ComparedKernel{choice->profile.name, choice->profile.version};
}

ExitCode tell_differences(const Arguments& arguments) {
  const auto first_name = arguments.get("A");
  const auto second_name = arguments.get("B");
  if (!first_name || !second_name) {
    return bad_input(
        {Error{"--differences wants two kernels, names or versions: 6.1 6.12.30", {"memmap"}}});
  }
  const auto format = format_of(arguments, kFormats);
  if (!format) return bad_input(format.errors());
  const auto first = kernel_named(*first_name);
  if (!first) return bad_input(first.errors());
  const auto second = kernel_named(*second_name);
  if (!second) return bad_input(second.errors());
  const auto changes = boot::changes(first->version, second->version);
  const Status written =
      write_output({}, *format == "json" ? report::differences_to_json(*first, *second, changes)
                                         : report::differences_to_text(*first, *second, changes));
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
    out += fmt::format("{:<{}}  Linux {:<9} {}\n", name, width,
                       kernel::to_string(choice->profile.version), remark);
  }
  while (out.find(" \n") != std::string::npos) out.erase(out.find(" \n"), 1);
  if (const Status status = write_output({}, out); !status) return bad_input(status.errors());
  return errors.empty() ? ExitCode::good : bad_input(errors);
}

}  // namespace memmap::cli
