// The program: reads its arguments, runs a command. Nothing else.
#include <fmt/format.h>

#include <csignal>
#include <exception>

#include "arguments.h"
#include "messages.h"
#include "plugin/isolate/child.h"
#include "plugin/load/guard.h"
#include "plugin/load/watch.h"
#include "process_limits.h"
#include "request.h"

namespace memmap::cli {
namespace {

ExitCode run(int argc, char** argv) {
  try {
    const auto parsed = parse_arguments(argc, argv);
    if (const auto* code = std::get_if<ExitCode>(&parsed)) return *code;
    const auto& invocation = std::get<Invocation>(parsed);
    if (const auto code = apply_limits(*invocation.command, invocation.arguments)) return *code;
    const auto seconds = plugin_seconds(invocation.arguments);
    if (!seconds) return bad_usage("--plugin-timeout is a number of seconds up to 86400, or 0");
    plugin::watch_foreign_plugins(*seconds);
    return invocation.command->run(invocation.arguments);
  } catch (const std::bad_alloc&) {
    return without_memory();
  } catch (const std::exception& e) {
    // A library may tell of it in another way.
    if (allocation_failed()) return without_memory();
    say(fmt::format("internal fault: {}", e.what()));
  }
  return ExitCode::fault;
}

}  // namespace
}  // namespace memmap::cli

int main(int argc, char** argv) {
  if (memmap::plugin::isolate::is_child(argc, argv)) memmap::plugin::isolate::run_child();
  // Whoever started memmap may ignore the ends of children: then what became of a plugin is not to be had.
  std::signal(SIGCHLD, SIG_DFL);
  // A closed pipe and a full limit on the size of files are failed writes (output.cc), not deaths.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  memmap::cli::end_well_without_memory();
  memmap::cli::keep_freed_memory();
  const int code = static_cast<int>(memmap::cli::run(argc, argv));
  memmap::plugin::end_process_if_plugins(code);
  return code;
}
