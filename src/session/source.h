// How a machine is named, and what of a request can act on it.
#pragma once

#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "input/format.h"
#include "input/open/source.h"
#include "machine/machine.h"
#include "plugin/load/host.h"
#include "session/arguments.h"
#include "session/named_plugins.h"

namespace memmap::session {

enum class SourceKind { named, synthetic, gathered, sysroot, live };

// One row a kind of source; a new one also needs a case in read_machine().
struct KindOfSource {
  SourceKind kind;
  std::string_view option;  // by which the command line names it
  std::string_view what;
  // What acts on it:
  bool format;   // --input-format and --columns: as what it is read
  bool boot;     // --boot, --side: which log of several
  bool readers;  // source plugins, and where they are looked for
};

std::span<const KindOfSource> kinds_of_source();
const KindOfSource& kind_of_source(SourceKind kind);

struct Source {
  SourceKind kind = SourceKind::named;
  // A path (`-`: standard input, of a named one); the map, of a synthetic one; empty, of this
  // machine.
  std::string text{};
  std::optional<std::string> format{};   // empty: its content tells
  std::optional<unsigned> boot{};        // from 1; empty: the last
  std::optional<std::string> columns{};  // of a table; empty: its content tells
  std::optional<input::Side> side{};     // of a diff of two logs
  // Of a named one that is open already: it is not opened again.
  std::optional<input::Source> opened{};
};

// `given` asks for what `source`, which is `what`, cannot do; both as the user wrote them.
Error no_effect(std::string_view given, std::string_view source, std::string_view what);
// One for each of `options` that is given.
void add_no_effect(const Arguments& arguments, std::initializer_list<std::string_view> options,
                   std::string_view source, std::string_view what, Errors& errors);

// Reads the machine. The named sources among `plugins` read it, and all that `host` finds, where no
// format of ours knows it. Errors: those of input/formats.h; a format, a boot or a plugin asked for
// that has no effect on this source (all).
Result<Machine> read_machine(const Source& source, plugin::PluginHost& host,
                             const NamedPlugins& plugins = {});

}  // namespace memmap::session
