// The program: reads its arguments, runs a command. Nothing else.
#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <exception>

#include "arguments.h"
#include "plugin/load/guard.h"

namespace memmap::cli {
namespace {

ExitCode run(int argc, char** argv) {
  try {
    const auto parsed = parse_arguments(argc, argv);
    if (const auto* code = std::get_if<ExitCode>(&parsed)) return *code;
    const auto& invocation = std::get<Invocation>(parsed);
    return invocation.command->run(invocation.arguments);
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "memmap: internal fault: out of memory\n");
  } catch (const std::exception& e) {
    fmt::print(stderr, "memmap: internal fault: {}\n", e.what());
  }
  return ExitCode::fault;
}

}  // namespace
}  // namespace memmap::cli

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is a failed write (output.cc), not a death
  const int code = static_cast<int>(memmap::cli::run(argc, argv));
  memmap::plugin::end_process_if_plugins(code);
  return code;
}
