#include "messages.h"

#include <fmt/format.h>

#include <cstdio>

namespace memmap::cli {

ExitCode bad_input(const Errors& errors) {
  std::fputs(to_string(errors).c_str(), stderr);
  return ExitCode::bad_input;
}

ExitCode bad_usage(std::string_view message) {
  fmt::print(stderr, "memmap: error: {}\n", message);
  return ExitCode::bad_input;
}

}  // namespace memmap::cli
