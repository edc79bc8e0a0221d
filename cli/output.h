// Where results go: standard output, a file or a folder; all of it or nothing, also where the program
// is interrupted while it writes.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "command.h"

namespace memmap::cli {

struct Destination {
  std::string path = "-";  // `-`: standard output
  bool force = false;      // what is there may be replaced
};

// What --format asks for, one of `known`; the first if it is not given.
Result<std::string> format_of(const Arguments& arguments, std::span<const std::string_view> known);

// Where --output and --force say.
Destination destination_of(const Arguments& arguments);

// Writes `bytes`. A file appears under its name only when it is complete; without `force` only where
// nothing has that name, not even a link that leads nowhere, and with it the new one has the old
// one's permissions. A reader that closes standard output early (`| head`) is no error; a full disk
// and a limit on the size of files are.
Status write_output(const Destination& to, const std::string& bytes);

// Writes `files` (relative path, content) below a new folder, with the permissions that the umask
// leaves. Standard output cannot take a folder. One that exists is replaced only with `force`, in one
// step, and only if all that lies in it is a file whose name `is_ours`; null: never.
Status write_folder(const Destination& to,
                    const std::vector<std::pair<std::string, std::string>>& files,
                    bool (*is_ours)(std::string_view name) = nullptr);

}  // namespace memmap::cli
