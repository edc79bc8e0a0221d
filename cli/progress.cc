#include "progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>

#include "messages.h"

namespace memmap::cli {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kOnTerminal{100};
constexpr seconds kInLog{60};
constexpr std::size_t kBarWidth = 24;

// `7 s`, `3 min`, `2.5 h`.
std::string time_text(double s) {
  if (s < 99.5) return fmt::format("{:.0f} s", s);
  if (s < 99.5 * 60) return fmt::format("{:.0f} min", s / 60);
  return fmt::format("{:.1f} h", s / 3600);
}

}  // namespace

SweepProgress::SweepProgress(bool quiet) : quiet_(quiet), terminal_(::isatty(STDERR_FILENO) == 1) {}

SweepProgress::~SweepProgress() {
  if (shown_) std::fputs("\r\033[K", stderr);
}

void SweepProgress::begin(std::uint64_t done, std::uint64_t total) {
  begun_at_ = done;
  total_ = total;
  begun_ = Clock::now();
  next_ = begun_ + (terminal_ ? milliseconds(kOnTerminal) : milliseconds(kInLog));
}

void SweepProgress::at(std::uint64_t done, const sweep::Summary& summary) {
  const auto now = Clock::now();
  if (quiet_ || now < next_) return;
  next_ = now + (terminal_ ? milliseconds(kOnTerminal) : milliseconds(kInLog));
  show(done, summary, std::chrono::duration<double>(now - begun_).count());
}

void SweepProgress::show(std::uint64_t done, const sweep::Summary& summary, double s) {
  const double rate = s > 0 ? static_cast<double>(done - begun_at_) / s : 0;
  const double left = rate > 0 ? static_cast<double>(total_ - done) / rate : 0;
  const std::uint64_t bad = summary.failed + summary.errors;
  const std::string text =
      fmt::format("{}/{}, {:.0f}/s, {} left{}", done, total_, rate, time_text(left),
                  bad == 0 ? "" : fmt::format(", {} failed", bad));
  if (!terminal_) return say("sweep: " + text);
  const auto full = static_cast<std::size_t>(total_ == 0 ? kBarWidth : done * kBarWidth / total_);
  fmt::print(stderr, "\r\033[Ksweep [{}{}] {}", std::string(std::min(full, kBarWidth), '#'),
             std::string(kBarWidth - std::min(full, kBarWidth), '.'), text);
  std::fflush(stderr);
  shown_ = true;
}

}  // namespace memmap::cli
