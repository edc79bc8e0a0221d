#include "replay/replay.h"

#include <fmt/format.h>

#include <array>

#include "commands/commands.h"
#include "input/log/memblock_log.h"
#include "kernel/command_line.h"
#include "machine_source.h"
#include "messages.h"
#include "output.h"
#include "profile/kernel_choice.h"
#include "report/answers/replay.h"
#include "report/form/names.h"
#include "share.h"

namespace memmap::cli {
namespace {

constexpr std::array<std::string_view, 2> kFormats{"text", "json"};

}  // namespace

ExitCode run_replay(const Arguments& arguments) {
  const auto format = format_of(arguments, kFormats);
  if (!format) return bad_input(format.errors());
  const auto options = read_options(arguments);
  if (!options) return bad_input(options.errors());
  const auto source = input::open_source(arguments.get("LOG").value_or("-"));
  if (!source) return bad_input(source.errors());
  const auto log = input::read_memblock_log(*source, *options);
  if (!log) return bad_input(log.errors());
  const auto kernel =
      kernel::choose_kernel(arguments.get("--kernel"), log->release, share_folder("kernels"));
  if (!kernel) return bad_input(kernel.errors());

  report::ReplaySubject subject;
  subject.log = log->name;
  subject.kernel = kernel->profile.name;
  subject.command_line =
      kernel::appended(arguments.get("--cmdline").value_or(log->command_line.value_or("")),
                       arguments.get("--append").value_or(""));
  subject.lines_of_no_list = log->lines_of_no_list;
  subject.notes = log->notes;
  if (!kernel->profile.verified) {
    subject.notes.push_back(
        fmt::format("kernel {}: {}", kernel->profile.name, report::kNotVerified));
  }
  if (!kernel->note.empty()) subject.notes.push_back("kernel: " + kernel->note);

  const replay::Report found =
      replay::replay(*log, replay::settings_for(kernel->profile, subject.command_line));
  const Status written = write_output(destination_of(arguments),
                                      *format == "json" ? report::replay_to_json(subject, found)
                                                        : report::replay_to_text(subject, found));
  if (!written) return bad_input(written.errors());
  return found.mismatch_count == 0 ? ExitCode::good : ExitCode::difference;
}

}  // namespace memmap::cli
