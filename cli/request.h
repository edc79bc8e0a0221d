// The options by which every command is told of a machine, a kernel and plugins, read into a
// session::Request.
#pragma once

#include <initializer_list>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "command.h"
#include "input/format.h"
#include "session/session.h"

namespace memmap::cli {

// Rows for a command's table of options.
// clang-format off
#define MEMMAP_SOURCE_OPTIONS                                                                                                                                                    \
  Option{"--e820",         "SOURCE", "read the memory map from SOURCE: a boot log, /sys/firmware/memmap, ...; `-`: standard input (`memmap formats` lists what is understood)"}, \
  Option{"--synthetic",    "TEXT",   "a map in one line: \"ram:640K hole:384K ram:3G\""},                                                                                        \
  Option{"--machine",      "DIR",    "what was gathered on a machine: a folder, or a tar of it, compressed or not"},                                                             \
  Option{"--sysroot",      "DIR",    "another machine's /sys and /proc below DIR"},                                                                                              \
  Option{"--input-format", "ID",     "do not guess the format of SOURCE"},                                                                                                       \
  Option{"--boot",         "N",      "the N-th boot of a log that holds several (default: the last)"},                                                                           \
  Option{"--side",         "WHICH",  "of a diff of two logs: old, or new"}
#define MEMMAP_MACHINE_OPTIONS MEMMAP_SOURCE_OPTIONS, \
  Option{"--columns",      "LIST",   "SOURCE is a table with these columns: start,end,type, start,last,type, start,size,type, ... (`memmap formats`)"}
// clang-format on

// --input-format, --columns, --boot and --side, where the command has them.
Result<input::ReadOptions> read_options(const Arguments& arguments);

// Refuses every option and argument given that is none of `followed`: it has no effect on `source`,
// which is `what`.
Status refuse_others(const Arguments& arguments, std::initializer_list<std::string_view> followed,
                     std::string_view source, std::string_view what);

// The machine's source that the arguments name, or SOURCE without an option; nullopt: none.
// Errors: several; --boot is no number, --side neither old nor new.
Result<std::optional<session::Source>> source_of(const Arguments& arguments);

// How long a plugin of others may take to answer; nullopt: --plugin-timeout is no such number.
std::optional<unsigned> plugin_seconds(const Arguments& arguments);

// What a command line asks for, and where the program finds what comes with it.
struct Asked {
  session::Request request{};
  session::Places places{};
};

// All options that the command has of a request's; one that it does not have is not given. Places
// are those of --plugin-dir, MEMMAP_PLUGIN_PATH and the installation. Errors: those of source_of()
// and find_places(); plugins named in no such form (all).
Result<Asked> asked(const Arguments& arguments);
// The same, and an error where no machine is named.
Result<Asked> asked_of_machine(const Arguments& arguments);

// What every command that boots a machine begins with.
Result<session::Session> open_session(const Arguments& arguments);
// An error for each plugin that is named and only looks on or writes reports: `command` shows neither.
Errors idle_plugins(const session::Session& session, std::string_view command);
// For commands that are about plugins themselves.
Result<plugin::PluginHost> plugin_host(const Arguments& arguments);

}  // namespace memmap::cli
