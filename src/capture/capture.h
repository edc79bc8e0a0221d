// The facts of a running machine, gathered into the files that `--machine` reads.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "input/open/file_tree.h"

namespace memmap::capture {

struct Options {
  std::string root = "/";         // where proc, sys, dev, var/log and boot are
  bool keep_identifiers = false;  // serial numbers, UUIDs, host names and MAC addresses
};

// A file that was not captured, and why.
struct Missing {
  std::string file{};    // as the gathered folder would name it
  std::string reason{};  // `needs root: ...`, `the kernel is locked down: ...`, `is not there`
};

struct Capture {
  input::MemoryTree files;  // as input/machine/machine_folder.h names them
  std::vector<Missing> missing{};
};

// Gathers what this process may read. Of the kernel log it takes the lines before user space, of
// the BIOS area the words and the MP tables that the boot reads. Identifiers are overwritten in
// place unless they are to be kept: lengths stay, and with them what the boot learns. `name`: of
// the result, for messages. Errors: the root is no folder; nothing that tells the memory map can be
// read.
Result<Capture> capture(const std::string& name, const Options& options);

}  // namespace memmap::capture
