#include "output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <new>
#include <string_view>

#include "base/suggest.h"
#include "held_signals.h"
#include "process_limits.h"

namespace memmap::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kExists = "exists already; --force replaces it";
constexpr std::size_t kPiece = std::size_t{1} << 20;  // written between looks at the signals

Error failed(std::string_view what, const std::string& path, int error) {
  return {fmt::format("cannot {}: {}", what, std::strerror(error)), {path}};
}

// 0 or the error number.
int write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return 0;
}

// The same of a file that is not complete before its end; EINTR: the program is to end.
int write_unless_ended(int fd, std::string_view bytes, const HeldSignals& signals) {
  for (; !bytes.empty(); bytes.remove_prefix(std::min(kPiece, bytes.size()))) {
    if (signals.arrived()) return EINTR;
    if (const int error = write_all(fd, bytes.substr(0, kPiece)); error != 0) return error;
  }
  return signals.arrived() ? EINTR : 0;
}

mode_t permissions_left(mode_t mode) {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return mode & ~mask;
}

// Beside `path`, so that renaming it cannot cross file systems; not made of its name, which may be
// as long as a name can be.
std::string temporary_beside(const std::string& path) {
  return (fs::path(path).parent_path() / ".memmap-XXXXXX").string();
}

// Gives the file `from` the name `to`; EEXIST: something has it. 0 or the error number.
int rename_to_new(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  // A file system that cannot: a second name is refused where there is one as well.
  if (::link(from.c_str(), to.c_str()) != 0) return errno;
  ::unlink(from.c_str());
  return 0;
}

// The same of a folder; where the file system cannot tell, an empty one is replaced.
int rename_folder(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  return ::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

Status write_file(const Destination& to, std::string_view bytes, const HeldSignals& signals) {
  std::string temporary = temporary_beside(to.path);
  const int fd = ::mkstemp(temporary.data());
  if (fd < 0) return failed("write", to.path, errno);
  struct stat old {};
  const bool replaces = to.force && ::stat(to.path.c_str(), &old) == 0;
  ::fchmod(fd, replaces ? old.st_mode & 0777 : permissions_left(0666));
  int error = write_unless_ended(fd, bytes, signals);
  if (error == 0 && ::fsync(fd) != 0 && errno != EINVAL) error = errno;
  if (::close(fd) != 0 && error == 0) error = errno;
  if (error == 0) {
    if (!to.force) {
      error = rename_to_new(temporary, to.path);
    } else if (::rename(temporary.c_str(), to.path.c_str()) != 0) {
      error = errno;
    }
  }
  if (error == 0) return Done{};
  ::unlink(temporary.c_str());
  if (error == EEXIST && !to.force) return Error{std::string(kExists), {to.path}};
  return failed("write", to.path, error);
}

// The new folder `from` takes the place of the old one at `to`, which goes. 0 or the error number.
int replace_folder(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_EXCHANGE) != 0) return errno;
  std::error_code ignored;
  fs::remove_all(from, ignored);
  return 0;
}

// Why a folder that exists is not to be replaced; empty: it is.
std::string why_kept(const std::string& path, bool force, bool (*is_ours)(std::string_view)) {
  if (is_ours == nullptr) return "exists already; a folder is never replaced";
  if (!force) return std::string(kExists);
  std::error_code error;
  if (!fs::is_directory(fs::symlink_status(path, error))) return "exists already and is no folder";
  for (const auto& entry : fs::directory_iterator(path, error)) {
    const std::string name = entry.path().filename().string();
    if (!is_ours(name) || !fs::is_regular_file(entry.symlink_status(error)))
      return fmt::format("holds what memmap did not write ({}); it is not replaced", name);
  }
  if (error) return fmt::format("cannot read the folder: {}", error.message());
  return {};
}

Status write_files(const std::string& folder,
                   const std::vector<std::pair<std::string, std::string>>& files,
                   const HeldSignals& signals) {
  for (const auto& [name, bytes] : files) {
    const fs::path path = fs::path(folder) / name;
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    if (auto status = write_file({path.string()}, bytes, signals); !status) return status;
  }
  return Done{};
}

bool is_regular_or_new(const std::string& path) {
  struct stat st {};
  return ::stat(path.c_str(), &st) != 0 || S_ISREG(st.st_mode);
}

// What is to be replaced: a link stays, and leads to the new file.
std::string behind_link(const Destination& to) {
  std::error_code none;
  const fs::path real = to.force ? fs::canonical(to.path, none) : fs::path();
  return real.empty() ? to.path : real.string();
}

bool exists(const std::string& path) {
  struct stat st {};
  return ::lstat(path.c_str(), &st) == 0;
}

}  // namespace

Result<std::string> format_of(const Arguments& arguments, std::span<const std::string_view> known) {
  const std::string format = arguments.get("--format").value_or(std::string(known.front()));
  if (std::ranges::find(known, format) != known.end()) return format;
  return Error{fmt::format("--format is one of {}, not `{}`{}", fmt::join(known, ", "), format,
                           did_you_mean(format, known)),
               {"memmap"}};
}

Destination destination_of(const Arguments& arguments) {
  return {arguments.get("--output").value_or("-"), arguments.has("--force")};
}

Status write_output(const Destination& to, const std::string& bytes) {
  if (allocation_failed()) throw std::bad_alloc();
  if (to.path == "-") {
    const int error = write_all(STDOUT_FILENO, bytes);
    if (error != 0 && error != EPIPE) return failed("write", "standard output", error);
    return Done{};
  }
  if (to.path.empty()) return Error{"-o: the name of the file is empty", {"memmap"}};
  if (!is_regular_or_new(to.path)) {  // a device or a pipe takes the bytes as they come
    const int fd = ::open(to.path.c_str(), O_WRONLY | O_CLOEXEC);
    if (fd < 0) return failed("write", to.path, errno);
    int error = write_all(fd, bytes);
    if (::close(fd) != 0 && error == 0) error = errno;
    if (error != 0) return failed("write", to.path, error);
    return Done{};
  }
  if (!to.force && exists(to.path)) return Error{std::string(kExists), {to.path}};
  const HeldSignals signals;
  return write_file({behind_link(to), to.force}, bytes, signals);
}

Status write_folder(const Destination& to,
                    const std::vector<std::pair<std::string, std::string>>& files,
                    bool (*is_ours)(std::string_view name)) {
  if (allocation_failed()) throw std::bad_alloc();
  if (to.path == "-") {
    return Error{"a folder cannot go to standard output; name one with -o", {"standard output"}};
  }
  if (to.path.empty()) return Error{"-o: the name of the folder is empty", {"memmap"}};
  std::string path = to.path;
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  const bool replaces = exists(path);
  if (replaces) {
    const std::string why = why_kept(path, to.force, is_ours);
    if (!why.empty()) return Error{why, {to.path}};
  }
  const HeldSignals signals;
  std::string temporary = temporary_beside(path);
  if (::mkdtemp(temporary.data()) == nullptr) return failed("make the folder", to.path, errno);
  std::error_code ignored;
  if (auto status = write_files(temporary, files, signals); !status) {
    fs::remove_all(temporary, ignored);
    return status;
  }
  ::chmod(temporary.c_str(), permissions_left(0777));
  const int error = replaces ? replace_folder(temporary, path) : rename_folder(temporary, path);
  if (error == 0) return Done{};
  fs::remove_all(temporary, ignored);
  if (error == EEXIST) return Error{"exists already", {to.path}};
  return failed("write", to.path, error);
}

}  // namespace memmap::cli
