#include "numa/emulate.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>

#include "base/align.h"
#include "kernel/command_line.h"

namespace memmap::numa {
namespace {

constexpr std::uint64_t kUnit = 32 * kMiB;     // FAKE_NODE_MIN_SIZE
constexpr std::uint64_t kDma32End = 4 * kGiB;  // numa_emu_dma_end()

class Emulator {
 public:
  Emulator(std::span<const NodeBlock> physical, std::span<const int> parsed,
           std::span<const memblock::Region> memory, unsigned nodes_shift)
      : left_(physical.begin(), physical.end()),
        nodes_(parsed.begin(), parsed.end()),
        memory_(memory),
        max_nodes_(std::uint64_t{1} << nodes_shift) {
    result_.from.assign(max_nodes_, -1);
  }

  Emulation run(std::string_view command, std::uint64_t max_addr) {
    if (command.find('U') != command.npos) {
      result_.done = each_node_uniformly(kernel::simple_strtoull(command).value);
    } else if (command.find_first_of("MG") != command.npos) {
      const std::uint64_t size = kernel::memparse(command).value;
      const std::uint64_t least = capacity(0, max_addr, hole(0, max_addr), max_nodes_);
      result_.done = size != 0 && split(nodes_, at_least(size, least), max_nodes_, 0, Holes::count);
    } else {
      result_.done = interleave(kernel::simple_strtoull(command).value, max_addr);
    }
    return std::move(result_);
  }

 private:
  enum class Holes { count, ignore };

  // Bytes of [start, end) that are no memory, whole pages. kernel: mem_hole_size()
  std::uint64_t hole(std::uint64_t start, std::uint64_t end) const {
    const std::uint64_t first = raw(pfn_up(PhysAddr{start}));
    const std::uint64_t last = raw(pfn_down(PhysAddr{end}));
    if (first >= last) return 0;
    std::uint64_t absent = last - first;
    for (const memblock::Region& r : memory_) {
      const std::uint64_t from = std::clamp(raw(pfn_up(r.range.base())), first, last);
      const std::uint64_t to = std::clamp(raw(pfn_down(r.range.end())), first, last);
      if (from < to) absent -= to - from;
    }
    return absent << kPageShift;
  }

  // kernel: uniform_size()
  static std::uint64_t capacity(std::uint64_t start, std::uint64_t end, std::uint64_t holes,
                                std::uint64_t nodes) {
    return (((end >> kPageShift) - (start >> kPageShift) - (holes >> kPageShift)) / nodes)
           << kPageShift;
  }

  static std::uint64_t at_least(std::uint64_t size, std::uint64_t least) {
    least = align_up(std::max(least, kUnit), kUnit);
    return align_down(std::max(size, least), kUnit);
  }

  // The end of a part that holds `size` bytes of memory, or `limit`. kernel: find_end_of_node()
  std::uint64_t end_with(std::uint64_t start, std::uint64_t end, std::uint64_t limit,
                         std::uint64_t size) const {
    while (end - start - hole(start, end) < size) {
      end += kUnit;
      if (end > limit) return limit;
    }
    return end;
  }

  // A rest below 4 GiB that is too small for a part goes to this one.
  std::uint64_t with_rest_of_dma32(std::uint64_t end) const {
    const bool small = end < kDma32End && kDma32End - end - hole(end, kDma32End) < kUnit;
    return small ? kDma32End : end;
  }

  // kernel: emu_setup_memblk(); false: too many blocks
  bool take(std::size_t index, int nid, std::uint64_t size) {
    if (result_.blocks.size() >= 2 * max_nodes_) return false;  // NR_NODE_MEMBLKS
    NodeBlock& block = left_[index];
    const std::uint64_t base = raw(block.range.base());
    const std::uint64_t end = base + size;
    const PhysRange part = PhysRange::make(base, end);
    result_.blocks.push_back({part, nid});
    int& from = result_.from[static_cast<std::size_t>(nid)];
    if (from < 0) from = block.nid;
    result_.events.push_back(
        {Severity::info,
         {},
         "emu_setup_memblk(), mm/numa_emulation.c",
         "Faking node " + std::to_string(nid) + " (" + std::to_string(size >> 20) + "MB)",
         part});
    const std::uint64_t limit = raw(block.range.end());
    if (end >= limit) {
      left_.erase(left_.begin() + static_cast<std::ptrdiff_t>(index));
    } else {
      block.range = PhysRange::make(end, limit);
    }
    return true;
  }

