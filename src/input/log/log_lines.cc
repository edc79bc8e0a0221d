#include "input/log/log_lines.h"

#include <algorithm>
#include <cstring>

#include "input/log/log_disguise.h"
#include "input/log/log_words.h"
#include "input/text/scan.h"

namespace memmap::input {
namespace {

// How far into a line a prefix is looked for.
constexpr std::size_t kPrefixLimit = 200;

// Length of another bracket that tools and CONFIG_PRINTK_CALLER put first: `[    T0]`, `[Mon Nov 23
// 19:32:10 2026]`, `[  +0.000012]`, `[<    0.000000>]`; 0: there is none.
std::size_t other_bracket(std::string_view s) {
  bool digit = false;
  for (std::size_t i = 1; i < s.size() && i < 64; ++i) {
    const char c = s[i];
    if (i == 5 && (s.substr(0, 5) == "[mem " || s.substr(0, 5) == "[gap ")) return 0;
    if (c == ']') return digit ? i + 1 : 0;
    digit = digit || is_digit(c);
    if (!is_digit(c) && !is_letter(c) &&
        std::string_view(" :.,+-<>").find(c) == std::string_view::npos) {
      return 0;
    }
  }
  return 0;
}

// `<6>` of dmesg --raw.
std::string_view skip_level(std::string_view s) {
  if (s.size() < 3 || s[0] != '<' || !is_digit(s[1])) return s;
  std::size_t i = 1;
  while (i < s.size() && i < 5 && is_digit(s[i])) ++i;
  return i < s.size() && s[i] == '>' ? s.substr(i + 1) : s;
}

// Everything in brackets and angles at the front.
std::string_view skip_front(std::string_view s, std::string_view& stamp) {
  for (int i = 0; i < 6; ++i) {
    s = skip_level(skip_blanks(s));
    if (s.empty() || s[0] != '[') break;
    std::string_view found;
    std::size_t length = kernel_stamp(s, found);
    if (length != 0 && stamp.empty()) stamp = found;
    if (length == 0) length = other_bracket(s);
    if (length == 0) break;
    s.remove_prefix(length);
  }
  return skip_blanks(s);
}

// Where a kernel stamp stands further in; npos: nowhere.
std::size_t find_stamp(std::string_view s) {
  const std::string_view front = s.substr(0, kPrefixLimit);
  for (std::size_t at = front.find('['); at != std::string_view::npos;
       at = front.find('[', at + 1)) {
    std::string_view stamp;
    if (kernel_stamp(s.substr(at), stamp) != 0) return at;
  }
  return std::string_view::npos;
}

// After `kernel: ` or `kernel[0]: ` of syslog and journalctl; npos: it is not there.
std::size_t after_syslog_tag(std::string_view s) {
  const std::string_view front = s.substr(0, kPrefixLimit);
  const std::size_t at = front.find("kernel");
  if (at == std::string_view::npos || (at != 0 && front[at - 1] != ' '))
    return std::string_view::npos;
  std::size_t i = at + 6;
  if (i < front.size() && front[i] == '[') {
    ++i;
    while (i < front.size() && is_digit(front[i])) ++i;
    if (i >= front.size() || front[i] != ']') return std::string_view::npos;
    ++i;
  }
  // A tag has a date before it; `kernel: ` within a message has not.
  const bool dated =
      std::any_of(front.begin(), front.begin() + static_cast<std::ptrdiff_t>(at), is_digit);
  const bool tag = i < front.size() && front[i] == ':' && (at == 0 || dated);
  return tag ? i + 1 : std::string_view::npos;
}

// `kern  :info  : ` of dmesg -x.
std::string_view skip_facility(std::string_view s) {
  if (s.substr(0, 4) != "kern") return s;
  const std::size_t first = s.substr(0, 12).find(':');
  if (first == std::string_view::npos) return s;
  const std::size_t second = s.substr(0, 24).find(':', first + 1);
  return second == std::string_view::npos ? s : skip_blanks(s.substr(second + 1));
}

// `2026-11-23T19:32:10,123456+00:00 ` of dmesg --time-format=iso.
std::string_view skip_iso_date(std::string_view s) {
  if (s.size() < 20 || s[4] != '-' || s[7] != '-' || s[10] != 'T' || s[13] != ':') return s;
  const std::size_t space = s.substr(0, 48).find(' ');
  return space == std::string_view::npos ? s : s.substr(space + 1);
}

// `host kernel: ` of journalctl -o short-monotonic, behind its time stamp.
std::string_view skip_host(std::string_view s) {
  const std::size_t space = s.substr(0, 65).find(' ');
  constexpr std::string_view kTag = "kernel: ";
  if (space == std::string_view::npos || s.substr(space + 1, kTag.size()) != kTag) return s;
  return skip_blanks(s.substr(space + 1 + kTag.size()));
}

// Copies `line` without its escape sequences (CSI ... letter).
void drop_colours(std::string_view line, std::string& out) {
  out.clear();
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '\x1b') {
      out += line[i];
      continue;
    }
    if (i + 1 < line.size() && line[i + 1] == '[') {
      i += 2;
      while (i < line.size() && (line[i] < '@' || line[i] > '~')) ++i;
    }
  }
}

}  // namespace

