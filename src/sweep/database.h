// Rows in a database of SQLite, with views that answer who fails and how figures spread (share/doc/sweep.md).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "sweep/row.h"
#include "sweep/rows_file.h"

namespace memmap::sweep {

class Database {
 public:
  // As RowsFile::open(); a database of anything else than this sweep is refused whatever `what` says, but for `replace`.
  static Result<Database> open(const std::string& path, const Head& head, IfThere what);
  Database(Database&&) noexcept;
  ~Database();

  std::optional<std::uint64_t> last() const;
  const Summary& held() const;
  bool complete() const;

  // A row as append_row() makes it of JSON. Rows are kept once some thousands are together, or at the end: what a killed
  // process had not kept yet is swept again. Error: the disk is full, another process writes it, ...
  Status add(const std::string& json);
  Status finish(const Summary& summary);

 private:
  struct State;
  explicit Database(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace memmap::sweep
