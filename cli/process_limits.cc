#include "process_limits.h"

#include <execinfo.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <malloc.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#include "base/limits.h"
#include "base/sanitized.h"
#include "messages.h"
#include "output.h"
#include "plugin/load/watch.h"

namespace memmap::cli {
namespace {

// What the handlers below need, made before they can be called: they may not allocate.
std::string late_message;
std::string full_message;
std::atomic<bool> failed{false};
std::atomic<bool> reached{false};

// Bytes of memory that count for RLIMIT_DATA; 0: /proc tells nothing. Allocates nothing.
std::uint64_t data_bytes() noexcept {
  char text[256] = {};
  const int fd = ::open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  const ssize_t got = ::read(fd, text, sizeof text - 1);
  ::close(fd);
  if (got <= 0) return 0;
  const char* at = text;
  for (int field = 1; field < 6 && at != nullptr; ++field) {
    at = std::strchr(at, ' ');
    if (at != nullptr) ++at;
  }
  return at == nullptr ? 0 : std::strtoull(at, nullptr, 10) * 4096;
}

void put(std::string_view text) noexcept {
  const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
  static_cast<void>(written);  // nowhere left to complain
}

[[noreturn]] void end(ExitCode code) noexcept {
  plugin::note_end();  // nobody is to blame for it
  for (;;) ::syscall(SYS_exit_group, static_cast<int>(code));
}

// Of a vector that doubles the limit is reached with a third of it in use.
void out_of_memory() {
  failed = true;
  if (!full_message.empty() && data_bytes() >= limit_of(Limit::memory) / 4) reached = true;
  throw std::bad_alloc();
}

void out_of_time(int) {
  put(late_message);
  end(ExitCode::bad_input);
}

// libstdc++'s std::filesystem has functions that are noexcept and allocate.
[[noreturn]] void terminated() {
  if (failed) end(without_memory());
  std::abort();
}

// Lowers what the system allows; false: it allows no more already.
bool lower(int resource, rlim_t most) {
  rlimit now{};
  if (::getrlimit(static_cast<__rlimit_resource>(resource), &now) != 0 || now.rlim_cur <= most)
    return false;
  now.rlim_cur = most;
  return ::setrlimit(static_cast<__rlimit_resource>(resource), &now) == 0;
}

void limit_memory() {
  const std::uint64_t most = limit_of(Limit::memory);
  if (most == 0 || kAddressSanitized) return;
  std::string message = fmt::format("memmap: error: out of memory: {}\n", beyond(Limit::memory));
  if (lower(RLIMIT_DATA, most)) full_message = std::move(message);
}

void limit_time() {
  const std::uint64_t most = limit_of(Limit::time);
  if (most == 0) return;
  late_message = fmt::format("memmap: error: out of time: {}\n", beyond(Limit::time));
  // The handler is there first. What is being written is cleaned up before it acts (held_signals.h).
  struct sigaction action {};
  action.sa_handler = out_of_time;
  struct sigaction before {};
  ::sigaction(SIGXCPU, &action, &before);
  if (!lower(RLIMIT_CPU, most)) ::sigaction(SIGXCPU, &before, nullptr);
}

std::string table() {
  std::string out =
      "--limit NAME=VALUE[,NAME=VALUE...] sets:\n"
      "NAME              default     what it bounds\n";
  for (const LimitRow& row : limit_rows()) {
    out += fmt::format("{:<17} {:<11} {}: {}\n", row.name, limit_text(row.id, row.value), row.what,
                       row.then);
  }
  return out;
}

}  // namespace

std::optional<ExitCode> apply_limits(const Command& command, const Arguments& arguments) {
  bool time_is_asked = false;
  for (const std::string& text : arguments.all("--limit")) {
    if (text == "help") {
      const Status written = write_output({}, table());
      return written ? ExitCode::good : bad_input(written.errors());
    }
    if (const Status set = set_limits(text); !set) {
      for (const Error& error : set.errors()) bad_usage(error.message);
      return ExitCode::bad_input;
    }
    time_is_asked = time_is_asked || text.starts_with("time=") || text.find(",time=") != text.npos;
  }
  // A sweep takes as long as its matrix is large, and goes on where it was ended.
  if (command.name == "sweep" && !time_is_asked) set_limit(Limit::time, 0);
  limit_memory();
  limit_time();
  return std::nullopt;
}

void end_well_without_memory() {
  // The C library finds what unwinds a thread's stack when it first needs it, and aborts where there is no
  // memory for that.
  void* frame = nullptr;
  ::backtrace(&frame, 1);
  std::set_new_handler(out_of_memory);
  std::set_terminate(terminated);
}

void keep_freed_memory() {
  constexpr int kMebibyte = 1024 * 1024;
  ::mallopt(M_TRIM_THRESHOLD, 64 * kMebibyte);
  ::mallopt(M_MMAP_THRESHOLD, 32 * kMebibyte);  // or it would stay low, now that the other is set
}

bool allocation_failed() noexcept { return failed; }

ExitCode without_memory() noexcept {
  put(reached ? std::string_view(full_message) : "memmap: internal fault: out of memory\n");
  return reached ? ExitCode::bad_input : ExitCode::fault;
}

}  // namespace memmap::cli
