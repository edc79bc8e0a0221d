#include "kaslr/avoid.h"

#include <algorithm>
#include <optional>
#include <string>

#include "kernel/command_line.h"

namespace memmap::kaslr {
namespace {

// kernel: MAX_MEMMAP_REGIONS
constexpr std::size_t kMaxMemmapRegions = 4;
constexpr std::uint64_t kPudSize = std::uint64_t{1} << 30;
constexpr std::uint64_t kEfiMemorySp = 0x40000;

enum class ParseMode { memmap, efi_fake_mem };

// One item of memmap= or efi_fake_mem=. A start of 0 with a size: a limit. nullopt: not understood;
// the rest of the list is not looked at. kernel: parse_memmap()
std::optional<MemVector> parse_memmap(std::string_view item, ParseMode mode) {
  if (item.starts_with("exactmap")) return std::nullopt;
  const kernel::Parsed size = kernel::memparse(item);
  if (size.rest.size() == item.size()) return std::nullopt;
  if (size.rest.empty()) return MemVector{0, size.value};
  const std::string_view behind = size.rest.substr(1);
  switch (size.rest.front()) {
    case '#':
    case '$':
    case '!':
      return MemVector{kernel::memparse(behind).value, size.value};
    case '@':
      break;
    default:
      return MemVector{0, size.value};
  }
  if (mode == ParseMode::memmap) return MemVector{};  // RAM
  const kernel::Parsed start = kernel::memparse(behind);
  if (!start.rest.starts_with(':')) return MemVector{start.value, 0};
  const std::optional<std::uint64_t> flags = kernel::kstrtoul(start.rest.substr(1));
  return MemVector{start.value, flags && (*flags & kEfiMemorySp) != 0 ? size.value : 0};
}

// kernel: mem_avoid_memmap()
void mem_avoid_memmap(ParseMode mode, std::string_view list, MemOptions& out) {
  if (out.avoid.size() >= kMaxMemmapRegions) return;
  bool more = true;
  while (more && out.avoid.size() < kMaxMemmapRegions) {
    const std::size_t comma = list.find(',');
    const std::optional<MemVector> item = parse_memmap(list.substr(0, comma), mode);
    if (!item) return;
    more = comma != std::string_view::npos;
    if (more) list.remove_prefix(comma + 1);
    if (item->start != 0) {
      out.avoid.push_back(*item);
    } else if (item->size > 0 && item->size < out.mem_limit) {
      out.mem_limit = item->size;
    }
  }
  if (more) out.memmap_too_large = true;
}

// kernel: parse_gb_huge_pages()
class GbHugePages {
 public:
  void take(const kernel::Parameter& p, const kernel::Behaviour& behaviour, MemOptions& out) {
    if (!p.value) return;
    if (p.name == "hugepagesz") size_is_gb_ = kernel::memparse(*p.value).value == kPudSize;
    if (p.name != "hugepages" || !size_is_gb_) return;
    if (!behaviour.kaslr_reads_whole_hugepages) {
      out.gb_huge_pages = kernel::simple_strtoull(*p.value).value;
    } else if (const auto pages = kernel::kstrtoul(*p.value)) {
      out.gb_huge_pages = *pages;
    }
  }

 private:
  bool size_is_gb_ = false;
};

}  // namespace

MemOptions handle_mem_options(std::string_view command_line, std::uint64_t limit,
                              const kernel::Behaviour& behaviour) {
  MemOptions out;
  out.mem_limit = limit;
  GbHugePages huge_pages;
  const std::string_view kept = command_line.substr(0, kernel::kCommandLineSize - 1);
  for (const kernel::Parameter& p : kernel::parse_command_line(kept)) {
    if (p.name == "memmap" && p.value) {
      mem_avoid_memmap(ParseMode::memmap, *p.value, out);
    } else if (p.name.find("hugepages") != std::string::npos) {
      huge_pages.take(p, behaviour, out);
    } else if (p.name == "mem" && p.value && *p.value != "nopentium") {
      const std::uint64_t size = kernel::memparse(*p.value).value;
      if (size == 0) break;
      out.mem_limit = std::min(out.mem_limit, size);
    } else if (behaviour.kaslr_reads_efi_fake_mem && p.name == "efi_fake_mem" && p.value) {
      mem_avoid_memmap(ParseMode::efi_fake_mem, *p.value, out);
    }
  }
  return out;
}

}  // namespace memmap::kaslr
