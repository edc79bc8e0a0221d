#include "sweep/rows_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>

#include "sweep/rows_reader.h"

namespace memmap::sweep {
namespace {

bool is_regular(int fd) {
  struct stat st {};
  return ::fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

// The first bytes of a file.
std::string beginning_of(const std::string& path, std::size_t most) {
  std::ifstream in(path, std::ios::binary);
  std::string out(most, '\0');
  in.read(out.data(), static_cast<std::streamsize>(most));
  out.resize(static_cast<std::size_t>(in.gcount()));
  return out;
}

}  // namespace

std::string difference_of(const Head& a, const Head& b) {
  if (a.digest != b.digest)
    return "another matrix, or of other machines, kernels or plugins than these are now";
  if (a.filters != b.filters) return "other filters";
  if (a.only_failures != b.only_failures)
    return a.only_failures ? "failures only" : "all rows, not failures only";
  if (a.count != b.count) return "another number of combinations";
  if (a.shard != b.shard) return fmt::format("another share, {}", a.shard.text());
  return {};
}

RowsFile::RowsFile(RowsFile&& other) noexcept
    : path_(std::move(other.path_)),
      fd_(std::exchange(other.fd_, -1)),
      last_(other.last_),
      held_(other.held_),
      complete_(other.complete_) {}

RowsFile::~RowsFile() {
  if (fd_ > STDERR_FILENO) ::close(fd_);
}

Error RowsFile::failed(std::string_view what) const {
  return {fmt::format("cannot {}: {}", what, std::strerror(errno)),
          {path_ == "-" ? "standard output" : path_}};
}

Result<RowsFile> RowsFile::open(const std::string& path, const Head& head, Form form,
                                IfThere what) {
  RowsFile out(path, STDOUT_FILENO);
  if (path != "-") {
    const int how = what == IfThere::refuse ? O_CREAT | O_EXCL : O_CREAT;
    out.fd_ = ::open(path.c_str(), O_RDWR | O_CLOEXEC | how, 0666);
    // A device or a pipe takes rows as they come.
    if (out.fd_ < 0 && errno == EEXIST) {
      const int there = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
      if (there >= 0 && !is_regular(there)) {
        out.fd_ = there;
      } else {
        if (there >= 0) ::close(there);
        return Error{"exists already; --resume goes on with it, --force replaces it", {path}};
      }
    }
    if (out.fd_ < 0) return out.failed("write");
    if (is_regular(out.fd_)) {
      if (::flock(out.fd_, LOCK_EX | LOCK_NB) != 0)
        return Error{"another process writes it", {path}};
      if (what == IfThere::resume) {
        if (const Status looked = out.look(head, form); !looked) return looked.errors();
      } else if (::ftruncate(out.fd_, 0) != 0) {
        return out.failed("write");
      }
      if (::lseek(out.fd_, 0, SEEK_END) < 0) return out.failed("write");
    }
  }
  if (!is_regular(out.fd_) || ::lseek(out.fd_, 0, SEEK_CUR) == 0 || path == "-") {
    std::string text;
    append_head(text, head, form);
    const auto wrote = out.write(text);
    if (!wrote) return wrote.errors();
  }
  return out;
}

// Leaves what is whole of a file of this sweep.
Status RowsFile::look(const Head& head, Form form) {
  std::string own;
  append_head(own, head, form);
  const std::string there = beginning_of(path_, own.size());
  std::uint64_t keep = 0;
  if (own.starts_with(there)) {
    if (there.size() == own.size()) {
      auto reader = RowsReader::open(path_);
      if (!reader) return reader.errors();
      const bool whole = head.filters.empty() && !head.only_failures;
      const auto next = [&](std::uint64_t from) {
        while (!head.shard.has(from)) ++from;
        return from;
      };
      std::uint64_t rows = 0;
      for (;;) {
        const auto line = reader->next();
        if (!line) return line.errors();
        if (complete_ && *line != RowsReader::Line::end)
          return Error{"goes on behind its summary", {path_}};
        if (*line == RowsReader::Line::end || *line == RowsReader::Line::cut) break;
        if (*line == RowsReader::Line::summary) {
          complete_ = true;
          held_ = reader->summary();
          const std::uint64_t said = head.only_failures ? held_.failed + held_.errors : held_.count;
          if (said != rows)
            return Error{fmt::format("has {} rows, its summary says {}", rows, said), {path_}};
          continue;
        }
        if (whole && reader->index() != next(last_ ? *last_ + 1 : 0))
          return Error{fmt::format("has the row {} where {} is missing; sweep anew (--force)",
                                   reader->index(), next(last_ ? *last_ + 1 : 0)),
                       {path_}};
        ++rows;
        last_ = reader->index();
        held_.add(reader->row_end());
      }
      keep = reader->offset();
    }
  } else {
    auto reader = RowsReader::open(path_);
    if (!reader) return reader.errors();
    const std::string why = difference_of(reader->head(), head);
    return Error{fmt::format("is of {}; nothing is added to it",
                             why.empty() ? "another form (--format)" : why),
                 {path_}};
  }
  if (::ftruncate(fd_, static_cast<off_t>(keep)) != 0) return failed("write");
  return Done{};
}

Result<bool> RowsFile::write(std::string_view lines) {
  while (!lines.empty()) {
    const ssize_t n = ::write(fd_, lines.data(), lines.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EPIPE && !is_regular(fd_)) return false;  // nobody reads on
    if (n < 0) return failed("write");
    lines.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

Status RowsFile::close() {
  if (fd_ <= STDERR_FILENO) return Done{};
  if (::fsync(fd_) != 0 && errno != EINVAL && errno != EROFS) return failed("write");
  if (::close(std::exchange(fd_, -1)) != 0) return failed("write");
  return Done{};
}

}  // namespace memmap::sweep
