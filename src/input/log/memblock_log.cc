#include "input/log/memblock_log.h"

#include <fmt/format.h>

#include <optional>
#include <string_view>
#include <utility>

#include "input/log/log_boots.h"
#include "input/log/log_lines.h"
#include "input/log/memblock_line.h"
#include "input/text/scan.h"

namespace memmap::input {
namespace {

using replay::List;

// A dump whose lines are still to come.
struct OpenDump {
  replay::Entry entry{};
  Error head{};  // to be given a message: the dump is not whole
  std::optional<std::uint64_t> announced[2]{};
  std::uint64_t seen[2]{};
  bool has_sizes = false;

  replay::LoggedDump& dump() { return std::get<replay::LoggedDump>(entry.what); }
};

constexpr std::string_view name_of(List list) {
  return list == List::memory ? "memory" : "reserved";
}

// Reads one boot's lines.
class BootReader {
 public:
  explicit BootReader(const LogText& text) : text_(text), counter_(text), faults_(text) {}

  void read(const LogBoot& boot) {
    LogLine line;
    for (LineReader reader(text_, boot.begin, boot.end); reader.next(line);) take(line);
    close_dump();
  }
  bool found() const { return found_; }
  Result<replay::Log> finish() &&;

 private:
  void take(const LogLine& line);
  void fact(std::string_view text);
  void open_dump(const LogLine& line);
  void close_dump();
  void add(const LogLine& line, DumpSizes sizes);
  void add(const LogLine& line, DumpCount count);
  void add(const LogLine& line, const DumpRegion& row);
  bool needs_dump(const LogLine& line);
  void note_unknown(const LogLine& line);

