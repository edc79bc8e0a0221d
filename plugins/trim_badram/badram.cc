// Keeps pages of bad memory from everybody, given as a memory test prints them: BadRAM patterns
// (address and mask in turns) or ranges as for the kernel's memmap= (size$start).
#include <algorithm>
#include <optional>
#include <vector>

#include "plugin/plugin.hpp"

namespace {

using memmap::plugin::Host;

constexpr std::uint64_t kPage = 0x1000;
constexpr std::uint64_t kPhysEnd = 1ull << 52;
constexpr std::size_t kMostPieces = 1 << 16;

struct Span {
  std::uint64_t base;
  std::uint64_t end;
};

class Reader {
 public:
  Reader(const memmap_trim_input_t& in, const Host& host) : in_(in), host_(host) {}

  // `0x12345000,0xfffff000,...`; false: not that, and told.
  bool patterns(const std::string& text) {
    const char* at = text.c_str();
    while (true) {
      std::uint64_t address = 0;
      std::uint64_t mask = 0;
      if (!number(at, MEMMAP_PLAIN, address) || *at++ != ',' || !number(at, MEMMAP_PLAIN, mask) ||
          (*at != ',' && *at != '\0')) {
        return fail("badram", text, "pairs of address and mask: 0x12345000,0xfffff000");
      }
      pattern(address, mask);
      if (!in_bounds("badram")) return false;
      if (*at++ == '\0') return true;
    }
  }

  // `0x1000$0x12345000,...`; false: not that, and told.
  bool ranges(const std::string& text) {
    const char* at = text.c_str();
    while (true) {
      std::uint64_t size = 0;
      std::uint64_t start = 0;
      if (!number(at, MEMMAP_SIZE, size) || *at++ != '$' || !number(at, MEMMAP_SIZE, start) ||
          (*at != ',' && *at != '\0') || size == 0 || start >= kPhysEnd ||
          size > kPhysEnd - start) {
        return fail("memmap", text, "ranges: 0x1000$0x12345000");
      }
      add({start & ~(kPage - 1), (start + size + kPage - 1) & ~(kPage - 1)});
      if (!in_bounds("memmap")) return false;
      if (*at++ == '\0') return true;
    }
  }

  // What was read, in memory, ascending, disjoint, whole pages.
  std::vector<Span> pages() {
    std::sort(spans_.begin(), spans_.end(), [](Span a, Span b) { return a.base < b.base; });
    std::vector<Span> out;
    for (const Span s : spans_) {
      if (!out.empty() && s.base <= out.back().end) {
        out.back().end = std::max(out.back().end, s.end);
      } else {
        out.push_back(s);
      }
    }
    return out;
  }

 private:
  bool number(const char*& at, std::uint32_t form, std::uint64_t& value) const {
    const char* rest = nullptr;
    value = host_.read_number(at, form, &rest);
    return rest != std::exchange(at, rest);
  }

  bool fail(const char* option, const std::string& text, const char* expected) const {
    host_.bad_option(option, "`" + text.substr(0, 80) + "` is not a list of " + expected);
    return false;
  }

  // The pages of memory whose addresses are `address` in each bit that `mask` has. A pattern may
  // have 2^40 addresses in a hole: only those in memory are walked.
  void pattern(std::uint64_t address, std::uint64_t mask) {
    mask &= ~(kPage - 1);
    // Bits that are free below the first that is not make one run of pages.
    const std::uint64_t free = ~mask & (kPhysEnd - 1);
    std::uint64_t run = 1;
    while (run < kPhysEnd && (free & run) != 0) run <<= 1;
    const std::uint64_t choices = free & ~(run - 1);
    const std::uint64_t fixed = address & mask & (kPhysEnd - 1);
    for (const memmap_range_t& m : memmap::plugin::ranges_of(in_)) {
      auto at = first_match(m.base & ~(run - 1), fixed, choices);
      while (at && *at < m.end && spans_.size() <= kMostPieces) {
        spans_.push_back({std::max(*at, m.base), std::min(*at + run, m.end)});
        // The next larger subset of the free bits; 0: there is none.
        const std::uint64_t choice = ((*at & choices) - choices) & choices;
        at = choice == 0 ? std::nullopt : std::optional(fixed | choice);
      }
    }
  }

  // The smallest number from `least` on whose bits are those of `fixed`, but for `choices`, which
  // may be any.
  static std::optional<std::uint64_t> first_match(std::uint64_t least, std::uint64_t fixed,
                                                  std::uint64_t choices) {
    std::uint64_t wrong = (least ^ fixed) & ~choices & (kPhysEnd - 1);
    if (wrong == 0) return least;
    while ((wrong & (wrong - 1)) != 0) wrong &= wrong - 1;  // the highest one decides
    const std::uint64_t above = choices & ~(wrong | (wrong - 1));
    // It has to become 1, which makes the number larger whatever is below,
    if ((fixed & wrong) != 0) return fixed | (least & above);
    // or 0, so that a choice above must grow.
    const std::uint64_t choice = ((least & above) - above) & above;
    if (choice == 0) return std::nullopt;
    return fixed | choice;
  }

  // What of `span` lies in memory.
  void add(Span span) {
    for (const memmap_range_t& m : memmap::plugin::ranges_of(in_)) {
      const Span part{std::max(span.base, m.base), std::min(span.end, m.end)};
      if (part.base < part.end) spans_.push_back(part);
    }
  }

  bool in_bounds(const char* option) const {
    if (spans_.size() <= kMostPieces) return true;
    host_.bad_option(option,
                     "names more than " + std::to_string(kMostPieces) + " pieces of memory");
    return false;
  }

  const memmap_trim_input_t& in_;
  const Host& host_;
  std::vector<Span> spans_{};
};

std::int32_t run(const memmap_trim_input_t* in, const memmap_host_t* host) {
  return memmap::plugin::guarded(host, [in](const Host& h) -> std::int32_t {
    const auto patterns = h.text("badram");
    const auto ranges = h.text("memmap");
    if (!patterns && !ranges) return h.bad_option("badram", "is missing, and so is `memmap`");
    Reader reader(*in, h);
    if (patterns && !reader.patterns(*patterns)) return MEMMAP_FAILED;
    if (ranges && !reader.ranges(*ranges)) return MEMMAP_FAILED;
    const auto pages = reader.pages();
    if (pages.empty()) h.warn("no bad address lies in memory");
    for (const Span s : pages) h.reserve(s.base, s.end, "bad memory");
    return MEMMAP_OK;
  });
}

constexpr memmap_option_t kOptions[] = {
    {sizeof(memmap_option_t), MEMMAP_OPTION_TEXT, "badram",
     "addresses and masks in turns, as memtest86+ prints them: 0x12345000,0xfffff000,...", nullptr,
     nullptr, 0, 0, 0, 0},
    {sizeof(memmap_option_t), MEMMAP_OPTION_TEXT, "memmap",
     "ranges, as memtest86+ prints them for memmap=: 0x1000$0x12345000,...", nullptr, nullptr, 0, 0,
     0, 0},
};

constexpr memmap_trim_t kTrim = {sizeof(memmap_trim_t), MEMMAP_HOOK_MEMBLOCK_FILLED, run};

const void* get_interface(const char* id) {
  return memmap::plugin::is_interface(id, MEMMAP_TRIM_1) ? &kTrim : nullptr;
}

}  // namespace

const memmap_plugin_t memmap_plugin = memmap::plugin::describe(
    "trim_badram", "1.0", "Reserves pages of bad memory", get_interface, kOptions, 2);
