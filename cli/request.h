// The options by which every command is told of a machine, a kernel and plugins, read into a
// session::Request.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "choices.h"
#include "command.h"
#include "session/asked.h"
#include "session/session.h"

namespace memmap::cli {

// Rows for a command's table of options.
// clang-format off
#define MEMMAP_SOURCE_OPTIONS \
  Option{"--e820",         "SOURCE", "read the memory map from SOURCE: a boot log, /sys/firmware/memmap, ...; `-`: standard input (`memmap formats` lists what is understood)"}, \
  Option{"--synthetic",    "TEXT",   "a map in one line: \"ram:640K hole:384K ram:3G\""}, \
  Option{"--machine",      "DIR",    "what was gathered on a machine: a folder, or a tar of it, compressed or not", false, {.files = true}}, \
  Option{"--sysroot",      "DIR",    "another machine's /sys and /proc below DIR"}, \
  Option{"--input-format", "ID",     "do not guess the format of SOURCE", false, {.words = input_format_words, .named = false, .installed = "sources"}}, \
  Option{"--boot",         "N",      "the N-th boot of a log that holds several (default: the last)"}, \
  Option{"--side",         "WHICH",  "of a diff of two logs: old, or new", false, {all_of<kSides>}}
#define MEMMAP_MACHINE_OPTIONS MEMMAP_SOURCE_OPTIONS, \
  Option{"--columns",      "LIST",   "SOURCE is a table with these columns: start,end,type, start,last,type, start,size,type, ... (`memmap formats`)", false, {.words = column_words, .several = true}}
// clang-format on

using session::read_options;
using session::source_of;

// Refuses every option and argument given that is none of `followed`: it has no effect on `source`,
// which is `what`.
Status refuse_others(const Arguments& arguments, std::initializer_list<std::string_view> followed,
                     std::string_view source, std::string_view what);

// How long a plugin of others may take to answer; nullopt: --plugin-timeout is no such number.
std::optional<unsigned> plugin_seconds(const Arguments& arguments);

// What a command line asks for, and where the program finds what comes with it.
struct Asked {
  session::Request request{};
  session::Places places{};
};

// session::request_of(). Places are those of --plugin-dir, MEMMAP_PLUGIN_PATH and the installation. Errors:
// those of find_places() too.
Result<Asked> asked(const Arguments& arguments);
// The same, and an error where no machine is named.
Result<Asked> asked_of_machine(const Arguments& arguments);

// Says the note that session::LogUse::noted asked for, where the answer itself has no notes.
void note_log(const boot::Outcome& outcome);

// What every command that boots a machine begins with.
Result<session::Session> open_session(const Arguments& arguments);
// For commands that are about plugins themselves.
Result<plugin::PluginHost> plugin_host(const Arguments& arguments);

}  // namespace memmap::cli
