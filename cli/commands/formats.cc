#include "input/formats.h"

#include <fmt/format.h>

#include <algorithm>

#include "commands/commands.h"
#include "messages.h"
#include "output.h"
#include "report/convert/convert.h"
#include "request.h"

namespace memmap::cli {

ExitCode run_formats(const Arguments& arguments) {
  auto host = plugin_host(arguments);
  if (!host) return bad_input(host.errors());
  std::string out = "Read (the content decides, --input-format ID overrides):\n";
  for (const input::Format& f : input::formats()) {
    out += fmt::format("  {:<13} {}\n  {:<13}   {}\n", f.id, f.summary, "", f.example);
  }
  std::string reports;
  for (const plugin::PluginInfo& info : host->list().plugins) {
    if (!info.source_summary.empty()) {
      out += fmt::format("  {:<13} {} (plugin)\n  {:<13}   {}\n", info.name, info.source_summary,
                         "", info.source_example);
    }
    if (!info.report_summary.empty()) {
      reports += fmt::format("  {:<13} {} (plugin)\n", info.name, info.report_summary);
    }
  }
  out += "\nWritten by `memmap convert --to ID`:\n";
  for (const report::Target& t : report::convert_targets())
    out += fmt::format("  {:<13} {}\n", t.id, t.summary);
  out +=
      "\nWritten by `memmap simulate --format FORMAT`:\n"
      "  text          for people\n"
      "  json          for programs\n"
      "  dot           for Graphviz\n"
      "  svg           a map to scale; with --diagram, what Graphviz draws\n"
      "  png, pdf      drawn by Graphviz\n"
      "  html          a page for a browser: map, tables, the story of every address\n"
      "  memblock-debug\n"
      "                the kernel's own lines\n"
      "  qemu-mem      the page tables as QEMU's `info mem` has them\n" +
      reports;
  out +=
      "\ngzip, xz, zstd, bzip2, lz4, lzip, lzma and compress are unpacked on the way; `-` is "
      "standard input.\n";
  if (const Status status = write_output({}, out); !status) return bad_input(status.errors());
  return ExitCode::good;
}

}  // namespace memmap::cli
