#include "input/map/iomem.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "base/number.h"
#include "input/text/faults.h"
#include "input/text/lines.h"
#include "input/text/scan.h"
#include "machine/e820_words.h"

namespace memmap::input {
namespace {

constexpr std::string_view kHidden =
    "every address is 0: the kernel hides them from all but root; read /proc/iomem as root";

// `  01000000-0220bb07 : Kernel code`: two blanks a level.
// kernel: r_show(), kernel/resource.c, v6.12
struct Resource {
  std::size_t indent = 0;  // blanks in front, behind whatever a quote puts there
  std::uint64_t start = 0;
  std::uint64_t last = 0;
  std::string_view name{};
  std::size_t digits = 0;  // of the start: /proc/ioports prints 4, /proc/iomem 8 or more
};

// Where a line has `START-END :`, whatever stands before it: a quote mark, a line number, a tag.
struct Place {
  std::size_t start = 0;
  std::size_t dash = 0;
  std::size_t colon = 0;
};

bool is_alnum(char c) { return is_digit(c) || is_letter(c); }

std::size_t alnum_run(std::string_view s) {
  std::size_t n = 0;
  while (n < s.size() && is_alnum(s[n])) ++n;
  return n;
}

// What looks like a line of the file, be its addresses right or not.
std::optional<Place> find_place(std::string_view text) {
  constexpr std::size_t kFewestDigits = 4;  // of /proc/ioports
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t first = alnum_run(text.substr(at));
    const std::size_t dash = at + first;
    if (first < kFewestDigits || dash == text.size() || text[dash] != '-') {
      at += std::max<std::size_t>(first, 1);
      continue;
    }
    const std::size_t end = dash + 1 + alnum_run(text.substr(dash + 1));
    const std::size_t colon = text.find_first_not_of(' ', end);
    if (end > dash + 1 && colon != text.npos && colon > end && text[colon] == ':') {
      return Place{at, dash, colon};
    }
    at = end;
  }
  return std::nullopt;
}

// A name without what tools put behind it.
std::string_view clean_name(std::string_view name) {
  name = trimmed(name.substr(0, name.find("<br")));
  while (!name.empty() && (name.back() == '\\' || name.back() == '"' || name.back() == '|')) {
    name.remove_suffix(1);
    name = trimmed(name);
  }
  return name;
}

// Fills `out`, or says in `error` what is wrong with the line.
bool parse_line(const Line& line, const std::string& file, Resource& out, Error& error) {
  const std::string_view text = line.text;
  const auto place = find_place(text);
  if (!place) {
    error = error_at(file, line, trimmed(text),
                     "is no line of /proc/iomem: expected `START-END : NAME`");
    return false;
  }
  const std::string_view first = text.substr(place->start, place->dash - place->start);
  const std::size_t from = place->dash + 1;
  const std::string_view second = trimmed(text.substr(from, place->colon - from));
  const auto start = parse_hex(first);
  const auto last = parse_hex(second);
  if (!start || !last) {
    error =
        error_at(file, line, start ? second : first, (start ? last : start).errors()[0].message);
    return false;
  }
  if (*last < *start) {
    error = error_at(file, line, second, "the range ends before it starts");
    return false;
  }
  const std::size_t before = text.substr(0, place->start).find_last_not_of(' ');
  out = Resource{.indent = before == text.npos ? place->start : place->start - before - 1,
                 .start = *start,
                 .last = *last,
                 .name = clean_name(text.substr(place->colon + 1)),
                 .digits = first.size()};
  return true;
}

// The file's lines in a text that may show more: a prompt, a fence, what was said around it.
struct IomemLines {
  std::vector<Line> lines{};  // from the first to the last that looks like one; none is blank
  std::size_t fitting = 0;    // so many of them do
  std::optional<Line> cut{};  // behind them: the beginning of another
  std::size_t shallowest = std::numeric_limits<std::size_t>::max();  // indent
  bool indented = false;                                             // they differ in it
};

// `fed00000-fed0`, `fed0`, `100000000-27fffffff`: the address that a line begins with, and no more.
bool is_cut_line(std::string_view text) {
  constexpr std::string_view kMarks = "> |\t";
  const std::size_t at = text.find_first_not_of(kMarks);
  if (at == text.npos) return false;
  const std::string_view rest = trimmed(text.substr(at));
  return rest.size() >= 4 && rest.find_first_not_of("0123456789abcdef-:") == rest.npos;
}

IomemLines find_lines(std::string_view text) {
  IomemLines out;
  std::vector<Line> between;
  std::size_t deepest = 0;
  Lines lines(text);
  while (const auto line = lines.next()) {
    // A quote's mark alone is as good as blank.
    if (line->text.find_first_not_of("> |\t\r") == std::string_view::npos) continue;
    const auto place = find_place(line->text);
    if (!place) {
      if (!out.lines.empty()) between.push_back(*line);
      continue;
    }
    out.lines.insert(out.lines.end(), between.begin(), between.end());
    between.clear();
    out.lines.push_back(*line);
    ++out.fitting;
    Resource r;
    Error ignored;
    if (!parse_line(*line, "", r, ignored)) continue;
    out.shallowest = std::min(out.shallowest, r.indent);
    deepest = std::max(deepest, r.indent);
  }
  out.indented = deepest > out.shallowest;
  if (!between.empty() && is_cut_line(between.front().text)) out.cut = between.front();
  return out;
}

// Whether a name is the beginning of one that the firmware's map has.
bool is_cut_name(std::string_view name) {
  const auto names = e820_resource_names();
  return !e820_type_of_resource(name) && std::ranges::any_of(names, [name](std::string_view whole) {
    return whole.size() > name.size() && whole.starts_with(name);
  });
}

// Takes the lines one by one, in order.
class Reader {
 public:
  explicit Reader(const IomemLines& found) : found_(found) {}

