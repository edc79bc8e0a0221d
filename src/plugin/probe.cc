#include "plugin/probe.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace memmap::plugin {
namespace {

constexpr char kSurvived = 'k';

Error system_error(std::string_view what) {
  return Error{.message = fmt::format("cannot be tried: {}: {}", what, std::strerror(errno))};
}

[[noreturn]] void child(const std::function<void()>& trial, int out) {
  const rlimit none{};
  ::setrlimit(RLIMIT_CORE, &none);
  const int null = ::open("/dev/null", O_RDWR);
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(null, fd);
  // The plain end of a crash tells the parent more than our own handlers would.
  for (const int s : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) ::signal(s, SIG_DFL);
  trial();
  const ssize_t written = ::write(out, &kSurvived, 1);
  // Not exit(): handlers that the foreign code registered have no business here.
  ::syscall(SYS_exit_group, written == 1 ? 0 : 1);
  for (;;) ::pause();
}

// Whether the child's word came. `hung`: neither that nor its end within the time.
bool wait_for_word(int in, unsigned seconds, bool& hung) {
  pollfd p{.fd = in, .events = POLLIN, .revents = 0};
  int ready = 0;
  do {
    ready = ::poll(&p, 1, static_cast<int>(seconds * 1000));
  } while (ready < 0 && errno == EINTR);
  hung = ready == 0;
  char word = 0;
  return ready > 0 && ::read(in, &word, 1) == 1 && word == kSurvived;
}

}  // namespace

Status survives(const std::function<void()>& trial, unsigned seconds) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return system_error("pipe");
  const pid_t pid = ::fork();
  if (pid < 0) {
    const Error e = system_error("fork");
    ::close(ends[0]);
    ::close(ends[1]);
    return e;
  }
  if (pid == 0) {
    ::close(ends[0]);
    child(trial, ends[1]);
  }
  ::close(ends[1]);
  bool hung = false;
  const bool survived = wait_for_word(ends[0], seconds, hung);
  ::close(ends[0]);
  if (!survived) ::kill(pid, SIGKILL);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (survived) return Done{};
  if (hung) return Error{.message = fmt::format("did not finish loading in {} s", seconds)};
  if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL) {
    return Error{.message = fmt::format("crashed while loading (signal {}, {})", WTERMSIG(status),
                                        ::strsignal(WTERMSIG(status)))};
  }
  return Error{.message = "ended the process while loading"};
}

}  // namespace memmap::plugin
