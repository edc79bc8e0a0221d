#include "input/open/source.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <system_error>

#include "base/align.h"
#include "base/limits.h"
#include "input/open/archive.h"

namespace memmap::input {
namespace {

// Closes what it opened; standard input stays open.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ > STDIN_FILENO) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

Error fault(const std::string& name, std::string message) {
  return Error{.message = std::move(message), .origin = {.file = name}};
}

Error system_fault(const std::string& name, std::string_view what, int number) {
  Error error = fault(name, fmt::format("{}: {}", what, std::generic_category().message(number)));
  error.code = code_of_errno(number);
  return error;
}

Error too_large(const std::string& name) {
  return fault(name, fmt::format("is too large: {}", beyond(Limit::input_size)));
}

bool is_elf(std::string_view bytes) {
  return bytes.starts_with(
      "\x7f"
      "ELF");
}

// Whatever can be read to its end; `kind` for the message where it cannot.
std::string_view refused_kind(mode_t mode) {
  if (S_ISCHR(mode) || S_ISBLK(mode)) return "a device";
  if (S_ISSOCK(mode)) return "a socket";
  return {};
}

enum class ElfExtent { prefix, whole };

// Room for `size` bytes; of a large file in huge pages where the system has them, as to fault in small ones takes longer
// than to read.
void reserve_for_file(std::string& bytes, std::size_t size) {
  constexpr std::size_t kHugePage = std::size_t{2} << 20;
  bytes.reserve(size);
  const auto start = reinterpret_cast<std::uintptr_t>(bytes.data());
  const std::uintptr_t first = align_up(start, kHugePage);
  const std::uintptr_t end = align_down(start + size, kHugePage);
  if (first < end) ::madvise(reinterpret_cast<void*>(first), end - first, MADV_HUGEPAGE);
}

// All bytes of `fd`; one more than the budget at most, of an ELF file one more than its prefix unless
// the whole is wanted. Files of /proc and sysfs tell no size: the end is where read()
// says so.
Result<std::string> read_all(const std::string& name, int fd, std::size_t expected,
                             ElfExtent extent = ElfExtent::prefix) {
  constexpr std::size_t kBlock = std::size_t{64} << 10;
  const std::size_t budget =
      limit_of(extent == ElfExtent::prefix ? Limit::input_size : Limit::package_size);
  const auto block = std::make_unique_for_overwrite<char[]>(kBlock);
  std::string bytes;
  for (;;) {
    const bool cut = extent == ElfExtent::prefix && is_elf(bytes);
    const std::size_t most = (cut ? kElfPrefixBytes : budget) + 1;
    if (bytes.size() >= most) break;
    const ssize_t got = ::read(fd, block.get(), std::min(kBlock, most - bytes.size()));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_fault(name, "cannot be read", errno);
    if (got == 0) break;
    const bool first = bytes.empty();
    bytes.append(block.get(), static_cast<std::size_t>(got));
    if (first && (extent == ElfExtent::whole || !is_elf(bytes)))
      reserve_for_file(bytes, std::min(expected, budget) + 1);
  }
  return bytes;
}

// Files of /proc look plain, and some of them wait or take effect when they are read (kmsg). They are
// read where the path itself leads there, not through a link that somebody put into a folder.
bool is_link_into_proc(int fd, const std::filesystem::path& path) {
  constexpr auto kProcSuperMagic = 0x9fa0;  // include/uapi/linux/magic.h
  struct statfs system {};
  if (::fstatfs(fd, &system) != 0 || system.f_type != kProcSuperMagic) return false;
  std::error_code failed;
  const auto real = std::filesystem::canonical(path, failed);
  const auto named = std::filesystem::absolute(path, failed).lexically_normal();
  return failed || real != named;
}

Result<std::string> read_path(const std::string& name, const std::filesystem::path& path,
                              ElfExtent extent = ElfExtent::prefix) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (fd.get() < 0) return system_fault(name, "cannot be opened", errno);
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) return system_fault(name, "cannot be examined", errno);
  if (S_ISDIR(info.st_mode)) return fault(name, "is a folder, a file is expected");
  if (const auto kind = refused_kind(info.st_mode); !kind.empty()) {
    return fault(name, fmt::format("is {}; a file, a pipe or a folder is expected", kind));
  }
  if (is_link_into_proc(fd.get(), path)) return fault(name, "is a link into /proc");
  const auto expected = static_cast<std::size_t>(std::max<off_t>(info.st_size, 0));
  return read_all(name, fd.get(), expected, extent);
}

}  // namespace

