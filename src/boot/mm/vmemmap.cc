#include "boot/mm/vmemmap.h"

#include <algorithm>

#include "base/align.h"
#include "boot/owner.h"
#include "paging/geometry.h"

namespace memmap::boot {
namespace {

constexpr PhysAddr kMaxDmaAddress{16 * kMiB};  // __pa(MAX_DMA_ADDRESS)

}  // namespace

Vmemmap::Vmemmap(Boot& boot)
    : boot_(boot),
      page_bytes_(boot.in.profile.size_of(type::page)),
      limit_(boot.in.behaviour.struct_pages_not_traced ? memblock::kAllocNoleaktrace
                                                       : memblock::kAllocAccessible),
      vmemmap_(raw(boot.state.page_tables.bases().vmemmap)) {}

void Vmemmap::allocate_buffer(int nid, std::uint64_t sections) {
  const std::uint64_t map_size = align_up(page_bytes_ * kPagesPerSection, paging::kSize2M);
  const std::uint64_t size = map_size * sections;
  const memblock::Caller caller =
      boot_.caller(owner(nid), {function::sparse_buffer_init, function::sparse_init_nid});
  const auto found = boot_.in.behaviour.sparse_buffer_on_node
                         ? boot_.state.memblock.alloc_exact_nid_raw(size, map_size, kMaxDmaAddress,
                                                                    limit_, nid, caller)
                         : boot_.state.memblock.alloc_try_nid_raw(size, kPageSize, kMaxDmaAddress,
                                                                  limit_, nid, caller);
  buffer_ = buffer_end_ = raw(found.value_or(PhysAddr{}));
  if (found) buffer_end_ += size;
}

void Vmemmap::free_buffer() {
  if (buffer_ < buffer_end_) {
    boot_.state.memblock.phys_free(
        PhysAddr{buffer_}, buffer_end_ - buffer_,
        boot_.caller({}, {function::sparse_buffer_fini, function::sparse_init_nid}));
  }
  buffer_ = buffer_end_ = 0;
}

bool Vmemmap::populate(std::uint64_t first, std::uint64_t last, int nid) {
  const std::uint64_t bytes = page_bytes_ * kPagesPerSection;
  const std::uint64_t end = vmemmap_ + last * bytes;
  for (std::uint64_t at = vmemmap_ + first * bytes, next = 0; at < end; at = next) {
    if (!populate_tables(at, nid)) return false;
    const std::uint64_t table_end = align_down(at, paging::kSize1G) + paging::kSize1G;
    next = take_large(at, std::min(end, table_end));
    if (next == at) next = take_row(at, std::min(end, table_end), nid);
    if (next > at) continue;
    const std::uint64_t section_end = at + bytes - (at - vmemmap_) % bytes;
    next = std::min(section_end, align_down(at, paging::kSize2M) + paging::kSize2M);
    if (!populate_small(at, next, nid)) return false;
  }
  return true;
}

std::uint64_t Vmemmap::struct_page(PhysAddr of) const {
  return vmemmap_ + (raw(of) >> kPageShift) * page_bytes_;
}

bool Vmemmap::populate_hvo(PhysRange huge, int nid, std::optional<PhysAddr> tail) {
  const std::uint64_t end = struct_page(huge.end());
  for (std::uint64_t at = struct_page(huge.base()); at < end; at += kPageSize) {
    if (!populate_tables(at, nid)) return false;
    if (!table(1, at, function::vmemmap_pmd_populate, nid)) return false;
    const bool own = at == struct_page(huge.base());
    const auto page = own ? take(kPageSize, nid) : tail;
    if (!page) return false;
    map_page(at, raw(*page), kPageSize, 1);
    if (!tail) tail = page;
  }
  return true;
}

bool Vmemmap::undo_hvo(PhysRange huge, int nid) {
  paging::AddressSpace& tables = boot_.state.page_tables;
  const std::uint64_t start = struct_page(huge.base());
  const std::uint64_t end = struct_page(huge.end());
  if (const paging::Mapping* first = tables.find(VirtAddr{start})) {
    boot_.state.memblock.phys_free(PhysAddr{raw(first->phys) + (start - raw(first->virt))},
                                   kPageSize, {"vmemmap_undo_hvo", {}});
  }
  tables.unmap(VirtAddr{start}, end - start);
  return populate_small(start, end, nid);
}

std::optional<PhysAddr> Vmemmap::allocate_tail(int nid) {
  return block(kPageSize, nid,
               boot_.caller(owner(nid), {function::vmemmap_alloc_block_zero,
                                         function::vmemmap_alloc_block_zero_constprop_0}));
}

// Takes the 2 MiB pages of [at, end) out of the buffer, as many as it has; where it stops. [at, end) lies
// in the reach of one table.
std::uint64_t Vmemmap::take_large(std::uint64_t at, std::uint64_t end) {
  if (!boot_.in.features.pse || buffer_ == 0) return at;
  const std::uint64_t first = at / paging::kSize2M;
  // The last page of the section before may hold this one's first struct pages.
  const std::uint64_t had = last_large_ == first ? 1 : 0;
  const std::uint64_t wanted = align_up(end, paging::kSize2M) / paging::kSize2M - first - had;
  const std::uint64_t start = align_up(buffer_, paging::kSize2M);
  const std::uint64_t room = start < buffer_end_ ? (buffer_end_ - start) / paging::kSize2M : 0;
  const std::uint64_t taken = std::min(wanted, room);
  if (taken != 0) {
    take_buffered(taken * paging::kSize2M, paging::kSize2M);
    map_page((first + had) * paging::kSize2M, start, paging::kSize2M, taken);
    last_large_ = first + had + taken - 1;
  }
  return taken + had == 0 ? at : std::min(end, (first + had + taken) * paging::kSize2M);
}

// The same of memblock, where the buffer has no more: as many as it gives in a row.
std::uint64_t Vmemmap::take_row(std::uint64_t at, std::uint64_t end, int nid) {
  if (!boot_.in.features.pse) return at;
  const std::uint64_t first = at / paging::kSize2M;
  if (last_large_ == first) return std::min(end, (first + 1) * paging::kSize2M);
  const auto row = take_large_row(align_up(end, paging::kSize2M) / paging::kSize2M - first, nid);
  if (!row) return at;
  for (std::uint64_t n = 0; n < row->count; ++n) {
    map_page((first + n) * paging::kSize2M, raw(row->first) - n * paging::kSize2M, paging::kSize2M,
             1);
  }
  last_large_ = first + row->count - 1;
  return std::min(end, (first + row->count) * paging::kSize2M);
}

bool Vmemmap::populate_small(std::uint64_t start, std::uint64_t end, int nid) {
  for (std::uint64_t at = start; at < end; at += kPageSize) {
    if (!table(1, at, function::vmemmap_pmd_populate, nid)) return false;
    const auto found = take(kPageSize, nid);
    if (!found) return false;
    map_page(align_down(at, kPageSize), raw(*found), kPageSize, 1);
  }
  return true;
}

bool Vmemmap::populate_tables(std::uint64_t at, int nid) {
  const bool five = boot_.state.page_tables.levels() == 5;
  return (!five || table(4, at, function::vmemmap_pgd_populate, nid)) &&
         table(3, at, function::vmemmap_p4d_populate, nid) &&
         table(2, at, function::vmemmap_pud_populate, nid);
}

// True: it is there now. kernel: vmemmap_alloc_block_zero()
bool Vmemmap::table(unsigned level, std::uint64_t virt, const kernel::Function& function, int nid) {
  paging::AddressSpace& tables = boot_.state.page_tables;
  if (tables.table(level, VirtAddr{virt})) return true;
  const auto page = block(kPageSize, nid,
                          boot_.caller(owner::kPageTablesOfStructPages,
                                       {function::vmemmap_alloc_block_zero,
                                        function::vmemmap_alloc_block_zero_constprop_0, function}));
  return page && tables.add_table(level, VirtAddr{virt}, {*page, paging::TableOrigin::memblock});
}

// kernel: vmemmap_set_pmd(), vmemmap_pte_populate(): PAGE_KERNEL_LARGE, PAGE_KERNEL
void Vmemmap::map_page(std::uint64_t virt, std::uint64_t phys, std::uint64_t size,
                       std::uint64_t pages) {
  boot_.state.page_tables.map({.virt = VirtAddr{virt},
                               .phys = PhysAddr{phys},
                               .page_size = size,
                               .pages = pages,
                               .flags = paging::kernel_flags(boot_.in.features)});
}

// Of the buffer, else of memblock. kernel: vmemmap_alloc_block_buf()
std::optional<PhysAddr> Vmemmap::take(std::uint64_t size, int nid) {
  if (const auto found = take_buffered(size, size)) return found;
  return block(size, nid, taker(size, nid));
}

// Up to `count` of 2 MiB, each right below the one before.
std::optional<memblock::Memblock::Row> Vmemmap::take_large_row(std::uint64_t count, int nid) {
  using Row = memblock::Memblock::Row;
  if (boot_.story.hears_each_call()) {
    const auto one = take(paging::kSize2M, nid);
    return one ? std::optional(Row{*one, 1}) : std::nullopt;
  }
  if (const auto one = take_buffered(paging::kSize2M, paging::kSize2M)) return Row{*one, 1};
  return boot_.state.memblock.alloc_try_nid_raw_row(count, paging::kSize2M, kMaxDmaAddress, limit_,
                                                    nid, taker(paging::kSize2M, nid));
}

// Who takes struct pages' memory where the buffer has none.
memblock::Caller Vmemmap::taker(std::uint64_t size, int nid) {
  if (boot_.in.behaviour.sparse_has_buffer)
    return boot_.caller(owner(nid), {function::vmemmap_alloc_block});
  return {size == kPageSize ? "vmemmap_populate_address" : "vmemmap_populate_hugepages",
          owner(nid)};
}

// nullopt: the buffer has not as much. kernel: sparse_buffer_alloc()
std::optional<PhysAddr> Vmemmap::take_buffered(std::uint64_t size, std::uint64_t align) {
  const std::uint64_t at = align_up(buffer_, align);
  if (buffer_ == 0 || at + size > buffer_end_) return std::nullopt;
  if (at > buffer_) {
    boot_.state.memblock.phys_free(PhysAddr{buffer_}, at - buffer_,
                                   boot_.caller({}, {function::sparse_buffer_alloc}));
  }
  buffer_ = at + size;
  return PhysAddr{at};
}

std::optional<PhysAddr> Vmemmap::block(std::uint64_t size, int nid,
                                       const memblock::Caller& caller) {
  return boot_.state.memblock.alloc_try_nid_raw(size, size, kMaxDmaAddress, limit_, nid, caller);
}

memblock::Purpose Vmemmap::owner(int nid) { return boot_.story.of_node(owner::kStructPages, nid); }

}  // namespace memmap::boot
