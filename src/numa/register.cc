#include "numa/register.h"

#include <algorithm>
#include <cstdio>
#include <set>
#include <string>

#include "base/align.h"

namespace memmap::numa {
namespace {

constexpr std::uint64_t kNodeMinSize = 4 * kMiB;
constexpr std::uint64_t kCacheLine = 64;  // SMP_CACHE_BYTES

// `[mem 0x00000000-0x0009ffff]`, by the kernel's %#010Lx. C's %#x would leave out the 0x of a zero.
std::string mem(PhysRange r) {
  char text[80];
  std::snprintf(text, sizeof text, "[mem 0x%08llx-0x%08llx]",
                static_cast<unsigned long long>(raw(r.base())),
                static_cast<unsigned long long>(raw(r.end()) - 1));
  return text;
}

bool holds_memory(std::span<const memblock::Region> memory, PhysRange r) {
  return std::any_of(memory.begin(), memory.end(),
                     [&](const memblock::Region& m) { return m.range.overlaps(r); });
}

PhysRange span_of(PhysRange a, PhysRange b) {
  return PhysRange::make(std::min(raw(a.base()), raw(b.base())),
                         std::max(raw(a.end()), raw(b.end())));
}

class Registrar {
 public:
  Registrar(std::span<const memblock::Region> memory, const Options& options)
      : memory_(memory), options_(options) {}

  Registered run(const Parsed& parsed) {
    possible_.insert(parsed.nodes.begin(), parsed.nodes.end());
    for (const NodeBlock& b : parsed.blocks) {
      if (!add(b)) return finish(false);
    }
    trim();
    if (!join()) return finish(false);
    for (const NodeBlock& b : registered_.meminfo) possible_.insert(b.nid);
    if (possible_.empty()) return finish(false);
    return finish(covers_memory());
  }

 private:
  // NUMA's code moved to mm/numa_memblks.c.
  bool generic() const { return options_.behaviour.numa_is_generic; }

  void say(Severity severity, const char* step, std::string text,
           std::optional<PhysRange> range = {}) {
    registered_.events.push_back(
        {severity, step,
         Rule{step, generic() ? "mm/numa_memblks.c, v6.12" : "arch/x86/mm/numa.c, v6.1"},
         std::move(text), range});
  }

  // False: the array is full. kernel: numa_add_memblk_to()
  bool add(const NodeBlock& b) {
    if (b.range.empty()) return true;
    if (b.nid < 0 || b.nid >= 1 << options_.nodes_shift) {
      say(Severity::warning, "numa_add_memblk_to",
          "Warning: invalid memblk node " + std::to_string(b.nid) + " " + mem(b.range), b.range);
      return true;
    }
    if (registered_.meminfo.size() >= std::size_t{2} << options_.nodes_shift) {  // NR_NODE_MEMBLKS
      say(Severity::warning, "numa_add_memblk_to", "too many memblk ranges");
      return false;
    }
    registered_.meminfo.push_back(b);
    return true;
  }

  // kernel: numa_cleanup_meminfo(), `first, trim all entries`
  void trim() {
    std::uint64_t low = 0;
    std::uint64_t high = raw(phys_of(options_.max_pfn));
    if (generic() && !memory_.empty()) {
      low = raw(memory_.front().range.base());
      high = raw(memory_.back().range.end());
    }
    std::vector<NodeBlock> kept;
    for (const NodeBlock& b : registered_.meminfo) {
      if (!holds_memory(memory_, b.range)) {
        registered_.reserve_meminfo.push_back(b);
        continue;
      }
      const std::uint64_t base = std::max(raw(b.range.base()), low);
      const std::uint64_t end = std::min(raw(b.range.end()), high);
      if (raw(b.range.end()) > high) {
        const std::uint64_t from = std::max(high, raw(b.range.base()));
        registered_.reserve_meminfo.push_back({PhysRange::make(from, raw(b.range.end())), b.nid});
      }
      if (base < end) kept.push_back({PhysRange::make(base, end), b.nid});
    }
    registered_.meminfo = std::move(kept);
  }

  // False: two nodes overlap. kernel: numa_cleanup_meminfo(), `merge neighboring / overlapping
  // entries`
  bool join() {
    std::vector<NodeBlock>& blocks = registered_.meminfo;
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      for (std::size_t j = i + 1; j < blocks.size();) {
        NodeBlock& a = blocks[i];
        const NodeBlock& b = blocks[j];
        if (a.range.overlaps(b.range) && !allowed_overlap(a, b)) return false;
        if (a.nid != b.nid || other_node_in(span_of(a.range, b.range), a.nid)) {
          ++j;
          continue;
        }
        const PhysRange both = span_of(a.range, b.range);
        say(Severity::info, "numa_cleanup_meminfo",
            "NUMA: Node " + std::to_string(a.nid) + " " + mem(a.range) + " + " + mem(b.range) +
                " -> " + mem(both),
            both);
        a.range = both;
        blocks.erase(blocks.begin() + static_cast<std::ptrdiff_t>(j));
      }
    }
    return true;
  }