  void take(const Line& line, const Resource& r, const std::string& file, Faults& faults) {
    ++lines_;
    all_zero_ = all_zero_ && r.start == 0 && r.last == 0;
    shortest_ = std::min(shortest_, r.digits);
    if (r.name == "Kernel code" && !machine.kernel_phys_base) {
      if (r.start >= Machine::kKernelEnd) {
        faults.add(error_at(file, line, {}, "a kernel image lies below 64T"));
      }
      machine.kernel_phys_base = PhysAddr{r.start};
    }
    // Below an entry of the map lie its users (the kernel, devices); below a device's window there
    // may be an entry that the window was laid around.
    // Where a paste lost the indentation, what lies within it is below it; what lies outside is not,
    // however deep: a grep took the line that it stood below.
    const std::size_t depth = (r.indent - found_.shallowest) / 2;
    const bool within = r.start >= entry_start_ && r.last <= entry_last_;
    if (inside_entry_ && within && (depth > entry_depth_ || !found_.indented)) return;
    inside_entry_ = false;
    const auto type = e820_type_of_resource(r.name);
    if (!type) {
      if (depth == 0) ++devices_;
      return;
    }
    inside_entry_ = true;
    entry_depth_ = depth;
    entry_start_ = r.start;
    entry_last_ = r.last;
    if (r.start == 0 && r.last == std::numeric_limits<std::uint64_t>::max()) {
      faults.add(error_at(file, line, {}, "the range covers the whole 64-bit space"));
      return;
    }
    machine.firmware_map.push_back(
        {.addr = PhysAddr{r.start}, .size = r.last - r.start + 1, .type = *type});
  }

  std::optional<std::string> refusal() const {
    if (lines_ == 0) return "holds no line";
    if (all_zero_) return std::string(kHidden);
    if (shortest_ < 8) return "is /proc/ioports, or cut: addresses of /proc/iomem have 8 digits";
    if (machine.firmware_map.empty()) {
      return "names no `System RAM`, `Reserved` or other range of the firmware's map";
    }
    return std::nullopt;
  }

