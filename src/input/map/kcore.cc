#include "input/map/kcore.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/align.h"
#include "base/number.h"
#include "input/firmware/little_endian.h"
#include "input/text/lines.h"

namespace memmap::input {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kMagic =
    "\x7f"
    "ELF\x02\x01"sv;  // 64 bits, little endian
constexpr std::size_t kSegmentBytes = 56;
constexpr std::uint16_t kCore = 4;       // ET_CORE
constexpr std::uint16_t kMachine = 62;   // EM_X86_64
constexpr std::uint16_t kMany = 0xffff;  // PN_XNUM: the number stands elsewhere
constexpr std::uint32_t kLoad = 1;       // PT_LOAD
constexpr std::uint64_t kNoAddress = ~std::uint64_t{0};
constexpr std::uint64_t kImageSpace = 0xffffffff80000000;  // __START_KERNEL_map
constexpr std::uint64_t kLeastVmalloc = std::uint64_t{1} << 44;

struct Segment {
  std::uint64_t virt = 0;
  std::uint64_t phys = 0;
  std::uint64_t size = 0;
};

Error fault(const std::string& name, std::string message, std::uint64_t offset) {
  return Error{.message = std::move(message), .origin = {.file = name, .offset = offset}};
}

std::optional<VirtAddr> multiple_of(std::uint64_t step, std::uint64_t at) {
  if (at < KaslrBases::kLowest || !is_aligned(at, step)) return std::nullopt;
  return VirtAddr{at};
}

std::vector<Segment> segments_of(std::string_view bytes) {
  std::vector<Segment> out;
  const auto count = little_endian<std::uint16_t>(bytes, 56);
  std::size_t at = little_endian<std::uint64_t>(bytes, 32);
  for (std::size_t i = 0; i < count; ++i, at += kSegmentBytes) {
    if (little_endian<std::uint32_t>(bytes, at) != kLoad) continue;
    out.push_back({little_endian<std::uint64_t>(bytes, at + 16),
                   little_endian<std::uint64_t>(bytes, at + 24),
                   little_endian<std::uint64_t>(bytes, at + 40)});
  }
  return out;
}

// All RAM lies in the direct map as far above its physical address.
std::optional<VirtAddr> page_offset_of(const std::vector<Segment>& segments) {
  std::optional<std::uint64_t> base;
  for (const Segment& s : segments) {
    if (s.phys == kNoAddress || s.virt >= kImageSpace) continue;
    if (base && *base != s.virt - s.phys) return std::nullopt;
    base = s.virt - s.phys;
  }
  return base ? multiple_of(KaslrBases::kAreaStep, *base) : std::nullopt;
}

}  // namespace

Result<std::size_t> kcore_headers(const std::string& name, std::string_view bytes) {
  if (bytes.size() < kElfHeaderBytes || !bytes.starts_with(kMagic) ||
      little_endian<std::uint16_t>(bytes, 16) != kCore ||
      little_endian<std::uint16_t>(bytes, 18) != kMachine) {
    return fault(name, "is no ELF core of x86-64, as /proc/kcore is", 0);
  }
  const auto offset = little_endian<std::uint64_t>(bytes, 32);
  const auto count = little_endian<std::uint16_t>(bytes, 56);
  if (offset != kElfHeaderBytes || count == 0 || count == kMany ||
      little_endian<std::uint16_t>(bytes, 54) != kSegmentBytes) {
    return fault(name, "its program headers do not follow its header, as those of /proc/kcore do",
                 32);
  }
  return kElfHeaderBytes + count * kSegmentBytes;
}

// kernel: kcore_update_ram(), get_sparsemem_vmemmap_info(), proc_kcore_text_init(), fs/proc/kcore.c, v6.12
Result<KernelPlaces> places_in_kcore(const std::string& name, std::string_view bytes) {
  const auto size = kcore_headers(name, bytes);
  if (!size) return size.errors();
  if (bytes.size() < *size) return fault(name, "cut within its program headers", bytes.size());
  const std::vector<Segment> segments = segments_of(bytes);
  KernelPlaces out;
  const bool has_addresses =
      std::ranges::find(segments, kNoAddress, &Segment::phys) != segments.end();
  std::optional<std::uint64_t> vmalloc;
  std::optional<std::uint64_t> vmemmap;
  for (const Segment& s : segments) {
    const bool has_address = has_addresses && s.phys != kNoAddress;
    if (s.virt >= kImageSpace) {  // modules too, which have no physical address
      if (has_addresses && !has_address) continue;
      if (!out.kaslr.kernel_virt_base)
        out.kaslr.kernel_virt_base = multiple_of(KaslrBases::kImageStep, s.virt);
      if (has_address && s.phys < Machine::kKernelEnd) out.kernel_phys_base = PhysAddr{s.phys};
    } else if (has_addresses && !has_address) {
      std::optional<std::uint64_t>& lowest = s.size >= kLeastVmalloc ? vmalloc : vmemmap;
      lowest = std::min(lowest.value_or(s.virt), s.virt);
    }
  }
  if (!has_addresses) return out;
  out.kaslr.page_offset_base = page_offset_of(segments);
  if (vmalloc) out.kaslr.vmalloc_base = multiple_of(KaslrBases::kAreaStep, *vmalloc);
  // The struct pages of the lowest RAM lie in the map's first GiB, which is that of 64 GiB.
  if (vmemmap) {
    out.kaslr.vmemmap_base =
        multiple_of(KaslrBases::kAreaStep, align_down(*vmemmap, KaslrBases::kAreaStep));
  }
  return out;
}

std::optional<VirtAddr> kernel_virt_base_in_kallsyms(std::string_view text) {
  Lines lines(text);
  while (const auto line = lines.next()) {
    if (!line->text.ends_with(" _text")) continue;
    const auto at = parse_hex(line->text.substr(0, line->text.find(' ')));
    if (at && *at >= kImageSpace) return multiple_of(KaslrBases::kImageStep, *at);
  }
  return std::nullopt;
}

}  // namespace memmap::input