  bool allowed_overlap(const NodeBlock& a, const NodeBlock& b) {
    const bool same = a.nid == b.nid;
    std::string text = (same ? "Warning: node " : "node ") + std::to_string(a.nid) + " " +
                       mem(a.range) + " overlaps with ";
    text += same ? "itself " : "node " + std::to_string(b.nid) + " ";
    say(Severity::warning, "numa_cleanup_meminfo", text + mem(b.range), a.range.intersect(b.range));
    return same;
  }

  bool other_node_in(PhysRange range, int nid) const {
    return std::any_of(registered_.meminfo.begin(), registered_.meminfo.end(),
                       [&](const NodeBlock& b) { return b.nid != nid && b.range.overlaps(range); });
  }

  // kernel: numa_meminfo_cover_memory(), v6.1; memblock_validate_numa_coverage(), v6.12
  bool covers_memory() {
    std::uint64_t total = 0;
    std::uint64_t covered = 0;
    for (const memblock::Region& m : memory_) {
      total += pages(m.range);
      for (const NodeBlock& b : registered_.meminfo) covered += pages(m.range.intersect(b.range));
    }
    const std::uint64_t lost = total > covered ? (total - covered) << kPageShift : 0;
    if (lost < kMiB || (lost == kMiB && options_.behaviour.numa_may_lack_a_mib)) return true;
    if (options_.behaviour.numa_misses_gaps) {
      registered_.unseen = lost;
      return true;
    }
    if (!options_.behaviour.numa_memblock_covers) {
      say(Severity::warning, "numa_meminfo_cover_memory",
          "NUMA: nodes only cover " + std::to_string((covered << kPageShift) / kMiB) +
              "MB of your " + std::to_string((total << kPageShift) / kMiB) +
              "MB e820 RAM. Not used.");
    } else {
      say(Severity::warning, "memblock_validate_numa_coverage",
          "NUMA: no nodes coverage for " + std::to_string(lost / kMiB) + "MB of " +
              std::to_string((total << kPageShift) / kMiB) + "MB RAM");
    }
    return false;
  }

  static std::uint64_t pages(PhysRange r) {
    const std::uint64_t start = raw(pfn_up(r.base()));
    const std::uint64_t end = raw(pfn_down(r.end()));
    return start < end ? end - start : 0;
  }

  Registered finish(bool accepted) {
    registered_.accepted = accepted;
    registered_.possible.assign(possible_.begin(), possible_.end());
    registered_.nodes.blocks = registered_.meminfo;
    std::sort(
        registered_.nodes.blocks.begin(), registered_.nodes.blocks.end(),
        [](const NodeBlock& a, const NodeBlock& b) { return a.range.base() < b.range.base(); });
    std::map<int, PhysRange> spans;
    for (const NodeBlock& b : registered_.meminfo) {
      const auto [at, first] = spans.emplace(b.nid, b.range);
      if (!first) at->second = span_of(at->second, b.range);
    }
    std::set<int> online;
    for (const auto& [nid, span] : spans) {
      if (options_.behaviour.numa_takes_small_nodes || span.size() >= kNodeMinSize)
        online.insert(nid);
    }
    registered_.nodes.online.assign(online.begin(), online.end());
    return std::move(registered_);
  }

  std::span<const memblock::Region> memory_;
  const Options& options_;
  std::set<int> possible_;
  Registered registered_{};
};

}  // namespace

std::map<int, int> nodes_of_domains(std::span<const int> domains_as_met, unsigned nodes_shift) {
  std::map<int, int> nodes;
  for (const int domain : domains_as_met) {
    const int next = static_cast<int>(nodes.size());
    if (next < 1 << nodes_shift) nodes.emplace(domain, next);
  }
  return nodes;
}

Registered from_blocks(const Parsed& parsed, std::span<const memblock::Region> memory,
                       const Options& options) {
  return Registrar(memory, options).run(parsed);
}

std::vector<NodeDataRequest> node_data_requests(const Nodes& nodes, std::uint64_t pgdat_size,
                                                const kernel::Behaviour& behaviour) {
  const std::uint64_t unit = behaviour.numa_is_generic ? kCacheLine : kPageSize;
  std::vector<NodeDataRequest> requests;
  for (const int nid : nodes.online) {
    requests.push_back({nid, align_up(pgdat_size, unit), kCacheLine});
  }
  return requests;
}

}  // namespace memmap::numa
