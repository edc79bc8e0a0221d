#include "plugin/isolate/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>

#include "plugin/isolate/wire.h"

namespace memmap::plugin::isolate {
namespace {

constexpr std::uint64_t kTickMs = 100;
constexpr unsigned kSpareSeconds = 5;

// Of this thread's processor time.
std::int64_t used_ms() {
  timespec used{};
  if (::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used) != 0) return 0;
  return std::int64_t{used.tv_sec} * 1000 + used.tv_nsec / 1'000'000;
}

std::int64_t now_ms() {
  timespec t{};
  ::clock_gettime(CLOCK_MONOTONIC, &t);
  return std::int64_t{t.tv_sec} * 1000 + t.tv_nsec / 1'000'000;
}

Error cannot(std::string_view what, int error) {
  return Error{.message = fmt::format("cannot be isolated: {}: {}", what, std::strerror(error))};
}

// Where it was: `in run()`, `while loading`.
std::string at(std::string_view call) {
  return call == kLoading ? "while loading" : fmt::format("in {}", call);
}

Error fault(std::string message) {
  return Error{.message = std::move(message), .code = ErrorCode::plugin_fault};
}

// What a child has open, and no more; what it does with signals is as at the beginning.
class Spawn {
 public:
  explicit Spawn(int socket) {
    ::posix_spawn_file_actions_init(&files_);
    ::posix_spawnattr_init(&attributes_);
    // First away from where the others go; a descriptor onto itself stays open too.
    ::posix_spawn_file_actions_adddup2(&files_, socket, Confinement::kSocket);
    ::posix_spawn_file_actions_addopen(&files_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_addopen(&files_, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_addopen(&files_, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_addclosefrom_np(&files_, Confinement::kSocket + 1);
    sigset_t all;
    sigset_t none;
    ::sigfillset(&all);
    ::sigemptyset(&none);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    // A session of its own: a terminal's Ctrl-C is the program's alone.
    ::posix_spawnattr_setflags(&attributes_,
                               POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID);
  }
  ~Spawn() {
    ::posix_spawn_file_actions_destroy(&files_);
    ::posix_spawnattr_destroy(&attributes_);
  }
  Spawn(const Spawn&) = delete;
  Spawn& operator=(const Spawn&) = delete;

  int run(pid_t* pid, const char* program, char** arguments, char** environment) {
    return ::posix_spawn(pid, program, &files_, &attributes_, arguments, environment);
  }

 private:
  posix_spawn_file_actions_t files_{};
  posix_spawnattr_t attributes_{};
};

}  // namespace

Status Process::start(const std::string& program, const std::string& plugin) {
  end();
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    return cannot("a socket", errno);
  }
  // A standard descriptor that is closed must not become the plugin's: what is written there is not for it.
  for (int& end : ends) {
    if (end > STDERR_FILENO) continue;
    const int above = ::fcntl(end, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    const int error = errno;
    ::close(end);
    end = above;
    if (above >= 0) continue;
    for (const int other : ends)
      if (other > STDERR_FILENO) ::close(other);
    return cannot("a socket", error);
  }
  const std::string file = program.empty() ? "/proc/self/exe" : program;
  std::string name = "memmap: plugin " + plugin;  // for `ps`
  std::string argument = kArgument;
  std::string locale = "LC_ALL=C";
  // A sanitizer's last words at the end are nobody's here.
  std::string leaks = "ASAN_OPTIONS=detect_leaks=0";
  char* arguments[] = {name.data(), argument.data(), nullptr};
  char* environment[] = {locale.data(), leaks.data(), nullptr};
  pid_t pid = -1;
  const int error = Spawn(ends[1]).run(&pid, file.c_str(), arguments, environment);
  ::close(ends[1]);
  if (error != 0) {
    ::close(ends[0]);
    return cannot("a process", error);
  }
  pid_ = pid;
  socket_ = ends[0];
  put_off_at_ = -1;
  return Done{};
}

void Process::end() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
}

void Process::begin_call(unsigned seconds) {
  seconds_ = seconds;
  spent_ms_ = 0;
  used_before_ms_ = used_ms();
  put_off_limit();
}

// A limit on processor time is of all calls together, and one call's is meant: it is moved on, at most
// once a second.
void Process::put_off_limit() {
  const std::int64_t now = now_ms();
  if (pid_ <= 0 || seconds_ == 0 || (put_off_at_ >= 0 && now - put_off_at_ < 1000)) return;
  clockid_t clock{};
  timespec used{};
  if (::clock_getcpuclockid(pid_, &clock) != 0 || ::clock_gettime(clock, &used) != 0) return;
  rlimit limit{};
  if (::prlimit(pid_, RLIMIT_CPU, nullptr, &limit) != 0) return;
  limit.rlim_cur =
      std::min<rlim_t>(static_cast<rlim_t>(used.tv_sec) + seconds_ + kSpareSeconds, limit.rlim_max);
  if (::prlimit(pid_, RLIMIT_CPU, &limit, nullptr) == 0) put_off_at_ = now;
}

// Time that this process is stopped, or does not get round to look, is not the plugin's.
Process::Trouble Process::wait_for(short events) {
  for (;;) {
    pollfd p{.fd = socket_, .events = events, .revents = 0};
    const std::int64_t before = now_ms();
    const int ready = ::poll(&p, 1, static_cast<int>(kTickMs));
    const std::int64_t passed = now_ms() - before;
    spent_ms_ += std::min<std::uint64_t>(static_cast<std::uint64_t>(passed), kTickMs);
    if (seconds_ != 0 && spent_ms_ >= std::uint64_t{seconds_} * 1000) return Trouble::late;
    if (ready > 0) return Trouble::none;
    if (ready < 0 && errno != EINTR) return Trouble::closed;
  }
}

Process::Trouble Process::send_all(const char* at, std::size_t count) {
  while (count != 0) {
    const ssize_t sent = ::send(socket_, at, count, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
      at += sent;
      count -= static_cast<std::size_t>(sent);
    } else if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      if (const Trouble t = wait_for(POLLOUT); t != Trouble::none) return t;
    } else if (sent == 0 || errno != EINTR) {
      return Trouble::closed;
    }
  }
  return Trouble::none;
}

Process::Trouble Process::read_all(char* to, std::size_t count) {
  while (count != 0) {
    const ssize_t got = ::recv(socket_, to, count, MSG_DONTWAIT);
    if (got > 0) {
      to += got;
      count -= static_cast<std::size_t>(got);
    } else if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      if (const Trouble t = wait_for(POLLIN); t != Trouble::none) return t;
    } else if (got == 0 || errno != EINTR) {
      return Trouble::closed;
    }
  }
  return Trouble::none;
}

