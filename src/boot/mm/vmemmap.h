// The map of struct pages (vmemmap): what it takes of memblock while sections are set up.
#pragma once

#include <cstdint>
#include <optional>

#include "boot/boot.h"

namespace memmap::boot {

inline constexpr unsigned kSectionShift = 27;  // SECTION_SIZE_BITS
inline constexpr std::uint64_t kSection = 1ull << kSectionShift;
inline constexpr std::uint64_t kPagesPerSection = kSection >> kPageShift;

// Each function that returns false has run out of memory, and has told nothing.
class Vmemmap {
 public:
  explicit Vmemmap(Boot& boot);

  // One block for the struct pages of a node's `sections`, with Behaviour::sparse_has_buffer; what is
  // left of it goes back. kernel: sparse_buffer_init(), sparse_buffer_fini()
  void allocate_buffer(int nid, std::uint64_t sections);
  void free_buffer();

  // Maps the struct pages of sections [first, end), by number, with 2 MiB pages out of the buffer, then
  // of memblock: at once as far as a table reaches and the buffer or a row of memblock's lasts; with
  // small ones section by section.
  // kernel: __populate_section_memmap(), vmemmap_populate_hugepages()
  bool populate(std::uint64_t first, std::uint64_t end, int nid);

  // Maps the struct pages of a huge page: the first page of them is its own, all others are `tail`, or
  // the first once more without one. kernel: vmemmap_populate_hvo(), mm/sparse-vmemmap.c, v6.18, v7.2
  bool populate_hvo(PhysRange huge, int nid, std::optional<PhysAddr> tail);
  // Takes that back and maps them with pages of their own. kernel: vmemmap_undo_hvo(), v6.18
  bool undo_hvo(PhysRange huge, int nid);
  // A page for `tail`. kernel: vmemmap_get_tail(), v7.2
  std::optional<PhysAddr> allocate_tail(int nid);

 private:
  std::uint64_t take_large(std::uint64_t at, std::uint64_t end);
  std::uint64_t take_row(std::uint64_t at, std::uint64_t end, int nid);
  bool populate_small(std::uint64_t start, std::uint64_t end, int nid);
  bool populate_tables(std::uint64_t at, int nid);
  bool table(unsigned level, std::uint64_t virt, const kernel::Function& function, int nid);
  void map_page(std::uint64_t virt, std::uint64_t phys, std::uint64_t size, std::uint64_t pages);
  std::optional<PhysAddr> take(std::uint64_t size, int nid);
  std::optional<memblock::Memblock::Row> take_large_row(std::uint64_t count, int nid);
  std::optional<PhysAddr> take_buffered(std::uint64_t size, std::uint64_t align);
  std::optional<PhysAddr> block(std::uint64_t size, int nid, const memblock::Caller& caller);
  memblock::Purpose owner(int nid);
  memblock::Caller taker(std::uint64_t size, int nid);
  std::uint64_t struct_page(PhysAddr of) const;  // its virtual address

  Boot& boot_;
  std::uint64_t page_bytes_;
  PhysAddr limit_;  // of allocations for struct pages
  std::uint64_t vmemmap_;
  std::optional<std::uint64_t> last_large_{};  // the map's last 2 MiB page that is there, by number
  std::uint64_t buffer_ = 0;                   // sparsemap_buf
  std::uint64_t buffer_end_ = 0;
};

}  // namespace memmap::boot
