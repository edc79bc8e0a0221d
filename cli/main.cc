// The program: reads its arguments, runs a command. Nothing else.
#include <fmt/format.h>

#include <csignal>
#include <exception>

#include "arguments.h"
#include "messages.h"
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
    say("internal fault: out of memory");
  } catch (const std::exception& e) {
    say(fmt::format("internal fault: {}", e.what()));
  }
  return ExitCode::fault;
}

}  // namespace
}  // namespace memmap::cli

int main(int argc, char** argv) {
  // A closed pipe and a full limit on the size of files are failed writes (output.cc), not deaths.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  const int code = static_cast<int>(memmap::cli::run(argc, argv));
  memmap::plugin::end_process_if_plugins(code);
  return code;
}