void strip_prefix(LogLine& line) {
  line.stamp = {};
  std::string_view s = line.whole;
  if (!s.empty() && s[0] == '[') {  // by far the most frequent
    line.text = skip_host(skip_front(s, line.stamp));
    return;
  }
  while (!s.empty() && (is_blank(s[0]) || s[0] == '>' || s[0] == '|')) s.remove_prefix(1);
  s = skip_level(s);
  if (s.substr(0, 5) == "(XEN)") {
    line.text = s;
    return;
  }
  if (s.empty() || s[0] == '[') {
    line.text = skip_front(s, line.stamp);
    return;
  }
  if (const std::size_t at = find_stamp(s); at != std::string_view::npos) {
    const std::size_t xen = s.substr(0, at).find("(XEN)");
    line.text =
        xen != std::string_view::npos ? s.substr(xen) : skip_front(s.substr(at), line.stamp);
    return;
  }
  if (const std::size_t at = after_syslog_tag(s); at != std::string_view::npos) {
    line.text = skip_front(s.substr(at), line.stamp);
    return;
  }
  line.text = skip_front(skip_iso_date(skip_facility(s)), line.stamp);
}

Result<LogText> LogText::open(const Source& source, const std::optional<Side>& side) {
  if (source.is_folder()) {
    return Error{.message = "is a folder; expected a kernel log", .origin = {.file = source.name}};
  }
  LogText log;
  log.name_ = &source.name;
  log.plain_ = source.bytes;
  if (!side && is_plain_log(source.bytes)) return log;
  const auto paper = undress(source.name, source.bytes, side);
  if (!paper) return paper.errors();
  for (const PaperLine& line : *paper) {
    log.undressed_.append(line.text).append("\n");
    log.numbers_.push_back(line.number);
  }
  return log;
}

std::size_t LogText::number_of(std::size_t nth) const {
  if (is_plain()) return nth;
  return nth == 0 || nth > numbers_.size() ? 0 : numbers_[nth - 1];
}

std::string_view LogText::file_line(std::size_t number) const {
  std::size_t at = 0;
  for (std::size_t n = 1; n < number; ++n) {
    at = plain_.find('\n', at);
    if (at == plain_.npos) return {};
    ++at;
  }
  const std::string_view line = plain_.substr(at, plain_.find('\n', at) - at).substr(0, kLineLimit);
  return line.find('\0') == line.npos ? line.substr(0, line.find('\r')) : std::string_view{};
}

std::size_t LineCounter::number_at(std::size_t offset) {
  const std::string_view bytes = log_->bytes();
  if (offset < at_) at_ = newlines_ = 0;
  const std::string_view between = bytes.substr(at_, offset - at_);
  newlines_ += static_cast<std::size_t>(std::count(between.begin(), between.end(), '\n'));
  at_ = offset;
  return log_->number_of(newlines_ + 1);
}

std::optional<FoundLine> line_around(std::string_view bytes, std::size_t at) {
  const std::size_t from = at - std::min(at, kLineLimit);
  const std::size_t newline = bytes.substr(from, at - from).rfind('\n');
  if (newline == std::string_view::npos && from != 0) return std::nullopt;
  FoundLine found;
  found.begin = newline == std::string_view::npos ? 0 : from + newline + 1;
  const std::string_view tail = bytes.substr(found.begin, at - found.begin + kLineLimit);
  found.line.whole = tail.substr(0, tail.find_first_of("\r\n", at - found.begin));
  found.line.offset = found.begin;
  strip_prefix(found.line);
  return found;
}

LineReader::LineReader(const LogText& log, std::size_t begin, std::size_t end)
    : log_(log), at_(begin), end_(std::min(end, log.bytes().size())) {}

bool LineReader::next(LogLine& line) {
  const std::string_view bytes = log_.bytes();
  if (at_ >= end_) return false;
  const std::size_t newline = bytes.find('\n', at_);
  const std::size_t stop = newline == std::string_view::npos ? bytes.size() : newline;
  line.offset = at_;
  std::string_view whole = bytes.substr(at_, std::min(stop - at_, kLineLimit));
  at_ = newline == std::string_view::npos ? bytes.size() : newline + 1;
  while (!whole.empty() && (whole.back() == '\r' || whole.back() == '\0')) whole.remove_suffix(1);
  if (!whole.empty() && std::memchr(whole.data(), '\x1b', whole.size()) != nullptr) {
    drop_colours(whole, scratch_);
    whole = scratch_;
  }
  line.whole = whole;
  strip_prefix(line);
  return true;
}

Error LogFaults::make(const LogLine& line, std::string_view part, std::string message) {
  const std::size_t number = counter_.number_at(line.offset);
  std::string_view whole = line.whole;
  auto column = static_cast<std::size_t>(part.data() - line.whole.data()) + 1;
  if (!log_->is_plain()) {  // the line as it stands in the file, where the part is still in it
    const std::string_view of_file = log_->file_line(number);
    const std::size_t at = part.empty() ? of_file.npos : of_file.find(part);
    if (at != of_file.npos) {
      whole = of_file;
      column = at + 1;
    }
  }
  return error_at(log_->name(), {number, whole, column, part.size()}, std::move(message));
}

void LogFaults::at(const LogLine& line, std::string_view part, std::string message) {
  add_made([&] { return make(line, part, std::move(message)); });
}

}  // namespace memmap::input
