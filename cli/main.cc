// The program: reads its arguments, runs a command. Nothing else.
#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <exception>

#include "arguments.h"

int main(int argc, char** argv) {
  using namespace memmap::cli;
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is a failed write (output.cc), not a death
  try {
    const auto parsed = parse_arguments(argc, argv);
    if (const auto* code = std::get_if<ExitCode>(&parsed)) return static_cast<int>(*code);
    const auto& invocation = std::get<Invocation>(parsed);
    return static_cast<int>(invocation.command->run(invocation.arguments));
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "memmap: internal fault: out of memory\n");
  } catch (const std::exception& e) {
    fmt::print(stderr, "memmap: internal fault: {}\n", e.what());
  }
  return static_cast<int>(ExitCode::fault);
}
