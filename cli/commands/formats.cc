#include "input/formats.h"

#include <fmt/format.h>

#include <algorithm>

#include "commands/commands.h"
#include "messages.h"
#include "output.h"
#include "report/convert.h"

namespace memmap::cli {

ExitCode run_formats(const Arguments&) {
  std::string out = "Read (the content decides, --input-format ID overrides):\n";
  for (const input::Format& f : input::formats()) {
    out += fmt::format("  {:<13} {}\n  {:<13}   {}\n", f.id, f.summary, "", f.example);
  }
  out += "\nWritten by `memmap convert --to ID`:\n";
  for (const report::Target& t : report::convert_targets())
    out += fmt::format("  {:<13} {}\n", t.id, t.summary);
  out +=
      "\ngzip, xz, zstd, bzip2, lz4, lzip, lzma and compress are unpacked on the way; `-` is "
      "standard input.\n";
  if (const Status status = write_output({}, out); !status) return bad_input(status.errors());
  return ExitCode::good;
}

}  // namespace memmap::cli
