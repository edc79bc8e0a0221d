#include "output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>

#include "base/suggest.h"

namespace memmap::cli {
namespace {

namespace fs = std::filesystem;

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

Status refuse_existing(const Destination& to) {
  std::error_code ignored;
  if (!to.force && fs::exists(to.path, ignored)) {
    return Error{"exists already; --force replaces it", {to.path}};
  }
  return Done{};
}

// A new file beside `path`, so that renaming it cannot cross file systems.
Status write_file(const std::string& path, std::string_view bytes) {
  std::string temporary = path + ".XXXXXX";
  const int fd = ::mkstemp(temporary.data());
  if (fd < 0) return failed("write", path, errno);
  const mode_t mask = ::umask(0);
  ::umask(mask);
  ::fchmod(fd, 0666 & ~mask);
  int error = write_all(fd, bytes);
  if (error == 0 && ::fsync(fd) != 0 && errno != EINVAL) error = errno;
  if (::close(fd) != 0 && error == 0) error = errno;
  if (error == 0 && ::rename(temporary.c_str(), path.c_str()) != 0) error = errno;
  if (error == 0) return Done{};
  ::unlink(temporary.c_str());
  return failed("write", path, error);
}

bool is_regular_or_new(const std::string& path) {
  struct stat st {};
  return ::stat(path.c_str(), &st) != 0 || S_ISREG(st.st_mode);
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
  return {arguments.get("--output").value_or(""), arguments.has("--force")};
}

Status write_output(const Destination& to, const std::string& bytes) {
  if (to.path.empty() || to.path == "-") {
    const int error = write_all(STDOUT_FILENO, bytes);
    if (error != 0 && error != EPIPE) return failed("write", "standard output", error);
    return Done{};
  }
  if (!is_regular_or_new(to.path)) {  // a device or a pipe takes the bytes as they come
    const int fd = ::open(to.path.c_str(), O_WRONLY | O_CLOEXEC);
    if (fd < 0) return failed("write", to.path, errno);
    int error = write_all(fd, bytes);
    if (::close(fd) != 0 && error == 0) error = errno;
    if (error != 0) return failed("write", to.path, error);
    return Done{};
  }
  if (auto status = refuse_existing(to); !status) return status;
  return write_file(to.path, bytes);
}

Status write_folder(const Destination& to,
                    const std::vector<std::pair<std::string, std::string>>& files) {
  if (to.path.empty() || to.path == "-") {
    return Error{"a folder cannot go to standard output; name one with -o", {"standard output"}};
  }
  std::error_code error;
  if (fs::exists(to.path, error)) {
    return Error{"exists already; a folder is never replaced", {to.path}};
  }
  std::string temporary = to.path;
  while (temporary.size() > 1 && temporary.back() == '/') temporary.pop_back();
  const std::string final_path = temporary;
  temporary += ".XXXXXX";
  if (::mkdtemp(temporary.data()) == nullptr) return failed("make the folder", to.path, errno);
  for (const auto& [name, bytes] : files) {
    const fs::path path = fs::path(temporary) / name;
    fs::create_directories(path.parent_path(), error);
    if (auto status = write_file(path.string(), bytes); !status) {
      fs::remove_all(temporary, error);
      return status;
    }
  }
  fs::permissions(temporary, fs::perms(0755), error);
  fs::rename(temporary, final_path, error);
  if (!error) return Done{};
  const int code = error.value();
  fs::remove_all(temporary, error);
  return failed("write", to.path, code);
}

}  // namespace memmap::cli
