// Kernel command lines in the files where people keep them, as the kernel would get them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "input/format.h"
#include "input/open/source.h"

namespace memmap::input {

// Where a byte of a command line stands in its file, from 1.
struct TextPlace {
  std::size_t line = 1;
  std::size_t column = 1;
};

struct FoundCommandLine {
  std::string text{};               // the command line: quotes, escapes and variables are resolved
  std::vector<TextPlace> places{};  // of each byte of it, and of its end
  bool is_badram = false;           // no command line, but GRUB's list of bad memory
};

struct CommandLines {
  std::string format{};  // `grub defaults`, `grub.cfg`, `boot entry`, `log`, `command line`
  std::vector<FoundCommandLine> lines{};  // never empty
  // The text whose lines and columns the places are: the source's; of a log that is no plain
  // one (in JSON, wrapped, ...) the command line itself.
  std::string text{};
};

// Finds them in
//   - /etc/default/grub: GRUB_CMDLINE_LINUX and GRUB_CMDLINE_LINUX_DEFAULT, joined as grub-mkconfig
//     does, through the shell's quotes and then GRUB's; GRUB_BADRAM as a line of its own;
//   - grub.cfg: each line `linux`, `linux16` or `linuxefi`, through GRUB's quotes, without the
//     kernel's path; a variable is not known, and leaves nothing; its lines `badram` behind them;
//   - a boot entry (options ...);
//   - a boot log: the last `Command line:`, or that of the boot which `options` name;
//   - a single line, as /proc/cmdline has it.
// Errors: a folder; none is found; bytes that are no text; a boot that the log does not hold; a quote
// of /etc/default/grub that is not closed.
Result<CommandLines> read_command_lines(const Source& source, const ReadOptions& options = {});

// A line given as such: every byte in its own column of line 1.
FoundCommandLine plain_line(std::string_view text);

}  // namespace memmap::input
