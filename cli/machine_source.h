// The options by which every command is told of a machine.
#pragma once

#include "base/result.h"
#include "command.h"
#include "input/formats.h"
#include "machine/machine.h"

namespace memmap::cli {

// Rows for a command's table of options.
#define MEMMAP_MACHINE_OPTIONS                                                                    \
  Option{"--e820", "SOURCE",                                                                      \
         "read the memory map from SOURCE: a boot log, /sys/firmware/memmap, ...; `-`: standard " \
         "input (`memmap formats` lists what is understood)"},                                    \
      Option{"--synthetic", "TEXT", "a map in one line: \"ram:640K hole:384K ram:3G\""},          \
      Option{"--machine", "DIR",                                                                  \
             "what was gathered on a machine: a folder, or a tar of it, compressed or not"},      \
      Option{"--sysroot", "DIR", "another machine's /sys and /proc below DIR"},                   \
      Option{"--input-format", "ID", "do not guess the format of SOURCE"}, Option {               \
    "--boot", "N", "the N-th boot of a log that holds several (default: the last)"                \
  }

// --input-format and --boot, where the command has them.
Result<input::ReadOptions> read_options(const Arguments& arguments);
// Whether an option names a machine.
bool names_machine(const Arguments& arguments);
// The machine that the arguments name; --live, where the command has it, is this one. `positional`
// is a source given without an option, or empty; `others` reads what no format of ours knows, if it
// is there.
Result<Machine> machine_of(const Arguments& arguments, const std::string& positional = {},
                           input::OtherFormats* others = nullptr);

}  // namespace memmap::cli