  const LogText& text_;
  LineCounter counter_;
  LogFaults faults_;
  replay::Log log_{};
  std::optional<OpenDump> dump_{};
  bool found_ = false;
  bool dumped_ = false;
  std::size_t unknown_ = 0;
  std::string first_unknown_{};
};

void BootReader::fact(std::string_view text) {
  if (eat(text, "Linux version ")) {
    if (!log_.release) log_.release = std::string(take_until(text, " "));
  } else if (eat(text, "Command line: ") || eat(text, "Kernel command line: ")) {
    if (!log_.command_line) log_.command_line = std::string(trim(text));
  } else if (eat(text, "ACPI: SLIT ")) {
    log_.slit = !text.starts_with("table looks invalid");
  }
}

void BootReader::take(const LogLine& line) {
  auto read = read_memblock_line(line.text);
  if (!read) return fact(line.text);
  found_ = true;
  if (std::holds_alternative<DumpHead>(*read)) return open_dump(line);
  if (const auto* sizes = std::get_if<DumpSizes>(&*read)) return add(line, *sizes);
  if (const auto* count = std::get_if<DumpCount>(&*read)) return add(line, *count);
  if (const auto* row = std::get_if<DumpRegion>(&*read)) return add(line, *row);
  if (const auto* fault = std::get_if<LineFault>(&*read)) {
    return faults_.at(line, fault->part, fault->message);
  }
  if (std::holds_alternative<NoList>(*read)) {
    ++log_.lines_of_no_list;
    return;
  }
  if (std::holds_alternative<UnknownOperation>(*read)) return note_unknown(line);
  close_dump();
  replay::Entry entry{counter_.number_at(line.offset), std::string(line.text)};
  if (auto* call = std::get_if<replay::LoggedCall>(&*read)) entry.what = std::move(*call);
  if (auto* growth = std::get_if<replay::LoggedGrowth>(&*read)) entry.what = *growth;
  log_.entries.push_back(std::move(entry));
}

void BootReader::note_unknown(const LogLine& line) {
  if (unknown_++ != 0) return;
  first_unknown_ = fmt::format("line {}: `{}`", counter_.number_at(line.offset),
                               line.text.substr(0, line.text.find(':')));
}

void BootReader::open_dump(const LogLine& line) {
  close_dump();
  dumped_ = true;
  dump_.emplace();
  dump_->entry = {counter_.number_at(line.offset), std::string(line.text), replay::LoggedDump{}};
  dump_->head = faults_.make(line, line.text, "");
}

void BootReader::close_dump() {
  if (!dump_) return;
  const auto wrong = [&](std::string message) {
    dump_->head.message = std::move(message);
    faults_.add(dump_->head);
  };
  if (!dump_->has_sizes) wrong("the dump is cut: its line `memory size =` is missing");
  for (const List list : {List::memory, List::reserved}) {
    const auto announced = dump_->announced[static_cast<int>(list)];
    const std::uint64_t seen = dump_->seen[static_cast<int>(list)];
    if (!announced) {
      wrong(fmt::format("the dump is cut: its line `{}.cnt =` is missing", name_of(list)));
    } else if (*announced != seen) {
      wrong(fmt::format("the dump announces {} regions of {} and shows {}", *announced,
                        name_of(list), seen));
    }
  }
  log_.entries.push_back(std::move(dump_->entry));
  dump_.reset();
}

// A dump's line outside of a dump: the log begins within it, or its first line is damaged.
bool BootReader::needs_dump(const LogLine& line) {
  if (dump_) return true;
  faults_.at(line, line.text, "a dump's line without `MEMBLOCK configuration:` before it");
  return false;
}

void BootReader::add(const LogLine& line, DumpSizes sizes) {
  if (!needs_dump(line)) return;
  dump_->has_sizes = true;
  dump_->dump().memory_size = sizes.memory;
  dump_->dump().reserved_size = sizes.reserved;
}

void BootReader::add(const LogLine& line, DumpCount count) {
  if (needs_dump(line)) dump_->announced[static_cast<int>(count.list)] = count.count;
}

void BootReader::add(const LogLine& line, const DumpRegion& row) {
  if (!needs_dump(line)) return;
  std::uint64_t& seen = dump_->seen[static_cast<int>(row.list)];
  if (row.index != seen) {
    faults_.at(line, line.text.substr(0, line.text.find(']') + 1),
               fmt::format("region {:#x} of the dump should stand here", seen));
    seen = row.index;
  }
  ++seen;
  if (row.region.range.empty()) return;
  memblock::Regions& list =
      row.list == List::memory ? dump_->dump().memory : dump_->dump().reserved;
  if (!list.empty() && row.region.range.base() < list.back().range.end()) {
    return faults_.at(line, line.text, "the region begins before the one above it ends");
  }
  list.push_back(row.region);
}

Result<replay::Log> BootReader::finish() && {
  if (!faults_.none()) return faults_.take();
  const Origin origin{.file = text_.name()};
  if (!found_) {
    return Error{"no line of memblock; the kernel logs them when it boots with memblock=debug",
                 origin};
  }
  if (!dumped_) {
    return Error{
        "no dump (`MEMBLOCK configuration:`): what was reserved before the log begins, "
        "the kernel's image too, stands there; was the log cut?",
        origin};
  }
  log_.name = text_.name();
  if (unknown_ != 0) {
    log_.notes.push_back(
        fmt::format("{} lines of functions that are not known were passed over, "
                    "the first in {}",
                    unknown_, first_unknown_));
  }
  return std::move(log_);
}

}  // namespace

Result<replay::Log> read_memblock_log(const Source& source, const ReadOptions& options) {
  const auto text = LogText::open(source, options.side);
  if (!text) return text.errors();
  const std::vector<LogBoot> boots = split_boots(*text);
  if (options.boot && (*options.boot == 0 || *options.boot > boots.size())) {
    return Error{fmt::format("there is no boot {}: the log holds {}, counted from 1", *options.boot,
                             boots.size()),
                 {.file = source.name}};
  }
  std::size_t index = options.boot ? *options.boot - 1 : boots.size() - 1;
  for (;; --index) {
    BootReader reader(*text);
    reader.read(boots[index]);
    if (!reader.found() && !options.boot && index != 0) continue;
    auto log = std::move(reader).finish();
    if (log && boots.size() > 1) {
      log->notes.push_back(
          fmt::format("the log holds {} boots; boot {} is taken (choose with "
                      "--boot N)",
                      boots.size(), index + 1));
    }
    return log;
  }
}

}  // namespace memmap::input
