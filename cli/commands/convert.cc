#include "report/convert/convert.h"

#include "commands/commands.h"
#include "messages.h"
#include "output.h"
#include "request.h"

namespace memmap::cli {

ExitCode run_convert(const Arguments& arguments) {
  const auto to = arguments.get("--to");
  if (!to) return bad_usage("convert: --to is missing; `memmap formats` lists what can be written");
  const auto wanted = asked_of_machine(arguments);
  if (!wanted) return bad_input(wanted.errors());
  const session::Source& source = *wanted->request.source;
  const session::KindOfSource& kind = session::kind_of_source(source.kind);
  for (const std::string_view option :
       {"--plugin-dir", "--isolate-plugins", "--isolate-unprotected"}) {
    if (kind.readers || !arguments.has(option)) continue;
    return bad_input({session::no_effect(option, kind.option, kind.what)});
  }
  plugin::PluginHost host = wanted->places.host();
  const auto machine = session::read_machine(source, host);
  if (!machine) return bad_input(machine.errors());
  const auto converted = report::convert(*machine, *to);
  if (!converted) return bad_input(converted.errors());

  const Destination destination = destination_of(arguments);
  const Status status = converted->files.empty() ? write_output(destination, converted->bytes)
                                                 : write_folder(destination, converted->files);
  if (!status) return bad_input(status.errors());
  if (converted->files.empty() && converted->bytes.empty())
    note("nothing to write: the map is empty");
  for (const std::string& text : machine->notes) note(text);
  for (const std::string& loss : converted->losses) note(loss);
  return ExitCode::good;
}

}  // namespace memmap::cli
