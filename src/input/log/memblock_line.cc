#include "input/log/memblock_line.h"

#include <algorithm>
#include <limits>

#include "base/align.h"
#include "input/text/scan.h"

namespace memmap::input {
namespace {

using memblock::CallKind;
using replay::List;

constexpr std::uint64_t kTop = std::numeric_limits<std::uint64_t>::max();

constexpr std::uint64_t kMostEntries = 1ull << 32;

struct Operation {
  std::string_view name;
  std::optional<CallKind> kind;  // nullopt: touches no list
};
// Every function of memblock that logs. memblock_free() was memblock_phys_free()'s name
// before 5.16, memblock_reserve() is __memblock_reserve() since 6.16.
constexpr Operation kOperations[] = {
    {"memblock_add", CallKind::add},
    {"memblock_add_node", CallKind::add},
    {"memblock_remove", CallKind::remove},
    {"memblock_reserve", CallKind::reserve},
    {"__memblock_reserve", CallKind::reserve},
    {"memblock_phys_free", CallKind::free},
    {"memblock_free", CallKind::free},
    {"memblock_phys_alloc_range", CallKind::alloc},
    {"memblock_alloc_try_nid", CallKind::alloc},
    {"memblock_alloc_try_nid_raw", CallKind::alloc},
    {"memblock_alloc_exact_nid_raw", CallKind::alloc},
    {"memblock_alloc_hugetlb", CallKind::alloc},
    {"memblock_free_late", std::nullopt},
    {"memblock_physmem_add", std::nullopt},
};

constexpr bool is_name(char c) { return is_letter(c) || is_digit(c) || c == '_'; }

// Takes a line apart from its front; the first thing that is not as expected is the fault.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool failed() const { return fault_.has_value(); }
  LineFault fault() const { return *fault_; }
  std::string_view rest() const { return rest_; }

  void fail(std::string_view part, std::string message) {
    if (!fault_) fault_ = LineFault{part, std::move(message)};
  }
  bool maybe(std::string_view text) { return !failed() && eat(rest_, text); }
  void expect(std::string_view text) {
    if (!failed() && !eat(rest_, text)) fail(word(), "expected `" + std::string(text) + "`");
  }
  void blanks() {
    if (failed()) return;
    const std::string_view before = rest_;
    while (eat(rest_, " ") || eat(rest_, "\t") || eat(rest_, "#011")) {
    }
    if (before.size() == rest_.size()) fail(word(), "expected a blank");
  }
  std::uint64_t hex() {
    const std::string_view at = word();
    if (failed()) return 0;
    const auto value = rest_.starts_with("0x") ? take_hex(rest_) : std::nullopt;
    if (!value) fail(at, "expected a hexadecimal number of at most 64 bits (0x...)");
    return value.value_or(0);
  }
  std::uint64_t decimal() {
    const std::string_view at = word();
    if (failed()) return 0;
    const auto value = take_decimal(rest_);
    if (!value) fail(at, "expected a decimal number");
    return value.value_or(0);
  }
  int node() {
    const std::string_view at = word();
    const bool negative = maybe("-");
    const std::uint64_t value = decimal();
    if (value > 1'000'000) fail(at, "no node has such a number");
    if (failed()) return memblock::kAnyNode;
    return negative ? -static_cast<int>(value) : static_cast<int>(value);
  }
  std::uint32_t flags() {
    const std::string_view at = word();
    if (failed()) return 0;
    const auto value = take_hex(rest_);
    if (!value || *value > std::numeric_limits<std::uint32_t>::max()) fail(at, "expected flags");
    return static_cast<std::uint32_t>(value.value_or(0));
  }
  // `[0x...-0x...]`, the last byte inclusive. Of no bytes: the last one is that before the first.
  PhysRange range() {
    expect("[");
    const std::string_view at = rest_;
    const std::uint64_t base = hex();
    expect("-");
    const std::uint64_t last = hex();
    const std::string_view all = at.substr(0, at.size() - rest_.size());
    expect("]");
    if (failed()) return {};
    if (last < base && last + 1 != base) fail(all, "the range ends before it starts");
    if (failed()) return {};
    return PhysRange::make(base, last == kTop ? kTop : last + 1);
  }

 private:
  // What a message points at: up to the next blank.
  std::string_view word() const { return rest_.substr(0, rest_.find_first_of(" \t")); }

