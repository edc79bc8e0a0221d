// A file of a sweep read back, line by line: to go on with it, to merge several.
#pragma once

#include <cstdint>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "sweep/row.h"

namespace memmap::sweep {

// Of an output's first line. Error: it is none of a sweep, or of another version's.
Result<Head> parse_head(std::string_view line);

class RowsReader {
 public:
  // `what` the file lacks to be one, and the line's number.
  static Result<RowsReader> open(const std::string& path);

  const Head& head() const { return head_; }
  Form form() const { return form_; }

  enum class Line { row, summary, cut, end };  // `cut`: without its end
  // Error: the line is neither, or an index does not follow the one before it.
  Result<Line> next();
  // Of the last line. The text has its end.
  const std::string& text() const { return text_; }
  std::uint64_t index() const { return index_; }
  End row_end() const { return end_; }
  const Summary& summary() const { return summary_; }
  // Bytes up to the last whole line that was read.
  std::uint64_t offset() const { return offset_; }

 private:
  explicit RowsReader(const std::string& path) : path_(path), in_(path, std::ios::binary) {}
  Status read_head();
  bool read_line();
  Error wrong(std::string message) const;

  std::string path_;
  std::ifstream in_;
  std::string text_{};
  std::size_t line_ = 0;
  std::uint64_t offset_ = 0;
  Head head_{};
  Form form_ = Form::jsonl;
  std::optional<std::uint64_t> last_{};
  std::uint64_t index_ = 0;
  End end_ = End::passed;
  Summary summary_{};
};

}  // namespace memmap::sweep
