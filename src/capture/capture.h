// The facts of a running machine, gathered into the files that `--machine` reads.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "input/open/file_tree.h"

namespace memmap::capture {

struct Options {
  std::string root = "/";  // where /proc, /sys, /dev, /var/log and /boot are
  bool keep_identifiers = false;
};

// A file that was not captured, and why.
struct Missing {
  std::string file{};    // as the gathered folder would name it
  std::string reason{};  // `needs root: ...`, `the kernel is locked down: ...`, `is not there`
};

struct Capture {
  input::MemoryTree files;
  std::vector<Missing> missing{};
};

// Reads what this process may read; input/machine/machine_folder.h names the files. Serial numbers, UUIDs,
// host names and MAC addresses are overwritten, in place, unless they are to be kept: lengths and
// checksums stay, and with them what the boot learns. Of the kernel log only what comes before user
// space is taken, of the BIOS area only the MP tables. `name`: of the result, for messages. Error:
// nothing that tells the memory map can be read.
Result<Capture> capture(const std::string& name, const Options& options);

}  // namespace memmap::capture
