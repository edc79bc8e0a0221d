// Where the rows of a sweep go, a file, a database or both, and what is in them already.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "sweep/database.h"
#include "sweep/engine.h"
#include "sweep/row.h"
#include "sweep/rows_file.h"

namespace memmap::sweep {

struct Output;

class Writer {
 public:
  static Result<Writer> open(const Output& output, const Head& head);

  // The first index that is not everywhere yet.
  std::uint64_t from() const;
  // The first index that the summary does not count yet, and how many combinations lie before it: of those that are
  // not written because they passed only their number is known.
  std::uint64_t counted_from() const { return has_rows() ? file_from_ : database_from_; }
  void begin_behind(std::uint64_t counted);

  // Several threads may call it at once.
  Made made(const Row& row) const;
  // Rows in order. False: nobody reads them any more.
  Result<bool> take(const std::vector<Made>& made);
  // The same of a line that is there.
  Result<bool> take_line(std::uint64_t index, End end, const std::string& line);
  Status finish();
  // Another one than it counted itself.
  void set_summary(const Summary& summary) { summary_ = summary; }
  const Summary& summary() const { return summary_; }

 private:
  explicit Writer(const Head& head, Form form) : head_(head), form_(form) {}
  bool has_rows() const { return file_ || memory_ != nullptr; }

  Head head_;
  Form form_;
  std::optional<RowsFile> file_{};
  std::string* memory_ = nullptr;  // in place of a file
  std::optional<Database> database_{};
  std::uint64_t file_from_ = 0;  // the first index that it does not have
  std::uint64_t database_from_ = 0;
  Summary summary_{};
  std::string text_{};
};

}  // namespace memmap::sweep
