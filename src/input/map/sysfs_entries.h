// The files of /sys/firmware/memmap, wherever they were found, made into a map.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "machine/e820_entry.h"
#include "machine/machine.h"

namespace memmap::input {

struct EntryFile {
  std::string name{};  // for messages
  std::string content{};
};

// The folder N of an entry: three one-line files.
struct EntryFiles {
  std::string name{};  // for messages
  std::optional<EntryFile> start{};
  std::optional<EntryFile> end{};  // the last byte
  std::optional<EntryFile> type{};
};

// By number: 10 comes after 9.
using EntryFolders = std::map<std::uint64_t, EntryFiles>;

struct SysfsMap {
  E820Entries entries{};
  std::vector<std::string> notes{};
};

// Errors, all of them: no entry, a number left out, a file missing in an entry, content that is not
// an address or a type. `name`: of the whole, for messages.
Result<SysfsMap> map_of_folders(const std::string& name, const EntryFolders& folders);

// One of which nothing else is known.
Machine machine_of(SysfsMap map);

}  // namespace memmap::input
