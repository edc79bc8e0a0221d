#include "messages.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "base/printable.h"

namespace memmap::cli {

void say(std::string_view text) {
  fmt::print(stderr, "memmap: {}\n", printable(text, Charset::unicode));
}

void note(std::string_view text) { say(fmt::format("note: {}", text)); }

ExitCode bad_input(const Errors& errors) {
  std::fputs(to_string(errors).c_str(), stderr);  // which cleans each part of it
  const bool fault =
      std::ranges::any_of(errors, [](const Error& e) { return e.code == ErrorCode::plugin_fault; });
  return fault ? ExitCode::fault : ExitCode::bad_input;
}

ExitCode bad_usage(std::string_view message) {
  say(fmt::format("error: {}", message));
  return ExitCode::bad_input;
}

}  // namespace memmap::cli