Result<Source> open_source(const std::string& path) {
  if (path.empty()) return fault("", "the name of the input is empty");
  if (path == "-") {
    auto bytes = read_all("-", STDIN_FILENO, 0);
    if (!bytes) return bytes.errors();
    return source_from_bytes("-", std::move(*bytes));
  }
  // A device is refused before it is opened: opening some has effects, or waits.
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return system_fault(path, "cannot be opened", errno);
  if (S_ISDIR(info.st_mode)) return Source{.name = path, .folder = path};
  if (const auto kind = refused_kind(info.st_mode); !kind.empty()) {
    return fault(path, fmt::format("is {}; a file, a pipe or a folder is expected", kind));
  }
  auto bytes = read_path(path, path);
  if (!bytes) return bytes.errors();
  return source_from_bytes(path, std::move(*bytes));
}

Result<Source> source_from_bytes(std::string name, std::string bytes) {
  if (bytes.empty()) return fault(name, "is empty");
  if (bytes.size() > limit_of(Limit::input_size)) return too_large(name);
  if (!compression_of(bytes).empty()) {
    const std::size_t room = unpacked_room(bytes.size(), Limit::unpacked_size);
    auto unpacked = unpack(name, bytes, std::min(room, kElfPrefixBytes));
    if (unpacked.ok() && unpacked->more && !is_elf(unpacked->bytes)) {
      if (room > kElfPrefixBytes) unpacked = unpack(name, bytes, room);
      if (unpacked.ok() && unpacked->more)
        return unpacks_too_far(name, bytes.size(), Limit::unpacked_size);
    }
    if (!unpacked) return unpacked.errors();
    if (unpacked->bytes.empty()) return fault(name, "is empty once unpacked");
    const bool cut = unpacked->more;
    return Source{.name = std::move(name), .bytes = std::move(unpacked->bytes), .prefix_only = cut};
  }
  const bool cut = is_elf(bytes) && bytes.size() > kElfPrefixBytes;
  if (cut) bytes.resize(kElfPrefixBytes);
  return Source{.name = std::move(name), .bytes = std::move(bytes), .prefix_only = cut};
}

Result<std::string> read_whole_file(const std::string& path) {
  if (path.empty()) return fault("", "the name of the input is empty");
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return system_fault(path, "cannot be opened", errno);
  if (const auto kind = refused_kind(info.st_mode); !kind.empty()) {
    return fault(path, fmt::format("is {}; a file is expected", kind));
  }
  auto bytes = read_path(path, path, ElfExtent::whole);
  if (!bytes) return bytes.errors();
  if (bytes->empty()) return fault(path, "is empty");
  if (bytes->size() > limit_of(Limit::package_size)) {
    return fault(path, fmt::format("is too large: {}", beyond(Limit::package_size)));
  }
  return std::move(*bytes);
}

Result<std::string> read_file(const std::filesystem::path& path) {
  const std::string name = path.string();
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return system_fault(name, "cannot be opened", errno);
  if (!S_ISREG(info.st_mode)) return fault(name, "is not a file");  // a pipe might never end
  auto bytes = read_path(name, path);
  if (!bytes) return bytes.errors();
  if (bytes->size() > limit_of(Limit::input_size)) return too_large(name);
  return std::move(*bytes);
}

}  // namespace memmap::input
