#include "plugin/isolate/child_socket.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "plugin/isolate/confine.h"

namespace memmap::plugin::isolate {
namespace {

void write_all(const void* from, std::size_t count) {
  const auto* at = static_cast<const char*>(from);
  while (count != 0) {
    const ssize_t written = ::write(Confinement::kSocket, at, count);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) end(1);
    at += written;
    count -= static_cast<std::size_t>(written);
  }
}

void read_all(void* to, std::size_t count) {
  auto* at = static_cast<char*>(to);
  while (count != 0) {
    const ssize_t got = ::read(Confinement::kSocket, at, count);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) end(1);
    at += got;
    count -= static_cast<std::size_t>(got);
  }
}

}  // namespace

[[noreturn]] void end(int code) {
  for (;;) ::syscall(SYS_exit_group, code);
}

void send(Kind kind, std::string_view bytes) {
  const std::string whole = frame(kind, bytes);
  write_all(whole.data(), whole.size());
}

std::string receive(Kind expected) {
  Head head;
  read_all(&head, sizeof head);
  // The program does not err; a plugin that reads its frames away makes it look so.
  if (head.magic != kMagic || head.kind != expected) end(1);
  std::string out(head.size, '\0');
  read_all(out.data(), out.size());
  return out;
}

void tell_refused(int call) {
  const std::int64_t number = call;
  struct {
    Head head{kMagic, Kind::refused, sizeof number};
    std::int64_t number = 0;
  } frame;
  static_assert(sizeof frame == sizeof(Head) + sizeof number);
  frame.number = number;
  write_all(&frame, sizeof frame);
}

}  // namespace memmap::plugin::isolate
