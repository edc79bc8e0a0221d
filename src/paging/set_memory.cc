#include "paging/set_memory.h"

#include <algorithm>
#include <initializer_list>

#include "base/align.h"

namespace memmap::paging {
namespace {

VirtAddr operator+(VirtAddr a, std::uint64_t bytes) { return VirtAddr{raw(a) + bytes}; }
PhysAddr operator+(PhysAddr a, std::uint64_t bytes) { return PhysAddr{raw(a) + bytes}; }

bool overlaps(std::uint64_t start, std::uint64_t size, std::uint64_t from, std::uint64_t to) {
  return start < to && from < start + size;
}

// Bytes from `at` to the nearest of `bounds` above it.
std::uint64_t until(std::uint64_t at, std::initializer_list<std::uint64_t> bounds) {
  std::uint64_t nearest = ~std::uint64_t{0};
  for (const std::uint64_t bound : bounds) {
    if (bound > at) nearest = std::min(nearest, bound - at);
  }
  return nearest;
}

}  // namespace

void SetMemory::change(VirtAddr virt, std::uint64_t pages, const Change& what) {
  while (pages != 0) {
    const Mapping* run = tables_.find(virt);
    std::uint64_t done = 1;
    if (run != nullptr) {
      const PhysAddr phys = run->phys + (raw(virt) - raw(run->virt));
      // A page of the tables is changed at once, wherever its aliases begin and end.
      const std::uint64_t page = (run->page_size - raw(virt) % run->page_size) / kPageSize;
      done = change_some(virt, std::min(pages, std::max(one_alias(virt, phys), page)), what);
      if (what.aliases) change_aliases(virt, phys, done, what);
    }
    virt = virt + done * kPageSize;
    pages -= done;
  }
}

// kernel: __change_page_attr(), __should_split_large_page()
std::uint64_t SetMemory::change_some(VirtAddr virt, std::uint64_t pages, const Change& what) {
  const Mapping run = *tables_.find(virt);
  const VirtAddr page{align_down(raw(virt), run.page_size)};
  const PhysAddr phys = run.phys + (raw(page) - raw(run.virt));
  const std::uint64_t all = run.page_size / kPageSize;
  const std::uint64_t left = run.pages - (raw(page) - raw(run.virt)) / run.page_size;
  // How many pages of the run's size are changed whole, and alike.
  std::uint64_t whole = virt == page ? std::min(pages / all, left) : 0;
  if (what.unmap) {
    if (whole != 0) {
      tables_.unmap(page, whole * run.page_size);
      return whole * all;
    }
  } else {
    const std::uint32_t wanted = what.of(run.flags);
    if (wanted == run.flags) {
      const std::uint64_t rest = all - (raw(virt) - raw(page)) / kPageSize;
      return whole != 0 ? whole * all : std::min(pages, rest);
    }
    whole = std::min(whole, alike(page, phys, run.page_size));
    const std::uint32_t flags = allowed(wanted, page, phys, run.page_size);
    if (run.page_size == kSize4K || (whole != 0 && flags == wanted)) {
      tables_.map({page, phys, run.page_size, whole, flags});
      return whole * all;
    }
  }
  split(run, virt);
  return change_some(virt, pages, what);
}

// Up to the next place where allowed() may answer otherwise.
std::uint64_t SetMemory::alike(VirtAddr virt, PhysAddr phys, std::uint64_t size) const {
  const std::uint64_t text = raw(image_.text);
  const auto phys_of = [&](VirtAddr v) { return raw(image_.phys) + (raw(v) - text); };
  const std::uint64_t bytes =
      std::min(until(raw(virt), {text, align_up(raw(image_.etext), kPageSize)}),
               until(raw(phys), {align_down(phys_of(image_.start_rodata), kPageSize),
                                 align_down(phys_of(image_.end_rodata), kPageSize)}));
  return std::max<std::uint64_t>(bytes / size, 1);
}

// How many whole pages from here on have their aliases, if any, in a row.
std::uint64_t SetMemory::one_alias(VirtAddr virt, PhysAddr phys) const {
  std::uint64_t bytes = until(raw(virt), {raw(image_.text), raw(image_.brk_end)});
  const std::uint64_t size = raw(image_.brk_end) - raw(image_.text);
  bytes = std::min(bytes, until(raw(phys), {raw(image_.phys), raw(image_.phys) + size}));
  for (const PhysRange& r : mapped_)
    bytes = std::min(bytes, until(raw(phys), {raw(r.base()), raw(r.end())}));
  return bytes / kPageSize;
}

// kernel: cpa_process_alias()
void SetMemory::change_aliases(VirtAddr virt, PhysAddr phys, std::uint64_t pages,
                               const Change& what) {
  if (!is_mapped(phys)) return;
  Change alias = what;
  alias.aliases = false;
  alias.set &= ~kNoExecute;
  alias.clear &= ~kNoExecute;
  const VirtAddr direct = tables_.bases().page_offset + raw(phys);
  if (virt != direct) change(direct, pages, alias);
  const bool in_image = virt >= image_.text && virt < image_.brk_end;
  const std::uint64_t size = raw(image_.brk_end) - raw(image_.text);
  if (!in_image && phys >= image_.phys && raw(phys) - raw(image_.phys) < size)
    change(image_.text + (raw(phys) - raw(image_.phys)), pages, alias);
}

// kernel: __split_large_page()
void SetMemory::split(const Mapping& run, VirtAddr virt) {
  const std::uint64_t smaller = run.page_size == kSize1G ? kSize2M : kSize4K;
  const VirtAddr page{align_down(raw(virt), run.page_size)};
  if (count_ != nullptr && is_mapped(run.phys + (raw(virt) - raw(run.virt))))
    count_->split(leaf_level(run.page_size));
  tables_.add_table(leaf_level(smaller), page, {.origin = TableOrigin::page_allocator});
  tables_.map(
      {page, run.phys + (raw(page) - raw(run.virt)), smaller, run.page_size / smaller, run.flags});
}

// protect_kernel_text_ro() is asked of pages of 4 KiB alone, which it leaves as they are.
// kernel: static_protections(), protect_kernel_text(), protect_rodata()
std::uint32_t SetMemory::allowed(std::uint32_t flags, VirtAddr virt, PhysAddr phys,
                                 std::uint64_t size) const {
  const std::uint64_t text = raw(image_.text);
  if (overlaps(raw(virt), size, text, raw(image_.etext))) flags &= ~kNoExecute;
  if (!read_only_) return flags;
  const auto phys_of = [&](VirtAddr v) { return raw(image_.phys) + (raw(v) - text); };
  if (overlaps(raw(phys), size, align_down(phys_of(image_.start_rodata), kPageSize),
               align_down(phys_of(image_.end_rodata), kPageSize)))
    flags &= ~kWritable;
  return flags;
}

bool SetMemory::is_mapped(PhysAddr phys) const {
  return std::ranges::any_of(mapped_, [&](const PhysRange& r) { return r.contains(phys); });
}

}  // namespace memmap::paging
