// Files of a sweep's shares become the file that one machine would have written.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "sweep/row.h"
#include "sweep/rows_reader.h"
#include "sweep/sweep.h"

namespace memmap::sweep {

class Merge {
 public:
  // Errors, all: a file that is none of a sweep; files of different matrices, filters or forms; a share that lacks or is
  // there twice.
  static Result<Merge> open(const std::vector<std::string>& paths);

  const Head& head() const { return head_; }  // of the whole: share 1/1
  Form form() const { return form_; }

  // Calls `take` with each row's line, in order; false ends it. Errors: a file without its summary, a row that is
  // there twice, lacks, or belongs to another share.
  Result<Summary> run(
      const std::function<bool(std::uint64_t index, End end, const std::string& line)>& take);

 private:
  struct Part {
    std::string path;
    RowsReader reader;
    RowsReader::Line line = RowsReader::Line::end;
    std::uint64_t rows = 0;
  };
  Status advance(Part& part);

  std::vector<Part> parts_{};
  Head head_{};
  Form form_ = Form::jsonl;
};

// Writes the rows of all of them. Nothing is written where anything is wrong with one of them. Errors: those of Merge,
// RowsFile and Database; a database is filled of JSON Lines alone. `output.form` is theirs.
Result<Summary> merge(const std::vector<std::string>& paths, Output output);

}  // namespace memmap::sweep
