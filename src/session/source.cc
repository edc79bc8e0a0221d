#include "session/source.h"

#include <fmt/format.h>

#include <algorithm>

#include "capture/capture.h"
#include "input/formats.h"
#include "input/machine/machine_folder.h"
#include "input/map/synthetic.h"
#include "witness/kinds.h"

namespace memmap::session {
namespace {

// clang-format off
constexpr KindOfSource kKinds[] = {
    // kind                 option         what                                        format boot   readers
    {SourceKind::named,     "--e820",      "a source of any format",                   true,  true,  true},
    {SourceKind::synthetic, "--synthetic", "a map in one line",                        false, false, false},
    {SourceKind::gathered,  "--machine",   "a folder of gathered files",               false, true,  false},
    {SourceKind::sysroot,   "--sysroot",   "a file system, of which no log is read",   false, false, false},
    {SourceKind::live,      "--live",      "this machine, of this boot",               false, false, false},
};
// clang-format on

Errors without_effect(const Source& source) {
  const KindOfSource& kind = kind_of_source(source.kind);
  Errors out;
  if (source.format && !kind.format)
    out.push_back(no_effect("--input-format", kind.option, kind.what));
  if (source.columns && !kind.format) out.push_back(no_effect("--columns", kind.option, kind.what));
  if (source.boot && !kind.boot) out.push_back(no_effect("--boot", kind.option, kind.what));
  if (source.side && !kind.boot) out.push_back(no_effect("--side", kind.option, kind.what));
  return out;
}

// Plugins that do nothing but read sources, and did not read this one.
Errors readers_without_effect(const NamedPlugins& plugins, const Source& source,
                              const Machine& machine) {
  Errors out;
  for (const std::string& name : plugins.only_sources) {
    if (machine.format == name) continue;
    const KindOfSource& kind = kind_of_source(source.kind);
    if (!kind.readers) {
      out.push_back(no_effect(fmt::format("--plugin {}", name), kind.option, kind.what));
      continue;
    }
    out.push_back({fmt::format("--plugin {} has no effect: the source was read as `{}` "
                               "(--input-format {} makes the plugin read it)",
                               name, machine.format, name),
                   {machine.source}});
  }
  return out;
}

Result<Machine> read(const Source& source, plugin::PluginHost& host, const NamedPlugins& plugins) {
  input::ReadOptions options{.format = source.format,
                             .boot = source.boot,
                             .columns = source.columns,
                             .keep = witness::is_statement,
                             .side = source.side};
  switch (source.kind) {
    case SourceKind::named: {
      PluginFormats others(host, plugins);
      options.others = &others;
      return source.opened ? input::read_machine(*source.opened, options)
                           : input::read_machine(source.text, options);
    }
    case SourceKind::synthetic: {
      auto machine = input::read_synthetic(source.text, "--synthetic");
      if (!machine) return machine;
      machine->source = "--synthetic";
      machine->format = "synthetic";
      return machine;
    }
    case SourceKind::gathered:
      return input::read_machine_folder(source.text, options);
    case SourceKind::sysroot:
      return input::read_sysroot(source.text);
    case SourceKind::live:
      break;
  }
  const auto captured = capture::capture("--live", {});
  if (!captured) return captured.errors();
  return input::read_machine_tree("--live", captured->files, options);
}

}  // namespace

std::span<const KindOfSource> kinds_of_source() { return kKinds; }

const KindOfSource& kind_of_source(SourceKind kind) {
  return *std::ranges::find(kKinds, kind, &KindOfSource::kind);
}

Error no_effect(std::string_view given, std::string_view source, std::string_view what) {
  return {fmt::format("{} has no effect on {} ({})", given, source, what), {"memmap"}};
}

void add_no_effect(const Arguments& arguments, std::initializer_list<std::string_view> options,
                   std::string_view source, std::string_view what, Errors& errors) {
  for (const std::string_view option : options)
    if (arguments.has(option)) errors.push_back(no_effect(option, source, what));
}

Result<Machine> read_machine(const Source& source, plugin::PluginHost& host,
                             const NamedPlugins& plugins) {
  if (Errors errors = without_effect(source); !errors.empty()) return errors;
  auto machine = read(source, host, plugins);
  if (!machine) return machine;
  Errors errors = readers_without_effect(plugins, source, *machine);
  if (!errors.empty()) return errors;
  return machine;
}

}  // namespace memmap::session
