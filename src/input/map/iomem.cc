#include "input/map/iomem.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/number.h"
#include "input/text/faults.h"
#include "input/text/lines.h"
#include "machine/e820_words.h"

namespace memmap::input {
namespace {

constexpr std::string_view kHidden =
    "every address is 0: the kernel hides them from all but root; read /proc/iomem as root";

// `  01000000-0220bb07 : Kernel code`: two blanks a level.
// kernel: r_show(), kernel/resource.c, v6.12
struct Resource {
  std::size_t depth = 0;
  std::uint64_t start = 0;
  std::uint64_t last = 0;
  std::string_view name{};
  std::size_t digits = 0;  // of the start: /proc/ioports prints 4, /proc/iomem 8 or more
};

// Fills `out`, or says in `error` what is wrong with the line.
bool parse_line(const Line& line, const std::string& file, Resource& out, Error& error) {
  const std::size_t indent = line.text.find_first_not_of(' ');
  const std::string_view text = line.text.substr(indent);
  const std::size_t dash = text.find('-');
  const std::size_t colon = text.find(" : ");
  // A resource without a name leaves `START-END : `, which an editor may have trimmed.
  const std::size_t bounds_end = colon == std::string_view::npos ? text.find(" :") : colon;
  if (dash == std::string_view::npos || bounds_end == std::string_view::npos || dash > bounds_end) {
    error = error_at(file, line, text, "is no line of /proc/iomem: expected `START-END : NAME`");
    return false;
  }
  const std::string_view first = text.substr(0, dash);
  const std::string_view second = text.substr(dash + 1, bounds_end - dash - 1);
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
  out = Resource{.depth = indent / 2,
                 .start = *start,
                 .last = *last,
                 .name = colon == std::string_view::npos ? "" : trimmed(text.substr(colon + 3)),
                 .digits = first.size()};
  return true;
}

// Takes the lines one by one, in order.
class Reader {
 public:
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
    if (inside_entry_ && r.depth > entry_depth_) return;
    inside_entry_ = false;
    const auto type = e820_type_of_resource(r.name);
    if (!type) {
      if (r.depth == 0) ++devices_;
      return;
    }
    inside_entry_ = true;
    entry_depth_ = r.depth;
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
};

}  // namespace

Recognition recognise_iomem(const Source& source) {
  Lines lines(source.bytes);
  Error ignored;
  int seen = 0;
  for (int i = 0; i < 40; ++i) {
    const auto line = lines.next();
    if (!line) break;
    if (trimmed(line->text).empty()) continue;
    Resource r;
    if (!parse_line(*line, source.name, r, ignored)) {
      return {0, fmt::format("line {} is not `START-END : NAME`", line->number)};
    }
    ++seen;
  }
  if (seen == 0) return {0, "no line of text"};
  return {90, "lines `START-END : NAME`"};
}

Result<Machine> read_iomem(const Source& source, const ReadOptions&) {
  Faults faults;
  Reader reader;
  Lines lines(source.bytes);
  while (const auto line = lines.next()) {
    if (trimmed(line->text).empty()) continue;
    Resource r;
    Error error;
    if (parse_line(*line, source.name, r, error)) {
      reader.take(*line, r, source.name, faults);
    } else {
      faults.add(std::move(error));
    }
  }
  if (faults.none()) {
    if (auto refusal = reader.refusal()) {
      faults.add(Error{.message = *refusal, .origin = {.file = source.name}});
    }
  }
  if (!faults.none()) return faults.take();
  reader.add_notes();
  return std::move(reader.machine);
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
