#include "input/log/log_boots.h"

#include <algorithm>
#include <string>

#include "input/text/scan.h"

namespace memmap::input {
namespace {

constexpr std::string_view kBanner = "Linux version ";
// How far a replay is followed: enough to be sure, small beside a long log.
constexpr std::size_t kComparedLines = 64;
constexpr std::size_t kUnstampedLines = 512;
constexpr std::size_t kSearchedLines = 4096;

// Where `what` stands next in a later line than that of `at`: a message begins once a line.
std::size_t next_line(std::string_view bytes, std::size_t at, std::string_view what) {
  const std::size_t newline = bytes.find('\n', at);
  return newline == std::string_view::npos ? newline : bytes.find(what, newline);
}

// `Linux version 6.1.0 (builder@host) ...`: in prose the words stand too, but not so.
// Its line, or nullopt.
std::optional<FoundLine> banner_at(std::string_view bytes, std::size_t at) {
  std::optional<FoundLine> found = line_around(bytes, at);
  if (!found) return std::nullopt;
  const std::string_view whole = found->line.whole;
  const bool coloured = whole.substr(0, at - found->begin).find('\x1b') != std::string_view::npos;
  if (!coloured && found->line.text.data() != bytes.data() + at) return std::nullopt;
  std::string_view rest = whole.substr(std::min(at - found->begin, whole.size()));
  if (!eat(rest, kBanner)) return std::nullopt;
  if (!rest.empty() && rest[0] == '\x1b') return found;
  if (rest.empty() || !is_digit(rest[0])) return std::nullopt;
  take_until(rest, " ");
  rest = trim(rest);
  if (rest.empty() || rest[0] == '(' || rest[0] == '\x1b') return found;
  return std::nullopt;
}

bool is_zero_stamp(std::string_view stamp) {
  return stamp.find_first_not_of("0.") == std::string_view::npos;
}

// The lines of `boot` by which a replay of it would be known: those with a time stamp above zero,
// which no two boots share; where there are none, all.
std::vector<std::string> marks_of(const LogText& log, const LogBoot& boot, bool& stamped) {
  std::vector<std::string> marks, all;
  LineReader reader(log, boot.begin, boot.end);
  LogLine line;
  for (std::size_t n = 0; n < kSearchedLines && marks.size() < kComparedLines && reader.next(line);
       ++n) {
    if (line.text.empty()) continue;
    std::string mark = std::string(line.stamp) + ' ' + std::string(line.text);
    if (!is_zero_stamp(line.stamp)) marks.push_back(mark);
    if (all.size() <= kUnstampedLines) all.push_back(std::move(mark));
  }
  stamped = !marks.empty();
  return stamped ? marks : all;
}

bool is_replay(const LogText& log, const LogBoot& first, const LogBoot& second) {
  bool stamped = false;
  const std::vector<std::string> marks = marks_of(log, first, stamped);
  if (!stamped && marks.size() > kUnstampedLines) return false;
  LineReader reader(log, second.begin, second.end);
  LogLine line;
  std::size_t found = 0;
  std::size_t missed = 0;
  for (std::size_t n = 0; n < kSearchedLines && found + missed < marks.size() && reader.next(line);
       ++n) {
    const std::string mark = std::string(line.stamp) + ' ' + std::string(line.text);
    // A line may be mangled in one of the two: look a little ahead.
    for (std::size_t ahead = 0; ahead < 3 && found + missed + ahead < marks.size(); ++ahead) {
      if (marks[found + missed + ahead] != mark) continue;
      missed += ahead;
      ++found;
      break;
    }
  }
  return stamped ? found != 0 && found * 10 >= marks.size() * 9 : found == marks.size();
}

// Whether lines of a memory map stand in [begin, end).
bool holds_map(const LogText& log, std::size_t begin, std::size_t end) {
  const std::string_view part = log.bytes().substr(0, end);
  for (std::string_view label : {"BIOS-e820: ", "BIOS-e801: ", "BIOS-88: "}) {
    for (std::size_t at = part.find(label, begin); at != part.npos;
         at = next_line(part, at, label)) {
      const auto found = line_around(part, at);
      if (found && found->line.text.substr(0, label.size()) == label) return true;
    }
  }
  return false;
}

}  // namespace

std::vector<LogBoot> split_boots(const LogText& log) {
  const std::string_view bytes = log.bytes();
  std::vector<LogBoot> boots;
  for (std::size_t at = bytes.find(kBanner); at != bytes.npos; at = next_line(bytes, at, kBanner)) {
    const auto found = banner_at(bytes, at);
    if (!found || (!boots.empty() && boots.back().begin == found->begin)) continue;
    if (!boots.empty()) boots.back().end = found->begin;
    boots.push_back(LogBoot{.begin = found->begin, .end = bytes.size()});
  }
  if (boots.empty()) return {LogBoot{.end = bytes.size()}};

  std::vector<LogBoot> kept;
  if (boots.front().begin != 0 && holds_map(log, 0, boots.front().begin)) {
    kept.push_back(LogBoot{.end = boots.front().begin});
  }
  for (LogBoot boot : boots) {
    boot.preamble = kept.empty() ? 0 : kept.back().begin;
    if (!kept.empty() && is_replay(log, kept.back(), boot)) {
      boot.preamble = kept.back().preamble;
      kept.back() = boot;
    } else {
      kept.push_back(boot);
    }
  }
  return kept;
}

}  // namespace memmap::input
