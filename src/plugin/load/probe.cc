#include "plugin/load/probe.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <string_view>

#include "plugin/load/watch.h"

namespace memmap::plugin {
namespace {

// First byte of the child's word; the trial's messages follow.
constexpr char kSurvived = 'k';
constexpr std::size_t kMaxWord = PIPE_BUF;

Error system_error(std::string_view what) {
  return Error{.message = fmt::format("cannot be tried: {}: {}", what, std::strerror(errno))};
}

[[noreturn]] void child(const std::function<std::string()>& trial, int out) {
  leave_watch();
  const rlimit none{};
  ::setrlimit(RLIMIT_CORE, &none);
  const int null = ::open("/dev/null", O_RDWR);
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(null, fd);
  // The plain end of a crash tells the parent more than our own handlers would.
  for (const int s : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS})
    ::signal(s, SIG_DFL);
  // One write, small enough to arrive whole.
  const std::string word = (kSurvived + trial()).substr(0, kMaxWord);
  const ssize_t written = ::write(out, word.data(), word.size());
  // Not exit(): handlers that the foreign code registered have no business here.
  ::syscall(SYS_exit_group, written > 0 ? 0 : 1);
  for (;;) ::pause();
}

// The child's word; empty: none came. `hung`: neither that nor its end within the time.
std::string wait_for_word(int in, unsigned seconds, bool& hung) {
  pollfd p{.fd = in, .events = POLLIN, .revents = 0};
  int ready = 0;
  do {
    ready = ::poll(&p, 1, static_cast<int>(seconds * 1000));
  } while (ready < 0 && errno == EINTR);
  hung = ready == 0;
  std::string word(kMaxWord, '\0');
  const ssize_t length = ready > 0 ? ::read(in, word.data(), word.size()) : 0;
  word.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
  return word;
}

// An error for each line.
Status refusals(std::string_view lines) {
  Errors errors;
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    errors.push_back(Error{.message = std::string(lines.substr(0, end))});
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  if (errors.empty()) return Done{};
  return errors;
}

}  // namespace

Status survives(const std::function<std::string()>& trial, unsigned seconds) {
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
  const std::string word = wait_for_word(ends[0], seconds, hung);
  const bool survived = !word.empty() && word[0] == kSurvived;
  ::close(ends[0]);
  if (!survived) ::kill(pid, SIGKILL);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (survived) return refusals(std::string_view(word).substr(1));
  Error fault{.message = "ended the process while loading", .code = ErrorCode::plugin_fault};
  if (hung) {
    fault.message = fmt::format("did not finish loading in {} s", seconds);
  } else if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL) {
    fault.message = fmt::format("crashed while loading (signal {}, {})", WTERMSIG(status),
                                ::strsignal(WTERMSIG(status)));
  }
  return fault;
}

}  // namespace memmap::plugin