  void add_notes() {
    machine.notes.push_back(
        "made from the kernel's resources: the map after the kernel's own edits (memmap=, mem=, "
        "page 0, the BIOS area), not as the firmware gave it");
    const bool only_ram = std::ranges::all_of(
        machine.firmware_map, [](const E820Entry& e) { return e.type == E820Type::ram; });
    if (devices_ == 0 && only_ram) {
      machine.notes.push_back(
          "only RAM is in it: whatever else /proc/iomem has was left out (by grep, say), and so is "
          "what the firmware reserves");
    }
    if (devices_ > 0) {
      machine.notes.push_back(
          fmt::format("{} of devices left out",
                      devices_ == 1 ? "1 range" : fmt::format("{} ranges", devices_)));
    }
  }

  Machine machine{};

 private:
  std::size_t lines_ = 0;
  std::size_t devices_ = 0;
  std::size_t shortest_ = std::numeric_limits<std::size_t>::max();
  bool all_zero_ = true;
  bool inside_entry_ = false;
  std::size_t entry_depth_ = 0;
  std::uint64_t entry_start_ = 0;
  std::uint64_t entry_last_ = 0;
  const IomemLines& found_;
};

std::string cut_note(const Line& line) {
  return fmt::format("line {} is cut (`{}`) and was left out: the map may go on behind it",
                     line.number, trimmed(line.text));
}

}  // namespace

Recognition recognise_iomem(const Source& source) {
  constexpr std::size_t kLookedAt = 64 * 1024;
  constexpr std::size_t kMostBefore = 40;
  const IomemLines found = find_lines(std::string_view(source.bytes).substr(0, kLookedAt));
  if (found.fitting == 0) return {0, "no line `START-END : NAME`"};
  const std::size_t others = found.lines.size() - found.fitting;
  const bool alone = others == 0 && found.lines.front().number <= kMostBefore;
  if (alone) return {90, "lines `START-END : NAME`"};
  if (others * 4 < found.fitting) return {70, "lines `START-END : NAME`, and others between them"};
  return {0, "few lines `START-END : NAME`"};
}

Result<Machine> read_iomem(const Source& source, const ReadOptions&) {
  Faults faults;
  IomemLines found = find_lines(source.bytes);
  Lines lines(source.bytes);
  for (auto line = lines.next(); line && found.lines.empty(); line = lines.next()) {
    if (!trimmed(line->text).empty()) found.lines.push_back(*line);
  }
  std::vector<std::string> notes;
  if (found.cut) notes.push_back(cut_note(*found.cut));
  Reader reader(found);
  for (const Line& line : found.lines) {
    Resource r;
    Error error;
    if (!parse_line(line, source.name, r, error)) {
      faults.add(std::move(error));
    } else if (&line == &found.lines.back() && !r.name.empty() && is_cut_name(r.name)) {
      notes.push_back(cut_note(line));
    } else {
      reader.take(line, r, source.name, faults);
    }
  }
  if (faults.none()) {
    if (auto refusal = reader.refusal()) {
      faults.add(Error{.message = *refusal, .origin = {.file = source.name}});
    }
  }
  if (!faults.none()) return faults.take();
  reader.add_notes();
  Machine machine = std::move(reader.machine);
  machine.notes.insert(machine.notes.end(), notes.begin(), notes.end());
  return machine;
}

std::optional<PhysAddr> kernel_base_in_iomem(std::string_view text) {
  Lines lines(text);
  while (const auto line = lines.next()) {
    Resource r;
    Error ignored;
    if (!line->text.ends_with("Kernel code") || !parse_line(*line, "", r, ignored)) continue;
    if (r.name == "Kernel code" && r.last != 0 && r.start < Machine::kKernelEnd) {
      return PhysAddr{r.start};
    }
  }
  return std::nullopt;
}

}  // namespace memmap::input
