#include "boot/early_windows.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <string>

#include "boot/rules.h"

namespace memmap::boot {

std::uint32_t early_page_flags(const Boot& boot) {
  const paging::Features& features = boot.in.features;
  if (!boot.state.mapped.empty()) return paging::kernel_flags(features);
  return paging::kWritable | paging::kGlobal | (features.nx ? paging::kNoExecute : 0u);
}

namespace {

// Every boot tells some dozens of windows: no format is parsed for them.
void append_hex(std::string& text, std::uint64_t number) {
  constexpr int kBase = 16;
  char digits[kBase];
  const auto end = std::to_chars(std::begin(digits), std::end(digits), number, kBase).ptr;
  text.append("0x").append(std::begin(digits), end);
}

// `early_memremap(0xf59d0, 0x24) => 0xffffffffff2009d0`
std::string remap_text(PhysAddr phys, std::uint64_t size, VirtAddr at) {
  std::string text;
  text.reserve(120);
  text = "early_memremap(";
  append_hex(text, raw(phys));
  text += ", ";
  append_hex(text, size);
  text += ") => ";
  append_hex(text, raw(at));
  return text;
}

std::optional<VirtAddr> map(Boot& boot, PhysAddr phys, std::uint64_t size) {
  return boot.state.early_ioremap.map(boot.state.page_tables, phys, size, early_page_flags(boot),
                                      boot.story);
}

bool unmap(Boot& boot, VirtAddr window, std::uint64_t size) {
  return boot.state.early_ioremap.unmap(boot.state.page_tables, window, size, boot.story);
}

}  // namespace

std::optional<VirtAddr> early_memremap(Boot& boot, PhysAddr phys, std::uint64_t size) {
  const auto at = map(boot, phys, size);
  if (at) {
    boot.story.tell(Severity::debug, rule::kEarlyMemremap,
                    remap_text(phys, size, *at).append(", ").append(boot.in.fixmap.name_of(*at)),
                    PhysRange::from_size(phys, size));
  }
  return at;
}

void early_memunmap(Boot& boot, VirtAddr window, std::uint64_t size) {
  if (!unmap(boot, window, size)) return;
  boot.story.tell(Severity::debug, rule::kEarlyMemunmap,
                  fmt::format("early_memunmap({:#x}, {:#x})", raw(window), size));
}

bool look_at(Boot& boot, PhysAddr phys, std::uint64_t size, Looks looks) {
  std::optional<VirtAddr> window;
  for (int left = looks == Looks::twice ? 2 : 1; left != 0; --left) {
    window = map(boot, phys, size);
    if (!window) return false;
    unmap(boot, *window, size);
  }
  boot.story.tell(Severity::debug, rule::kEarlyMemremap,
                  remap_text(phys, size, *window)
                      .append(looks == Looks::twice ? ", early_memunmap(); and once more"
                                                    : ", early_memunmap()"),
                  PhysRange::from_size(phys, size));
  return true;
}

void look_through(Boot& boot, PhysRange range) {
  constexpr std::uint64_t kMost = fixmap::kBtmapPages * kPageSize;
  if (range.empty()) return;
  const std::uint64_t offset = raw(range.base()) % kPageSize;
  const std::uint64_t first = std::min(range.size() + offset, kMost);
  look_at(boot, PhysAddr{raw(range.base()) - offset}, first);
  const std::uint64_t left = range.size() - (first - offset);
  if (left == 0) return;
  boot.story.tell(Severity::debug, rule::kCopyFromEarlyMem,
                  fmt::format("early_memremap() {} more times, {:#x} bytes each at most",
                              (left - 1) / kMost + 1, kMost),
                  PhysRange::make(raw(range.end()) - left, raw(range.end())));
}

}  // namespace memmap::boot
