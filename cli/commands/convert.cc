#include "report/convert/convert.h"

#include <fmt/format.h>

#include <cstdio>

#include "commands/commands.h"
#include "machine_source.h"
#include "messages.h"
#include "named_plugins.h"
#include "output.h"
#include "plugins.h"

namespace memmap::cli {

ExitCode run_convert(const Arguments& arguments) {
  const auto to = arguments.get("--to");
  if (!to) return bad_usage("convert: --to is missing; `memmap formats` lists what can be written");
  auto host = plugin_host(arguments);
  if (!host) return bad_input(host.errors());
  NamedPlugins none;
  PluginFormats others(*host, none);
  const auto machine = machine_of(arguments, arguments.get("SOURCE").value_or(""), &others);
  if (!machine) return bad_input(machine.errors());
  const auto converted = report::convert(*machine, *to);
  if (!converted) return bad_input(converted.errors());

  const Destination destination{arguments.get("--output").value_or(""), arguments.has("--force")};
  const Status status = converted->files.empty() ? write_output(destination, converted->bytes)
                                                 : write_folder(destination, converted->files);
  if (!status) return bad_input(status.errors());
  for (const std::string& note : machine->notes) fmt::print(stderr, "memmap: note: {}\n", note);
  for (const std::string& loss : converted->losses) fmt::print(stderr, "memmap: note: {}\n", loss);
  return ExitCode::good;
}

}  // namespace memmap::cli
