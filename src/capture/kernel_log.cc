#include "capture/kernel_log.h"

#include <fmt/format.h>
#include <sys/klog.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <system_error>

#include "input/open/source.h"

namespace memmap::capture {
namespace {

// Of syslog(2). kernel: include/linux/syslog.h
constexpr int kReadAll = 3;
constexpr int kSizeOfBuffer = 10;

constexpr std::string_view kFirstLine = "Linux version ";
constexpr const char* kJournal = "/usr/bin/journalctl";

Error system_fault(int number) {
  return Error{.message = std::generic_category().message(number), .code = code_of_errno(number)};
}

bool has_beginning(std::string_view log) { return log.find(kFirstLine) != log.npos; }

Result<std::string> read_buffer() {
  const int size = ::klogctl(kSizeOfBuffer, nullptr, 0);
  if (size < 0) return system_fault(errno);
  std::string log(static_cast<std::size_t>(size), '\0');
  const int got = ::klogctl(kReadAll, log.data(), size);
  if (got < 0) return system_fault(errno);
  log.resize(static_cast<std::size_t>(got));
  return log;
}

struct ClosePipe {
  void operator()(std::FILE* pipe) const { ::pclose(pipe); }
};

// Empty where there is no journal or it may not be read.
std::string read_journal() {
  std::error_code ignored;
  if (!std::filesystem::exists(kJournal, ignored)) return {};
  const std::string command =
      fmt::format("{} -k -b -o short-monotonic --no-hostname --no-pager 2>/dev/null", kJournal);
  const std::unique_ptr<std::FILE, ClosePipe> pipe(::popen(command.c_str(), "r"));
  std::string log;
  if (!pipe) return log;
  std::array<char, 65536> block{};
  constexpr std::size_t kMost = std::size_t{256} << 20;
  while (log.size() < kMost) {
    const std::size_t got = std::fread(block.data(), 1, block.size(), pipe.get());
    if (got == 0) break;
    log.append(block.data(), got);
  }
  return log;
}

}  // namespace

Result<std::string> read_kernel_log(const std::string& root) {
  const bool own = std::filesystem::path(root) == "/";
  Error refused{.message = "is not there", .code = ErrorCode::not_found};
  if (own) {
    auto buffer = read_buffer();
    if (buffer && has_beginning(*buffer)) return buffer;
    refused = buffer ? Error{.message = "the kernel's buffer has forgotten its beginning"}
                     : buffer.errors()[0];
  }
  auto file = input::read_file(std::filesystem::path(root) / "var/log/dmesg");
  if (file && has_beginning(*file)) return file;
  if (own) {
    std::string journal = read_journal();
    if (has_beginning(journal)) return journal;
    refused.message += "; neither /var/log/dmesg nor the journal has it";
  } else if (file) {
    refused = {.message = "var/log/dmesg does not hold a boot from its first line on"};
  }
  return refused;
}

std::string boot_lines(std::string_view log) {
  constexpr std::string_view kEnds[] = {"Run /", "Freeing unused kernel image"};
  std::string out;
  while (!log.empty()) {
    std::string_view line = log.substr(0, log.find('\n'));
    log.remove_prefix(std::min(log.size(), line.size() + 1));
    if (line.starts_with('<')) {
      const std::size_t end = line.find('>');
      if (end < 5) line.remove_prefix(end + 1);
    }
    for (const std::string_view end : kEnds) {
      const std::size_t at = line.find(end);
      // A message starts with it: behind the time stamp or the journal's `kernel: `.
      if (at != line.npos && (at == 0 || line[at - 1] == ' ') &&
          line.substr(0, at).find('"') == line.npos) {
        return out;
      }
    }
    out.append(line).push_back('\n');
  }
  return out;
}

}  // namespace memmap::capture
