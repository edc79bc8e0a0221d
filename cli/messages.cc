#include "messages.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace memmap::cli {

ExitCode bad_input(const Errors& errors) {
  std::fputs(to_string(errors).c_str(), stderr);
  const bool fault =
      std::ranges::any_of(errors, [](const Error& e) { return e.code == ErrorCode::plugin_fault; });
  return fault ? ExitCode::fault : ExitCode::bad_input;
}

ExitCode bad_usage(std::string_view message) {
  fmt::print(stderr, "memmap: error: {}\n", message);
  return ExitCode::bad_input;
}

}  // namespace memmap::cli
