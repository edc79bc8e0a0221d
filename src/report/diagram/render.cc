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
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string_view>

#include "base/limits.h"
#include "base/sanitized.h"
#include "lazy/library.h"
#include "report/form/graph_table.h"
#include "report/form/theme.h"

namespace memmap::report {
namespace {

// Loaded when it is needed.
const lazy::Library libcgraph(MEMMAP_LIBCGRAPH);
MEMMAP_LAZY(libcgraph, agmemread);

const lazy::Library libgvc(MEMMAP_LIBGVC);
MEMMAP_LAZY(libgvc, gvContext);
MEMMAP_LAZY(libgvc, gvLayout);
MEMMAP_LAZY(libgvc, gvRenderData);

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
  const rlimit memory{limit_of(Limit::picture_memory), limit_of(Limit::picture_memory)};
  if (!kAddressSanitized) setrlimit(RLIMIT_AS, &memory);
  // Graphviz reports its woes on stderr; the caller has one line to say instead.
  const int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (null >= 0) dup2(null, STDERR_FILENO);
  // Variables could name plugins and folders of fonts; with SERVER_NAME it reads no file that a graph
  // names.
  clearenv();
  setenv("SERVER_NAME", "memmap", 1);
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
  while (out.size() < limit_of(Limit::picture_size)) {
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

const char* name_of(PictureFormat format) {
  switch (format) {
    case PictureFormat::svg:
      return "svg";
    case PictureFormat::png:
      return "png";
    case PictureFormat::pdf:
      return "pdf";
  }
  return "svg";
}

// Cairo writes the time of day into a PDF; in its place stands the beginning of 1970. Since 1.18 it is in a
// packed stream, and stays.
void clear_date(std::string& pdf) {
  constexpr std::string_view kKey = "/CreationDate (D:";
  constexpr std::string_view kDate = "19700101000000";
  const std::size_t at = pdf.find(kKey);
  if (at == std::string::npos || at + kKey.size() + kDate.size() > pdf.size()) return;
  pdf.replace(at + kKey.size(), kDate.size(), kDate);
}

// Without the document type, which names a file elsewhere, and the version; with the colours of a dark
// page. `transparent` is no colour of SVG's.
std::string finished_svg(const std::string& svg, const SvgHead& head) {
  const std::size_t start = svg.find("<svg");
  if (start == std::string::npos) return svg;
  const std::size_t inside = svg.find('>', start) + 1;
  std::string out =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + svg.substr(start, inside - start);
  if (!head.title.empty()) out += "\n<title>" + markup_text(head.title) + "</title>";
  if (!head.description.empty()) out += "\n<desc>" + markup_text(head.description) + "</desc>";
  // Letters as wide as Graphviz took them to be, whatever a screen's hinting makes of them.
  out += "\n<style>\ntext { text-rendering: geometricPrecision }\n";
  if (head.dark) out += dark_style();
  out += "</style>";
  out += svg.substr(inside);
  constexpr std::string_view kClear = "stroke=\"transparent\"";
  for (std::size_t at = 0; (at = out.find(kClear, at)) != std::string::npos;)
    out.replace(at, kClear.size(), "stroke=\"none\"");
  return out;
}

}  // namespace

Result<std::string> render(const std::string& dot, PictureFormat format, const SvgHead& head,
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
    draw(dot, name_of(format), ends[1]);
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
  if (format == PictureFormat::pdf) clear_date(*data);
  if (format == PictureFormat::svg) *data = finished_svg(*data, head);
  return *std::move(data);
}

}  // namespace memmap::report
