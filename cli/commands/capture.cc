#include "capture/capture.h"

#include <fmt/format.h>

#include "commands/commands.h"
#include "messages.h"
#include "output.h"

namespace memmap::cli {

ExitCode run_capture(const Arguments& arguments) {
  const auto folder = arguments.get("--output");
  if (!folder) return bad_usage("capture: -o is missing: the folder to write");
  const capture::Options options{.root = arguments.get("--sysroot").value_or("/"),
                                 .keep_identifiers = arguments.has("--keep-identifiers")};
  const auto captured = capture::capture(*folder, options);
  if (!captured) return bad_input(captured.errors());
  const auto& files = captured->files.files();
  const Status written = write_folder({.path = *folder}, {files.begin(), files.end()});
  if (!written) return bad_input(written.errors());
  say(fmt::format("captured {} files into {}", files.size(), *folder));
  for (const capture::Missing& m : captured->missing) {
    say(fmt::format("not captured: {}: {}", m.file, m.reason));
  }
  return ExitCode::good;
}

}  // namespace memmap::cli
