#include "plugin/load/watch.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <new>
#include <string>

#include "plugin/load/guard.h"

namespace memmap::plugin {
namespace {

constexpr std::array<int, 4> kHandedOn = {SIGTERM, SIGINT, SIGHUP, SIGQUIT};
constexpr long kTicksPerSecond = 10;

// In memory that both processes have; the one that works writes it.
struct Notes {
  std::atomic<std::uint64_t> calls{0};  // so far
  std::atomic<bool> inside{false};      // the last of them lasts
  std::atomic<bool> ends{false};
  char plugin[64] = {};  // of the last call
  char call[32] = {};
};

bool wanted = false;
unsigned limit_seconds = 0;
Notes* notes = nullptr;  // where somebody waits for this process

void copy(char* to, std::size_t size, const char* from) {
  const std::size_t length = ::strnlen(from, size - 1);
  std::memcpy(to, from, length);
  to[length] = '\0';
}

[[noreturn]] void end(int code) {
  for (;;) ::syscall(SYS_exit_group, code);  // exit handlers are the other process's
}

[[noreturn]] void end_by(int signal) {
  const rlimit none{};
  ::setrlimit(RLIMIT_CORE, &none);  // one is enough
  ::signal(signal, SIG_DFL);
  sigset_t only;
  ::sigemptyset(&only);
  ::sigaddset(&only, signal);
  ::sigprocmask(SIG_UNBLOCK, &only, nullptr);
  ::raise(signal);
  end(128 + signal);
}

[[noreturn]] void blame(const Notes& seen, const std::string& what) {
  fmt::print(stderr, "memmap: error: plugin `{}` {}\n", seen.plugin, what);
  std::fflush(stderr);
  end(kFaultExitCode);
}

// Ends as the child did, whose wait status that is. `asked`: the signal that was handed on, or 0.
[[noreturn]] void end_as(int status, const Notes& seen, int asked) {
  if (WIFEXITED(status) && seen.ends) end(WEXITSTATUS(status));
  if (asked != 0) end_by(asked);
  if (!WIFSIGNALED(status)) {
    blame(seen, fmt::format("ended the process {} {}", seen.inside ? "in" : "after", seen.call));
  }
  if (!seen.inside) end_by(WTERMSIG(status));
  blame(seen, fmt::format("crashed in {} (signal {})", seen.call, WTERMSIG(status)));
}

[[noreturn]] void wait_for(pid_t child, const Notes& seen, const sigset_t& signals) {
  int asked = 0;
  std::uint64_t call = 0;  // that lasts, and since how many ticks of the clock in a row
  std::uint64_t ticks = 0;
  for (;;) {
    const timespec tick{.tv_sec = 0, .tv_nsec = 1'000'000'000 / kTicksPerSecond};
    const int signal = ::sigtimedwait(&signals, nullptr, &tick);
    if (signal > 0 && signal != SIGCHLD) {
      asked = signal;
      ::kill(child, signal);
    }
    int status = 0;
    if (::waitpid(child, &status, WNOHANG) == child) end_as(status, seen, asked);
    if (signal > 0 || limit_seconds == 0) continue;
    // Ticks and not time: a stopped process is not late.
    ticks = seen.inside && seen.calls == call ? ticks + 1 : 0;
    call = seen.calls;
    if (ticks < std::uint64_t{limit_seconds} * kTicksPerSecond) continue;
    ::kill(child, SIGKILL);
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    blame(seen, fmt::format("did not come back from {} in {} s (--plugin-timeout)", seen.call,
                            limit_seconds));
  }
}

Error cannot_watch(int error) {
  return Error{.message =
                   fmt::format("no process can be made to watch it: {}", std::strerror(error))};
}

}  // namespace

void watch_foreign_plugins(unsigned seconds) {
  wanted = true;
  limit_seconds = seconds;
}

Status begin_watch() {
  if (!wanted) return Done{};
  void* memory =
      ::mmap(nullptr, sizeof(Notes), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return cannot_watch(errno);
  Notes* const shared = new (memory) Notes;
  sigset_t signals;
  sigset_t before;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGCHLD);
  for (const int s : kHandedOn) ::sigaddset(&signals, s);
  ::signal(SIGCHLD, SIG_DFL);
  ::sigprocmask(SIG_BLOCK, &signals, &before);
  std::fflush(nullptr);
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  const int failed = errno;
  if (child > 0) wait_for(child, *shared, signals);
  if (child == 0) {
    notes = shared;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) end(kFaultExitCode);  // it went before it could be seen to
  }
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
  if (child < 0) {
    ::munmap(memory, sizeof(Notes));
    return cannot_watch(failed);
  }
  wanted = false;
  return Done{};
}

void note_call(const char* plugin, const char* call) noexcept {
  if (notes == nullptr) return;
  notes->inside = false;
  if (plugin == nullptr) return;
  copy(notes->plugin, sizeof notes->plugin, plugin);
  copy(notes->call, sizeof notes->call, call);
  notes->calls.fetch_add(1);
  notes->inside = true;
}

void note_end() noexcept {
  if (notes != nullptr) notes->ends = true;
}

void leave_watch() noexcept { notes = nullptr; }

}  // namespace memmap::plugin
