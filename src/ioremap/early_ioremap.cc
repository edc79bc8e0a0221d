#include "ioremap/early_ioremap.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "base/align.h"

namespace memmap::ioremap {
namespace {

constexpr std::string_view kFile = "mm/early_ioremap.c";
constexpr Rule kMap{"__early_ioremap", kFile};            // v6.12 and v7.2
constexpr Rule kUnmap{"early_iounmap", kFile};            // v6.12 and v7.2
constexpr Rule kLeak{"check_early_ioremap_leak", kFile};  // v6.12 and v7.2

void tell(EventSink& sink, Severity severity, const Rule& rule, std::string text) {
  sink.tell({.severity = severity, .rule = rule, .text = std::move(text)});
}

// `%p` of the kernel's: hidden as long as it has no random key, which is the whole time here.
std::string pointer(VirtAddr at, const EarlyIoremap::Words& words) {
  return words.plain_pointers ? fmt::format("{:016x}", raw(at)) : "(____ptrval____)";
}

// `%pa`
std::string phys_text(PhysAddr phys) { return fmt::format("{:#018x}", raw(phys)); }

// A WARN_ON(), which prints where it stands alone.
std::string warn_on(const Rule& rule, std::string_view why) {
  return fmt::format("WARNING: at {} {}: {}", rule.file, rule.function, why);
}

// Pages that [address, address + size) touches: an unsigned int in the kernel, which 16 TiB wrap.
std::uint32_t pages_of(std::uint64_t address, std::uint64_t size) {
  const std::uint64_t first = align_down(address, kPageSize);
  return static_cast<std::uint32_t>((align_up(address + size, kPageSize) - first) >> kPageShift);
}

}  // namespace

std::optional<VirtAddr> EarlyIoremap::map(paging::AddressSpace& tables, PhysAddr phys,
                                          std::uint64_t size, std::uint32_t flags,
                                          EventSink& sink) {
  if (system_runs_) {
    tell(sink, Severity::warning, kMap,
         warn_on(kMap, "the system runs; ioremap() is there for it"));
  }
  const auto free = std::ranges::find_if(windows_, &Window::is_free);
  if (free == windows_.end()) {
    tell(sink, Severity::warning, kMap,
         fmt::format("__early_ioremap({}, {:08x}) not found slot", phys_text(phys), size));
    return std::nullopt;
  }
  if (size == 0 || raw(phys) + size - 1 < raw(phys)) {
    tell(sink, Severity::warning, kMap,
         warn_on(kMap, size == 0 ? "a size of 0" : "the range wraps"));
    return std::nullopt;
  }
  free->size = size;
  const std::uint32_t pages = pages_of(raw(phys), size);
  if (pages > fixmap::kBtmapPages) {
    tell(sink, Severity::warning, kMap,
         warn_on(kMap, fmt::format("{} pages, a window has {}", pages, fixmap::kBtmapPages)));
    return std::nullopt;
  }
  const auto window = static_cast<std::size_t>(free - windows_.begin());
  const VirtAddr start = start_of(window);
  const std::uint64_t offset = raw(phys) & (kPageSize - 1);
  const PhysAddr page{raw(phys) - offset};
  if (pages != 0) tables.map({start, page, kPageSize, pages, flags});
  free->at = VirtAddr{raw(start) + offset};
  free->phys = phys;
  if (words.debug) {
    // The kernel's variables have moved on by then: behind the last page, to whole pages.
    const std::uint64_t whole = align_up(raw(phys) + size, kPageSize) - raw(page);
    std::uint64_t first = raw(start);
    std::uint64_t second = offset;
    if (!words.offset_last) std::swap(first, second);
    tell(sink, Severity::info, kMap,
         fmt::format("__early_ioremap({}, {:08x}) [{}] => {:08x} + {:08x}",
                     phys_text(PhysAddr{raw(page) + pages * kPageSize}), whole, window, first,
                     second));
  }
  return free->at;
}

bool EarlyIoremap::unmap(paging::AddressSpace& tables, VirtAddr at, std::uint64_t size,
                         EventSink& sink) {
  // Of address 0 the kernel takes the first that is free.
  const auto held = std::ranges::find(windows_, at, &Window::at);
  if (held == windows_.end()) {
    tell(sink, Severity::warning, kUnmap,
         fmt::format("early_iounmap({}, {:08x}) not found slot", pointer(at, words), size));
    return false;
  }
  const auto window = static_cast<std::size_t>(held - windows_.begin());
  if (held->size != size) {
    tell(sink, Severity::warning, kUnmap,
         fmt::format("early_iounmap({}, {:08x}) [{}] size not consistent {:08x}",
                     pointer(at, words), size, window, held->size));
    return false;
  }
  if (words.debug) {
    tell(sink, Severity::info, kUnmap,
         fmt::format("early_iounmap({}, {:08x}) [{}]", pointer(at, words), size, window));
  }
  if (held->is_free()) {
    tell(sink, Severity::warning, kUnmap, warn_on(kUnmap, "an address below the windows"));
    return false;
  }
  if (const std::uint32_t pages = pages_of(raw(at) & (kPageSize - 1), size); pages != 0) {
    tables.unmap(start_of(window), pages * kPageSize);
  }
  held->at = VirtAddr{0};
  return true;
}

unsigned EarlyIoremap::held() const {
  return static_cast<unsigned>(
      std::ranges::count_if(windows_, [](const Window& w) { return !w.is_free(); }));
}

void EarlyIoremap::check_leaks(EventSink& sink) const {
  if (held() == 0) return;
  tell(sink, Severity::warning, kLeak,
       fmt::format("Debug warning: early ioremap leak of {} areas detected.", held()));
  tell(sink, Severity::warning, kLeak,
       "please boot with early_ioremap_debug and report the dmesg.");
}

}  // namespace memmap::ioremap
