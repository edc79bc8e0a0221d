#include "capture/physical_memory.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace memmap::capture {
namespace {

Error failed(const std::string& device, int number) {
  return Error{.message = std::generic_category().message(number),
               .origin = {.file = device},
               .code = code_of_errno(number)};
}

}  // namespace

Result<std::string> read_physical(const std::string& device, PhysAddr base, std::size_t size) {
  // Never waits: a FIFO in its place is opened at once, and refused.
  const int fd = ::open(device.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return failed(device, errno);
  struct stat info {};
  const bool known = ::fstat(fd, &info) == 0;
  const bool memory = S_ISCHR(info.st_mode) && info.st_rdev == makedev(1, 1);
  if (!known || !(memory || S_ISREG(info.st_mode))) {
    ::close(fd);
    return Error{.message = "is neither physical memory nor a file", .origin = {.file = device}};
  }
  std::string bytes(size, '\0');
  std::size_t used = 0;
  int error = 0;
  while (used < size && error == 0) {
    const ssize_t got =
        ::pread(fd, bytes.data() + used, size - used, static_cast<off_t>(raw(base) + used));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) error = errno;
    if (got == 0) error = EFAULT;  // memory ends here
    if (got > 0) used += static_cast<std::size_t>(got);
  }
  ::close(fd);
  if (error != 0) return failed(device, error);
  return bytes;
}

}  // namespace memmap::capture