  std::optional<std::size_t> block_of(int nid) const {
    const auto found = std::ranges::find(left_, nid, &NodeBlock::nid);
    if (found == left_.end()) return std::nullopt;
    return static_cast<std::size_t>(found - left_.begin());
  }

  // Takes parts in turns from `nodes` until nothing is left of them. `end_of`: of a part, from its
  // start, its block's end and the number of the part.
  template <class EndOf>
  bool fill(std::set<int> nodes, std::uint64_t new_nodes, std::uint64_t first,
            const EndOf& end_of) {
    made_ = first;
    while (!nodes.empty()) {
      for (auto node = nodes.begin(); node != nodes.end();) {
        const auto index = block_of(*node);
        if (!index) {
          node = nodes.erase(node);
          continue;
        }
        const std::uint64_t start = raw(left_[*index].range.base());
        const std::uint64_t limit = raw(left_[*index].range.end());
        const std::uint64_t end = end_of(start, limit, made_);
        const int nid = static_cast<int>(made_++ % new_nodes);
        if (!take(*index, nid, std::min(end, limit) - start)) return false;
        ++node;
      }
    }
    return true;
  }

  // kernel: split_nodes_interleave()
  bool interleave(std::uint64_t count, std::uint64_t max_addr) {
    if (count == 0 || count > ~0u >> 1) return false;
    count = std::min(count, max_nodes_);
    std::uint64_t size = ((max_addr - hole(0, max_addr)) >> kPageShift) / count << kPageShift;
    const std::uint64_t big = (size & (kUnit - 1)) * count / kUnit;
    size = align_down(size, kUnit);
    if (size == 0) return false;
    return fill(nodes_, count, 0, [&](std::uint64_t start, std::uint64_t limit, std::uint64_t n) {
      std::uint64_t end = start + size + (n < big ? kUnit : 0);
      end = with_rest_of_dma32(end_with(start, end, limit, size));
      return end >= limit || limit - end - hole(end, limit) < size ? limit : end;
    });
  }

  // kernel: split_nodes_size_interleave_uniform()
  bool split(const std::set<int>& nodes, std::uint64_t size, std::uint64_t new_nodes,
             std::uint64_t first, Holes holes) {
    return fill(nodes, new_nodes, first,
                [&](std::uint64_t start, std::uint64_t limit, std::uint64_t) {
                  std::uint64_t end = start + size;
                  if (holes == Holes::count) end = end_with(start, end, limit, size);
                  end = with_rest_of_dma32(end);
                  const bool last = end < limit && limit - end - hole(end, limit) < size;
                  return holes == Holes::count && last ? limit : end;
                });
  }

  bool each_node_uniformly(std::uint64_t count) {
    if (count == 0) return false;
    std::uint64_t made = 0;
    for (std::size_t i = 0; i < nodes_.size() && !left_.empty(); ++i) {
      const NodeBlock block = left_.front();
      const std::uint64_t least =
          capacity(raw(block.range.base()), raw(block.range.end()), 0, count);
      if (!split({block.nid}, at_least(least, least), max_nodes_, made, Holes::ignore))
        return false;
      if (made_ != made && made_ - made < count) return false;
      made = made_;
    }
    return true;
  }

  std::vector<NodeBlock> left_;  // what is not split yet
  std::set<int> nodes_;
  std::span<const memblock::Region> memory_;
  std::uint64_t max_nodes_;
  std::uint64_t made_ = 0;
  Emulation result_{};
};

}  // namespace

Emulation emulate(std::string_view command, std::span<const NodeBlock> physical,
                  std::span<const int> parsed, std::span<const memblock::Region> memory,
                  Pfn max_pfn, unsigned nodes_shift) {
  return Emulator(physical, parsed, memory, nodes_shift).run(command, raw(phys_of(max_pfn)));
}

}  // namespace memmap::numa
