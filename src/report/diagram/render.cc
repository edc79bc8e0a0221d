#include "report/diagram/render.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <graphviz/gvc.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>

namespace memmap::report {
namespace {

constexpr rlim_t kMaxMemory = rlim_t{2} << 30;
constexpr std::size_t kMaxPicture = std::size_t{256} << 20;

Error failed(std::string why) { return {.message = "Graphviz made no picture: " + std::move(why)}; }

bool write_all(int fd, const char* data, std::size_t size) {
  while (size > 0) {
    const ssize_t n = write(fd, data, size);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    data += n;
    size -= static_cast<std::size_t>(n);
  }
  return true;
}

// The child: never returns. Its exit status is 0 if the whole picture was written.
[[noreturn]] void draw(const std::string& dot, const char* format, int out) {
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
#if !defined(__SANITIZE_ADDRESS__)  // whose shadow is larger than any limit
  const rlimit memory{kMaxMemory, kMaxMemory};
  setrlimit(RLIMIT_AS, &memory);
#endif
  // Graphviz reports its woes on stderr; the caller has one line to say instead.
  const int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (null >= 0) dup2(null, STDERR_FILENO);
  GVC_t* context = gvContext();
  Agraph_t* graph = context == nullptr ? nullptr : agmemread(dot.c_str());
  char* data = nullptr;
  unsigned size = 0;
  const bool drawn = graph != nullptr && gvLayout(context, graph, "dot") == 0 &&
                     gvRenderData(context, graph, format, &data, &size) == 0 && data != nullptr;
  _exit(drawn && write_all(out, data, size) ? 0 : 1);
}

// What the child writes until it closes the pipe; nullopt if `limit` passes first.
std::optional<std::string> read_until(int fd, std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  std::string out;
  std::array<char, 65536> buffer{};
  while (out.size() < kMaxPicture) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    pollfd wait{fd, POLLIN, 0};
    const int ready =
        left.count() <= 0
            ? 0
            : poll(&wait, 1, static_cast<int>(std::min<long>(left.count(), 1'000'000)));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return std::nullopt;
    const ssize_t n = read(fd, buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return out;
    out.append(buffer.data(), static_cast<std::size_t>(n));
  }
  return std::nullopt;
}

}  // namespace

Result<std::string> render(const std::string& dot, Picture picture,
                           std::chrono::milliseconds limit) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return failed(std::strerror(errno));
  const pid_t child = fork();
  if (child < 0) {
    const int why = errno;
    close(ends[0]);
    close(ends[1]);
    return failed(std::strerror(why));
  }
  if (child == 0) {
    close(ends[0]);
    draw(dot, picture == Picture::svg ? "svg" : "png", ends[1]);
  }
  close(ends[1]);
  std::optional<std::string> data = read_until(ends[0], limit);
  close(ends[0]);
  if (!data) kill(child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!data)
    return failed(fmt::format("it had not ended after {} ms, or made too much", limit.count()));
  if (WIFSIGNALED(status)) return failed(fmt::format("it crashed (signal {})", WTERMSIG(status)));
  if (WEXITSTATUS(status) != 0) return failed("it could not read or draw the graph");
  return *std::move(data);
}

}  // namespace memmap::report
