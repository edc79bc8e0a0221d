// What a format is, to those that read one and to the table of them (formats.h).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "input/open/source.h"
#include "machine/machine.h"

namespace memmap::input {

// Why a source is, or is not, of a format. `score` 0: it is not, for `reason`; 100: it has a magic
// number or an unmistakable line; less: it looks so. The highest score wins; formats()'s order
// breaks ties.
struct Recognition {
  int score = 0;
  std::string reason{};  // one phrase: `no line of an e820 table`, `starts with \x7fELF`
};

// A format that is not in the table of formats.h: a plugin's.
class OtherFormat {
 public:
  virtual ~OtherFormat() = default;
  virtual const std::string& id() const = 0;
  // Both take bytes, never a folder. Errors of recognise(), and those of read() that say so, are
  // the plugin's fault.
  virtual Result<Recognition> recognise(const Source& source) = 0;
  virtual Result<Machine> read(const Source& source) = 0;
};

// Such formats, looked for only when they are needed.
class OtherFormats {
 public:
  virtual ~OtherFormats() = default;
  // By its id; nullptr: there is none. Errors: there is, and it cannot be used.
  virtual Result<OtherFormat*> find(const std::string& id) = 0;
  virtual std::vector<OtherFormat*> all() = 0;  // in name order
};

// Of two logs compared with each other, the one before the changes or the one with them.
enum class Side { older, newer };

struct ReadOptions {
  std::optional<std::string> format{};  // id of a format: do not guess
  // Which boot of a log that holds several, from 1; empty: the last.
  std::optional<unsigned> boot{};
  // `start,last,type`: the source is a table with these columns (input/table/columns.h), whatever it looks
  // like.
  std::optional<std::string> columns{};
  // Which lines of a log are kept in Machine::log, as the kernel wrote them; nullptr: none.
  bool (*keep)(std::string_view line) = nullptr;
  // Which side of a diff of two logs; an error of what is none.
  std::optional<Side> side{};
  // Asked for a format that the table does not have, and where none of the table's knows the
  // source; nullptr: there are no others.
  OtherFormats* others = nullptr;
};

enum class Takes { file, folder, either };

// One row a format. Whoever adds one: a file of its own here that declares its two functions, a
// row in formats.cc, a test made from a real sample, a fuzz target, a line in share/doc/formats.md.
struct Format {
  std::string_view id;                      // `dmesg`, `sysfs`, ... as --input-format takes it
  Takes takes;                              // what the two functions are called with
  std::string_view summary;                 // one line for `memmap formats`
  std::string_view example;                 // a command line that reads it
  Recognition (*recognise)(const Source&);  // cheap: looks at the beginning or at marks
  // Fills in a Machine; `source` and `format` of it are set by read_machine().
  Result<Machine> (*read)(const Source&, const ReadOptions&);
  // ReadOptions::boot is followed (a log's boots, a text's tables), and side; elsewhere they are errors.
  bool boots = false;
  bool sides = false;
};

}  // namespace memmap::input