  std::string_view rest_;
  std::optional<LineFault> fault_{};
};

template <class T>
MemblockLine done(const Scanner& s, T value) {
  if (s.failed()) return s.fault();
  return value;
}

// `setup_arch+0xb83/0xcc0`
std::string caller(Scanner& s) {
  const std::string_view text = trim(s.rest());
  if (text.empty()) s.fail(s.rest(), "the line is cut: the calling function is missing");
  return std::string(text.substr(0, text.find('+')));
}

MemblockLine read_range_call(Scanner s, replay::LoggedCall call) {
  call.range = s.range();
  s.blanks();
  if (s.maybe("nid=")) {
    call.nid = s.node();
    s.blanks();
  }
  if (s.maybe("flags=") || s.maybe("flags ")) {
    call.flags = s.flags();
    s.blanks();
  }
  call.caller = caller(s);
  return done(s, std::move(call));
}

// `24576 bytes align=0x1000 nid=-1 from=0x... max_addr=0x... caller`
MemblockLine read_request(Scanner s, replay::LoggedCall call) {
  const std::string_view number = s.rest();
  call.size = s.decimal();
  if (!s.failed() && call.size == 0) s.fail(number.substr(0, 1), "a request for no bytes");
  s.expect(" bytes align=");
  const std::string_view at = s.rest();
  call.align = s.hex();
  if (!s.failed() && call.align != 0 && !is_power_of_two(call.align)) {
    s.fail(at.substr(0, at.size() - s.rest().size()), "an alignment is a power of two");
  }
  s.blanks();
  if (call.operation != "memblock_phys_alloc_range" || s.rest().starts_with("nid=")) {
    s.expect("nid=");
    call.nid = s.node();
    s.blanks();
  }
  s.expect("from=");
  call.from = PhysAddr{s.hex()};
  s.blanks();
  s.expect("max_addr=");
  call.max_addr = PhysAddr{s.hex()};
  s.blanks();
  call.caller = caller(s);
  return done(s, std::move(call));
}

// `1073741824 bytes, nid=0, exact_nid=0 caller`: aligned to its size, from anywhere.
MemblockLine read_hugetlb_request(Scanner s, replay::LoggedCall call) {
  const std::string_view number = s.rest();
  call.size = call.align = s.decimal();
  if (!s.failed() && !is_power_of_two(call.size)) {
    s.fail(number.substr(0, number.size() - s.rest().size()), "a huge page is a power of two");
  }
  s.expect(" bytes, nid=");
  call.nid = s.node();
  s.expect(", exact_nid=");
  call.exact_nid = s.decimal() != 0;
  s.blanks();
  call.caller = caller(s);
  return done(s, std::move(call));
}

// ` is doubled to 256 at [0x...-0x...]`; a failure to double changes nothing.
std::optional<MemblockLine> read_growth(std::string_view text) {
  replay::LoggedGrowth growth;
  if (eat(text, "reserved is doubled to ")) {
    growth.list = List::reserved;
  } else if (eat(text, "memory is doubled to ")) {
    growth.list = List::memory;
  } else {
    return std::nullopt;
  }
  Scanner s(text);
  const std::string_view number = s.rest();
  growth.max = s.decimal();
  if (!s.failed() && (growth.max == 0 || growth.max > kMostEntries)) {
    s.fail(number.substr(0, number.size() - s.rest().size()), "no array has that many entries");
  }
  s.expect(" at ");
  growth.array = s.range();
  return done(s, growth);
}

// The rest of ` memory[0x0]...` from its index on.
MemblockLine read_region(std::string_view text, List list) {
  Scanner s(text);
  DumpRegion row{.list = list};
  row.index = s.hex();
  s.expect("]");
  s.blanks();
  const std::string_view place = s.rest();
  const PhysRange range = s.range();
  s.expect(", ");
  const std::string_view at = s.rest();
  const std::uint64_t size = s.hex();
  const std::string_view number = at.substr(0, at.size() - s.rest().size());
  s.expect(" bytes");
  s.blanks();
  if (s.maybe("on node ")) {
    row.region.nid = s.node();
    s.blanks();
  }
  s.expect("flags: ");
  row.region.flags = s.flags();
  if (s.failed()) return s.fault();
  if (!trim(s.rest()).empty()) return LineFault{trim(s.rest()), "expected the end of the line"};
  const bool dummy = size == 0 && range == PhysRange::make(0, kTop);
  if (!dummy && size != range.size()) return LineFault{number, "the range is of another size"};
  if (!dummy && size == 0) return LineFault{place.substr(0, 1), "a region of no bytes"};
  row.region.range = dummy ? PhysRange{} : range;
  return row;
}

// Lines of a dump.
std::optional<MemblockLine> read_dump_line(std::string_view text) {
  if (eat(text, "MEMBLOCK configuration")) return DumpHead{};
  if (eat(text, "memory size = ")) {
    Scanner s(text);
    DumpSizes sizes;
    sizes.memory = s.hex();
    s.blanks();
    s.expect("reserved size = ");
    sizes.reserved = s.hex();
    return done(s, sizes);
  }
  for (const List list : {List::memory, List::reserved}) {
    std::string_view rest = text;
    if (!eat(rest, list == List::memory ? "memory" : "reserved")) continue;
    if (rest.starts_with("[0x")) return read_region(rest.substr(1), list);
    if (!eat(rest, ".cnt")) return std::nullopt;
    Scanner s(rest);
    s.blanks();
    s.expect("=");
    s.blanks();
    const DumpCount count{list, s.hex()};
    return done(s, count);
  }
  if (text.starts_with("physmem.cnt") || text.starts_with("physmem[0x")) return NoList{};
  return std::nullopt;
}

}  // namespace

std::optional<MemblockLine> read_memblock_line(std::string_view text) {
  if (eat(text, "memblock: ")) return read_growth(text);
  if (!text.starts_with("memblock_") && !text.starts_with("__memblock_")) {
    return read_dump_line(text);
  }
  const auto end = std::ranges::find_if_not(text, is_name);
  const std::string_view name(text.begin(), end);
  if (!text.substr(name.size()).starts_with(": ")) {
    // In prose the name may stand too; a line that ends here was cut.
    const bool known =
        std::ranges::find(kOperations, name, &Operation::name) != std::end(kOperations);
    const bool cut = trim(text.substr(name.size())) == ":" || trim(text) == name;
    if (known && cut) return LineFault{text.substr(name.size()), "the line is cut behind its name"};
    return std::nullopt;
  }
  const auto operation = std::ranges::find(kOperations, name, &Operation::name);
  if (operation == std::end(kOperations)) return UnknownOperation{};
  if (!operation->kind) return NoList{};
  replay::LoggedCall call;
  call.kind = *operation->kind;
  call.operation = std::string(name);
  const Scanner s(skip_blanks(text.substr(name.size() + 1)));
  if (name == "memblock_alloc_hugetlb") return read_hugetlb_request(s, std::move(call));
  return call.kind == CallKind::alloc ? read_request(s, std::move(call))
                                      : read_range_call(s, std::move(call));
}

}  // namespace memmap::input
