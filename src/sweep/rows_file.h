// Where rows go: a file that grows with them, so that a sweep that was killed goes on where it was; or standard output.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "sweep/row.h"

namespace memmap::sweep {

enum class IfThere { refuse, replace, resume };

class RowsFile {
 public:
  // `path` `-`: standard output. A file that is to be gone on with keeps its rows; what was half written is cut. Errors:
  // it is there and is to be refused; it is no file of this sweep; another process writes it.
  static Result<RowsFile> open(const std::string& path, const Head& head, Form form, IfThere what);
  RowsFile(RowsFile&& other) noexcept;
  RowsFile& operator=(RowsFile&&) = delete;
  ~RowsFile();

  // Of what it held: its last row's index, how many of its rows have which end, whether the summary is there.
  std::optional<std::uint64_t> last() const { return last_; }
  const Summary& held() const { return held_; }
  bool complete() const { return complete_; }

  // Writes whole lines at once. False: nobody reads standard output any more. Error: the disk is full, ...
  Result<bool> write(std::string_view lines);
  // Behind the last line: they are on the disk.
  Status close();

 private:
  RowsFile(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  Status look(const Head& head, Form form);
  Error failed(std::string_view what) const;

  std::string path_;
  int fd_;
  std::optional<std::uint64_t> last_{};
  Summary held_{};
  bool complete_ = false;
};

// What tells two heads apart, in words; empty: nothing.
std::string difference_of(const Head& a, const Head& b);

}  // namespace memmap::sweep
