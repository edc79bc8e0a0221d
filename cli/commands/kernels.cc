#include <fmt/format.h>

#include <algorithm>

#include "commands/commands.h"
#include "messages.h"
#include "output.h"
#include "profile/kernel_choice.h"
#include "session/places.h"

namespace memmap::cli {

ExitCode run_kernels(const Arguments&) {
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
      errors.insert(errors.end(), choice.errors().begin(), choice.errors().end());
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
