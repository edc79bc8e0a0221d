// How the clean-up lays registers over memory: as the kernel counts, in KiB and modulo 2^64, odd
// settings of a user's included.
// kernel: x86_setup_var_mtrrs(), arch/x86/kernel/cpu/mtrr/cleanup.c, v6.1 to v7.2
#include "boot/x86/mtrr_layout.h"

#include <algorithm>
#include <bit>

namespace memmap::boot::mtrr {
namespace {

// kernel: ALIGN(), which takes any `to` for a power of two
std::uint64_t aligned(std::uint64_t value, std::uint64_t to) {
  return (value + to - 1) & ~(to - 1);
}

class Layout {
 public:
  Layout(std::size_t count, Setting setting)
      : gran_(setting.gran >> 10), chunk_(setting.chunk >> 10), registers_(count) {}

  // kernel: set_var_mtrr_range()
  void add(std::uint64_t base, std::uint64_t size) {
    if (used_ >= registers_.size()) return;
    // What follows directly, or lies in the first MiB, belongs to the range before.
    if (base <= 1024 || start_ + size_ == base) {
      size_ = base + size - start_;
      return;
    }
    const std::uint64_t taken = size_ == 0 ? 0 : write(base, size);
    start_ = base + taken;
    size_ = size - taken;
  }

  void finish() {
    if (size_ != 0) write(0, 0);
  }

  std::size_t used() const { return used_; }
  Registers take() && { return std::move(registers_); }

 private:
  // Ranges of a power of two each, at multiples of their size. kernel: range_to_mtrr()
  void put(std::uint64_t start, std::uint64_t size, MtrrType type) {
    while (size != 0 && used_ < registers_.size()) {
      const int most = start == 0 ? 63 : std::countr_zero(start);
      const int order = std::min(static_cast<int>(std::bit_width(size)) - 1, most);
      const std::uint64_t piece = std::uint64_t{1} << order;
      registers_[used_++] = {in_bytes(start, piece), type};
      start += piece;
      size -= piece;
    }
  }

  // A page is the least that a register has; what would wrap ends at the end of all addresses.
  static PhysRange in_bytes(std::uint64_t start, std::uint64_t size) {
    constexpr std::uint64_t kTop = ~std::uint64_t{0} << kPageShift;
    const std::uint64_t first = start > kTop >> 10 ? kTop : start << 10 & kTop;
    const std::uint64_t bytes = size > kTop >> 10 ? kTop : size << 10 & kTop;
    return PhysRange::make(first, bytes > kTop - first ? kTop : first + bytes);
  }

  // Writes the range that has been put together. The next one begins at `base`; both are 0 where there
  // is none. Returns how much of the next one is covered as well.
  //
  //   memory        |====range====|   hole   |==next==|
  //   one register  |--------------------------|             write-back, a multiple of the chunk
  //   another                     |----------|               uncachable
  //
  // kernel: range_to_mtrr_with_hole()
  std::uint64_t write(std::uint64_t base, std::uint64_t size) {
    const std::uint64_t first = aligned(start_, gran_);
    if (first > base && base != 0) return 0;
    size_ -= first - start_;
    std::uint64_t whole = aligned(size_, gran_);
    while (whole > size_) {
      whole -= gran_;
      if (whole == 0) return 0;
    }
    size_ = whole;
    std::uint64_t large = aligned(size_, chunk_);
    if (large == size_) {
      put(start_, size_, MtrrType::write_back);
      return 0;
    }
    if (size != 0) large = cut_back(large, base + size);
    std::uint64_t second = 0;
    std::uint64_t hole = 0;
    while (true) {
      const std::uint64_t end = start_ + large;
      if (end > base && end <= base + size) second = end - base;
      if (large <= size_) break;
      hole = large - size_ - second;
      // The hole has to be less than half of it.
      if (hole < large >> 1 || large < chunk_) break;
      large -= chunk_;
      second = 0;
      hole = 0;
    }
    const std::uint64_t end = start_ + large;
    put(start_, large, MtrrType::write_back);
    if (large < size_) put(end, size_ - large, MtrrType::write_back);
    put(end - hole - second, hole, MtrrType::uncachable);
    return second;
  }

  // Chunk by chunk until it ends at `limit` or before, or nothing is left.
  std::uint64_t cut_back(std::uint64_t large, std::uint64_t limit) const {
    if (start_ + large <= limit || chunk_ == 0) return large;
    const std::uint64_t chunks = (start_ + large - limit - 1) / chunk_ + 1;
    return chunks > large / chunk_ ? 0 : large - chunks * chunk_;
  }

  std::uint64_t gran_;
  std::uint64_t chunk_;
  std::uint64_t start_ = 0;  // of the range that is put together
  std::uint64_t size_ = 0;
  Registers registers_;
  std::size_t used_ = 0;
};

}  // namespace

LaidOut lay_out(const std::vector<PhysRange>& memory, std::size_t count, Setting setting) {
  Layout layout(count, setting);
  for (const PhysRange r : memory) layout.add(raw(r.base()) >> 10, r.size() >> 10);
  layout.finish();
  const std::size_t used = layout.used();
  return {std::move(layout).take(), used};
}

}  // namespace memmap::boot::mtrr
