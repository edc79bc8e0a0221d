#include "capture/physical_memory.h"

#include <fcntl.h>
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
  const int fd = ::open(device.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return failed(device, errno);
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
