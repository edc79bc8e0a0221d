// Where results go: standard output, a file or a folder; all of it or nothing.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace memmap::cli {

struct Destination {
  std::string path{};  // empty or `-`: standard output
  bool force = false;  // what is there may be replaced
};

// Writes `bytes`. A file appears under its name only when it is complete. A reader that closes
// standard output early (`| head`) is no error; a full disk is.
Status write_output(const Destination& to, const std::string& bytes);

// Writes `files` (relative path, content) below a new folder. Standard output cannot take a folder,
// and one that exists is never replaced, whatever `force` says.
Status write_folder(const Destination& to,
                    const std::vector<std::pair<std::string, std::string>>& files);

}  // namespace memmap::cli
