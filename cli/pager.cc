#include "pager.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string_view>

namespace memmap::cli {
namespace {

std::string pager() {
  for (const char* name : {"MEMMAP_PAGER", "PAGER"})
    if (const char* value = std::getenv(name)) return value;
  return "less";
}

// What became of the pager: 126 and 127 are the shell's, for what it cannot run.
enum class Shown { yes, not_run };

// A pager reads keys, and ^C is for it: the program waits for its end.
class UntilThePagerEnds {
 public:
  UntilThePagerEnds() {
    struct sigaction ignore {};
    ignore.sa_handler = SIG_IGN;
    ::sigaction(SIGINT, &ignore, &interrupt_);
    ::sigaction(SIGQUIT, &ignore, &quit_);
  }
  ~UntilThePagerEnds() {
    ::sigaction(SIGINT, &interrupt_, nullptr);
    ::sigaction(SIGQUIT, &quit_, nullptr);
  }
  UntilThePagerEnds(const UntilThePagerEnds&) = delete;
  UntilThePagerEnds& operator=(const UntilThePagerEnds&) = delete;

 private:
  struct sigaction interrupt_ {};
  struct sigaction quit_ {};
};

[[noreturn]] void run_pager(const char* command, int input) {
  ::dup2(input, STDIN_FILENO);
  ::setenv("LESS", "FRX", 0);
  ::setenv("LV", "-c", 0);
  for (const int signal : {SIGPIPE, SIGXFSZ, SIGINT, SIGQUIT}) ::signal(signal, SIG_DFL);
  ::execl("/bin/sh", "sh", "-c", command, static_cast<char*>(nullptr));
  ::_exit(127);
}

void feed(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return;  // its reader has seen enough
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

Shown show_by(const std::string& command, std::string_view bytes) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return Shown::not_run;
  const UntilThePagerEnds waits;
  const pid_t child = ::fork();
  if (child == 0) run_pager(command.c_str(), ends[0]);
  ::close(ends[0]);
  if (child > 0) feed(ends[1], bytes);
  ::close(ends[1]);
  if (child < 0) return Shown::not_run;
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  const bool not_run =
      WIFEXITED(status) && (WEXITSTATUS(status) == 126 || WEXITSTATUS(status) == 127);
  return not_run ? Shown::not_run : Shown::yes;
}

}  // namespace

Status write_paged(const Destination& to, const std::string& bytes, const Arguments& arguments) {
  const bool may = to.path == "-" && !arguments.has("--no-pager") && !bytes.empty() &&
                   ::isatty(STDOUT_FILENO) == 1;
  const std::string command = may ? pager() : "";
  if (!command.empty() && command != "cat" && show_by(command, bytes) == Shown::yes) return Done{};
  return write_output(to, bytes);
}

}  // namespace memmap::cli