Error Process::fault_of(Trouble trouble, std::string_view call) {
  if (trouble == Trouble::late) {
    end();
    if (call == kLoading) return fault(fmt::format("did not finish loading in {} s", seconds_));
    return fault(
        fmt::format("did not come back from {} in {} s (--plugin-timeout)", call, seconds_));
  }
  // The socket is closed: it has ended, or is about to. Whoever closed it and lives on has no time.
  int status = 0;
  pid_t ended = 0;
  const std::int64_t until = now_ms() + 1000;
  while ((ended = ::waitpid(pid_, &status, WNOHANG)) == 0 && now_ms() < until) {
    const timespec moment{.tv_sec = 0, .tv_nsec = 1'000'000};
    ::nanosleep(&moment, nullptr);
  }
  if (ended != pid_) {
    if (ended < 0) pid_ = -1;  // it has gone, and its number may be another's by now
    end();
    return fault(fmt::format("broke the protocol {}: it closed its socket", at(call)));
  }
  pid_ = -1;
  end();
  if (!WIFSIGNALED(status)) return fault(fmt::format("ended its process {}", at(call)));
  if (WTERMSIG(status) == SIGXCPU) {
    return fault(fmt::format("used up its processor time {}", at(call)));
  }
  // A call that is not allowed, while all signals are blocked, as glibc 2.41 forks: nobody could tell which.
  if (WTERMSIG(status) == SIGSYS) {
    return fault(fmt::format("made a system call {}, which no isolated plugin may", at(call)));
  }
  return fault(fmt::format("crashed {} (signal {})", at(call), WTERMSIG(status)));
}

Status Process::send(Kind kind, std::string_view bytes, std::string_view call) {
  const std::string whole = frame(kind, bytes);
  const Trouble t = send_all(whole.data(), whole.size());
  if (t == Trouble::none) return Done{};
  if (t == Trouble::late) return fault_of(t, call);
  // It has gone. Why, it may have told before: the last frame says so, or that there is none.
  for (;;) {
    if (auto left = receive(call); !left) return left.errors();
  }
}

Error Process::broke_protocol(std::string_view call, std::string_view how) {
  end();
  return fault(fmt::format("broke the protocol {}: {}", at(call), how));
}

Result<Process::Frame> Process::receive(std::string_view call) {
  // What this process does with what it is told counts too: else a flood of small frames has no end.
  const auto used =
      static_cast<std::uint64_t>(std::max<std::int64_t>(0, used_ms() - used_before_ms_));
  if (seconds_ != 0 && spent_ms_ + used >= std::uint64_t{seconds_} * 1000)
    return fault_of(Trouble::late, call);
  Head head;
  if (const Trouble t = read_all(reinterpret_cast<char*>(&head), sizeof head); t != Trouble::none) {
    return fault_of(t, call);
  }
  if (head.magic != kMagic) return broke_protocol(call, "what it wrote is no frame");
  if (head.size > kMostBytes) {
    return broke_protocol(
        call, fmt::format("it answered with {} bytes at once; there are at most {}", head.size,
                          kMostBytes));
  }
  Frame out{.kind = head.kind, .bytes = std::string(head.size, '\0')};
  const Trouble t = read_all(out.bytes.data(), out.bytes.size());
  if (t != Trouble::none) return fault_of(t, call);
  if (out.kind == Kind::refused) {
    Reader in(std::move(out.bytes));
    const auto number = in.get<std::int64_t>();
    end();
    return fault(fmt::format("made the system call {} {}, which no isolated plugin may",
                             name_of_system_call(static_cast<int>(number)), at(call)));
  }
  if (out.kind == Kind::threw) {
    std::string what = out.bytes.substr(0, 400);
    for (char& c : what) {
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
    }
    end();
    return fault(
        fmt::format("threw an exception out of {}{}{}", call, what.empty() ? "" : ": ", what));
  }
  return out;
}

}  // namespace memmap::plugin::isolate
