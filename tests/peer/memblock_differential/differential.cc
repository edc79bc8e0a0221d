// Usage: differential [first seed] [seeds]. Prints the operations that led to a difference.
#include <sys/mman.h>

#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "memblock/iterate.h"
#include "memblock/memblock.h"
#include "support/kernel_memblock/kernel_memblock.h"

namespace {

using memmap::PhysAddr;
using memmap::PhysRange;
using memmap::raw;
using memmap::memblock::Memblock;

// All memory lies in a mapping at a fixed place, so that the kernel's arrays can grow into it;
// reservations may lie anywhere.
constexpr std::uint64_t kArena = 1ull << 45;
constexpr std::uint64_t kArenaSize = 64 << 20;

class Run {
 public:
  Run(std::uint64_t seed, bool mirrored)
      : random_(seed), options_(options(seed, mirrored)), mb_(behaviour(), options_) {
    // Some seeds crowd the lists, so that they grow; some use odd addresses.
    unit_ = seed % 3 == 0 ? 64 : 4096;
    crowded_ = seed % 4 == 0;
    mb_.set_event_sink([this](const memmap::Event& e) {
      if (e.severity == memmap::Severity::debug) return;
      if (e.text.rfind("dump_stack()", 0) == 0) return;  // the suite's header prints nothing for it
      // kernel_memblock.h: kmb_printed()
      if (e.text.find("deprecated") != std::string::npos) return;
      ++events_;
      if (e.severity == memmap::Severity::panic) std::abort();
    });
    kmb_reset();
    kmb_allow_resize();
    mb_.allow_resize();
    kmb_set_switches(options_.movable_node, options_.mirrored_kernelcore);
  }

  bool go(int steps) {
    both("add", kmb_add(kArena, kArenaSize / 4), mb_.add(PhysAddr{kArena}, kArenaSize / 4));
    if (options_.mirrored_kernelcore) {
      both("mark_mirror 0 0", kmb_mark(KMB_MARK_MIRROR, 0, 0), mb_.mark_mirror(PhysAddr{}, 0));
    }
    for (int i = 0; i < steps && good_; ++i) {
      if (crowded_ && i < 400) {
        crowd();
      } else {
        operate();
      }
      compare();
    }
    return good_;
  }
  const std::string& story() const { return story_; }
  bool grew() const { return mb_.memory().array || mb_.reserved().array; }
  std::uint64_t allocated() const { return allocated_; }

 private:
  static memmap::memblock::Options options(std::uint64_t seed, bool mirrored) {
    memmap::memblock::Options o;
    o.smp_cache_bytes = 32;  // of the tools' headers
    o.movable_node = seed % 5 == 0;
    o.mirrored_kernelcore = mirrored;
    return o;
  }
  static memmap::kernel::Behaviour behaviour() {
    return memmap::kernel::behaviour_of(*memmap::kernel::parse_version(KERNEL_VERSION), 4);
  }

  std::uint64_t pick(std::uint64_t n) { return random_() % n; }
  std::uint64_t in_arena() { return kArena + pick(kArenaSize / unit_) * unit_; }
  std::uint64_t length() {
    switch (pick(8)) {
      case 0:
        return pick(kArenaSize);
      case 1:
        return 0;
      case 2:
        return unit_ * (1 + pick(2000));
      default:
        return unit_ * (1 + pick(40));
    }
  }
  std::uint64_t anywhere() {
    switch (pick(12)) {
      case 0:
        return pick(1 << 20);
      case 1:
        return ~0ull - pick(1 << 16);
      case 2:
        return random_();
      default:
        return in_arena();
    }
  }
  std::uint64_t in_memory_size(std::uint64_t base) {
    return std::min(length(), kArena + kArenaSize - base);
  }
  int node() { return static_cast<int>(pick(5)) - 1; }

  void tell(const std::string& what) { story_ += what + "\n"; }
  void fail(const std::string& what) {
    tell("DIFFERENCE: " + what);
    good_ = false;
  }
  void both(const std::string& what, int kernel, bool ours) {
    tell(what);
    if ((kernel == 0) != ours) fail(what + " returns " + std::to_string(kernel));
  }
  void both(const std::string& what, std::uint64_t kernel, std::optional<PhysAddr> ours) {
    tell(what);
    if (ours) ++allocated_;
    if (kernel != (ours ? raw(*ours) : 0)) {
      fail(what + ": kernel " + std::to_string(kernel) + ", ours " +
           std::to_string(ours ? raw(*ours) : 0));
    }
  }
  static std::string text(const char* name, std::initializer_list<std::uint64_t> values) {
    std::string out = name;
    char buffer[24];
    for (const std::uint64_t v : values) {
      std::snprintf(buffer, sizeof buffer, " %#llx", static_cast<unsigned long long>(v));
      out += buffer;
    }
    return out;
  }

  void crowd() {
    const std::uint64_t base = pick(2) == 0 ? in_arena() : (1ull << 40) + pick(1 << 20) * 8192;
    both(text("reserve", {base, 64}), kmb_reserve(base, 64), mb_.reserve(PhysAddr{base}, 64));
    if (pick(8) != 0) return;
    const std::uint64_t at = in_arena();
    both(text("add", {at, 64}), kmb_add_node(at, 64, 1, 0), mb_.add_node(PhysAddr{at}, 64, 1, 0));
  }

  void operate() {
    const std::uint64_t base = in_arena();
    const std::uint64_t size = in_memory_size(base);
    const PhysAddr at{base};
    switch (pick(24)) {
      case 0:
        return both(text("add", {base, size}), kmb_add(base, size), mb_.add(at, size));
      case 1: {
        const int nid = static_cast<int>(pick(4));
        const auto flags = static_cast<std::uint32_t>(pick(4) == 0 ? 1 + pick(8) : 0);
        return both(text("add_node", {base, size, std::uint64_t(nid), flags}),
                    kmb_add_node(base, size, nid, flags), mb_.add_node(at, size, nid, flags));
      }
      case 2: {
        const std::uint64_t a = anywhere(), n = length();
        return both(text("remove", {a, n}), kmb_remove(a, n), mb_.remove(PhysAddr{a}, n));
      }
      case 3:
      case 4:
      case 5: {
        const std::uint64_t a = anywhere(), n = length();
        return both(text("reserve", {a, n}), kmb_reserve(a, n), mb_.reserve(PhysAddr{a}, n));
      }
      case 6:
      case 7:
      case 8: {
        const std::uint64_t a = anywhere(), n = length();
        return both(text("phys_free", {a, n}), kmb_phys_free(a, n), mb_.phys_free(PhysAddr{a}, n));
      }
      case 9:
        return both(text("mark_hotplug", {base, size}), kmb_mark(KMB_MARK_HOTPLUG, base, size),
                    mb_.mark_hotplug(at, size));
      case 10:
        return both(text("clear_hotplug", {base, size}), kmb_mark(KMB_CLEAR_HOTPLUG, base, size),
                    mb_.clear_hotplug(at, size));
      case 11:
        return both(text("mark_mirror", {base, size}), kmb_mark(KMB_MARK_MIRROR, base, size),
                    mb_.mark_mirror(at, size));
      case 12:
        return both(text("mark_nomap", {base, size}), kmb_mark(KMB_MARK_NOMAP, base, size),
                    mb_.mark_nomap(at, size));
      case 13:
        return both(text("clear_nomap", {base, size}), kmb_mark(KMB_CLEAR_NOMAP, base, size),
                    mb_.clear_nomap(at, size));
      case 14: {
        const int nid = node();
        return both(text("set_node", {base, size, std::uint64_t(nid)}),
                    kmb_set_node(KMB_MEMORY, base, size, nid), mb_.set_node(at, size, nid));
      }
      case 15: {
        const int nid = node();
        return both(text("set_node reserved", {base, size, std::uint64_t(nid)}),
                    kmb_set_node(KMB_RESERVED, base, size, nid),
                    mb_.set_reserved_node(at, size, nid));
      }
      case 16:
        return limit();
      case 17: {
        const bool up = pick(2) == 0;
        kmb_set_bottom_up(up);
        mb_.set_bottom_up(up);
        const std::uint64_t to = pick(3) == 0 ? in_arena() : ~0ull;
        kmb_set_current_limit(to);
        mb_.set_current_limit(PhysAddr{to});
        return tell(text("bottom_up, current_limit", {up, to}));
      }
      default:
        return allocate();
    }
  }

  void limit() {
    const std::uint64_t base = in_arena();
    switch (pick(12)) {
      case 0: {
        const std::uint64_t size = kArenaSize / 2 + pick(kArenaSize);
        tell(text("cap_memory_range", {base, size}));
        kmb_cap_memory_range(base, size);
        return mb_.cap_memory_range(PhysAddr{base}, size);
      }
      case 1: {
        const std::uint64_t size = pick(kArenaSize);
        tell(text("mem_limit_remove_map", {size}));
        kmb_mem_limit_remove_map(size);
        return mb_.mem_limit_remove_map(size);
      }
      case 2: {
        const std::uint64_t size = pick(kArenaSize);
        tell(text("enforce_memory_limit", {size}));
        kmb_enforce_memory_limit(size);
        return mb_.enforce_memory_limit(size);
      }
      case 3: {
        const std::uint64_t align = 4096ull << pick(4);
        tell(text("trim_memory", {align}));
        kmb_trim_memory(align);
        return mb_.trim_memory(align);
      }
      default:
        return;
    }
  }

  void allocate() {
    const std::uint64_t size = 1 + pick(pick(3) == 0 ? kArenaSize / 8 : 20000);
    const std::uint64_t align = pick(10) == 0 ? 0 : 1ull << pick(22);
    const std::uint64_t from = pick(2) == 0 ? 0 : anywhere();
    const std::uint64_t to = pick(2) == 0 ? pick(2) : pick(3) == 0 ? ~0ull : anywhere();
    const int nid = pick(12) == 0 ? 16 : node();
    const PhysAddr min{from}, max{to};
    switch (pick(4)) {
      case 0:
        return both(text("phys_alloc_range", {size, align, from, to}),
                    kmb_phys_alloc_range(size, align, from, to),
                    mb_.phys_alloc_range(size, align, min, max));
      case 1:
        return both(text("phys_alloc_try_nid", {size, align, std::uint64_t(nid)}),
                    kmb_phys_alloc_try_nid(size, align, nid),
                    mb_.phys_alloc_try_nid(size, align, nid));
      case 2:
        return both(text("alloc_try_nid_raw", {size, align, from, to, std::uint64_t(nid)}),
                    kmb_alloc(KMB_TRY_NID_RAW, size, align, from, to, nid),
                    mb_.alloc_try_nid_raw(size, align, min, max, nid));
      default:
        return both(text("alloc_exact_nid_raw", {size, align, from, to, std::uint64_t(nid)}),
                    kmb_alloc(KMB_EXACT_NID_RAW, size, align, from, to, nid),
                    mb_.alloc_exact_nid_raw(size, align, min, max, nid));
    }
  }

  void compare_list(const char* name, const kmb_list& k, const memmap::memblock::RegionType& t) {
    if (k.cnt != mb_.cnt(t) || k.max != t.max || k.total_size != t.total_size) {
      return fail(text(name, {k.cnt, k.max, k.total_size}) + " against" +
                  text("", {mb_.cnt(t), t.max, t.total_size}));
    }
    const auto regions = t.list.regions();
    for (std::size_t i = 0; i < regions.size(); ++i) {
      const auto& r = regions[i];
      const kmb_region& o = k.regions[i];
      if (raw(r.range.base()) == o.base && r.range.size() == o.size && r.flags == o.flags &&
          r.nid == o.nid) {
        continue;
      }
      return fail(text(name, {i, o.base, o.size, o.flags, std::uint64_t(o.nid)}) + " against" +
                  text("", {raw(r.range.base()), r.range.size(), r.flags, std::uint64_t(r.nid)}));
    }
  }

  void compare() {
    if (!good_) return;
    compare_list("memory", kmb_get(KMB_MEMORY), mb_.memory());
    compare_list("reserved", kmb_get(KMB_RESERVED), mb_.reserved());
    const std::uint64_t printed = kmb_printed();
    if (printed != events_) {
      fail(text("printed", {printed}) + text(", ours", {events_}) +
           "; the kernel last: " + kmb_last_format());
    }
    const std::uint64_t a = anywhere(), n = length();
    const PhysAddr at{a};
    if (kmb_is_memory(a) != mb_.is_memory(at) || kmb_is_map_memory(a) != mb_.is_map_memory(at) ||
        kmb_is_reserved(a) != mb_.is_reserved(at) ||
        kmb_is_region_memory(a, n) != mb_.is_region_memory(at, n) ||
        kmb_is_region_reserved(a, n) != mb_.is_region_reserved(at, n)) {
      fail(text("questions at", {a, n}));
    }
    if (pick(8) == 0) compare_ranges();
  }

  void compare_ranges() {
    using memmap::memblock::Direction;
    const int nid = node();
    const auto flags = static_cast<std::uint32_t>(pick(16));
    const bool down = pick(2) == 0;
    std::vector<kmb_region> theirs(mb_.memory().list.size() + mb_.reserved().list.size() + 1);
    theirs.resize(kmb_free_mem_ranges(nid, flags, down, theirs.data(), theirs.size()));
    std::erase_if(theirs, [](const kmb_region& r) { return r.size == 0; });
    const auto ours =
        memmap::memblock::free_mem_ranges(mb_, nid, flags, down ? Direction::down : Direction::up);
    if (theirs.size() != ours.size()) return fail("number of free ranges");
    for (std::size_t i = 0; i < ours.size(); ++i) {
      if (raw(ours[i].range.base()) != theirs[i].base || ours[i].range.size() != theirs[i].size ||
          ours[i].nid != theirs[i].nid) {
        return fail("free ranges");
      }
    }
    std::vector<kmb_region> pages(mb_.memory().list.size());
    const int pfn_nid = nid < 0 ? 16 : nid;
    pages.resize(kmb_mem_pfn_ranges(pfn_nid, pages.data(), pages.size()));
    const auto mine = memmap::memblock::mem_pfn_ranges(mb_, pfn_nid);
    if (pages.size() != mine.size()) return fail("number of pfn ranges");
    for (std::size_t i = 0; i < mine.size(); ++i) {
      if (raw(mine[i].start) != pages[i].base ||
          raw(mine[i].end) - raw(mine[i].start) != pages[i].size || mine[i].nid != pages[i].nid) {
        return fail("pfn ranges");
      }
    }
  }

  std::mt19937_64 random_;
  memmap::memblock::Options options_;
  Memblock mb_;
  std::uint64_t unit_ = 4096;
  bool crowded_ = false;
  std::uint64_t events_ = 0;
  std::uint64_t allocated_ = 0;
  bool good_ = true;
  std::string story_;
};

}  // namespace

int main(int argc, char** argv) {
  void* const arena =
      mmap(reinterpret_cast<void*>(kArena), kArenaSize, PROT_READ | PROT_WRITE,
           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
  if (arena != reinterpret_cast<void*>(kArena)) {
    std::puts("skipped: the address space has no room where the test wants it");
    return 0;
  }
  const std::uint64_t first = argc > 1 ? std::strtoull(argv[1], nullptr, 0) : 0;
  const std::uint64_t seeds = argc > 2 ? std::strtoull(argv[2], nullptr, 0) : 300;
  std::uint64_t grew = 0;
  std::uint64_t allocated = 0;
  for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
    // Last the runs with mirrored memory: once seen, the kernel never forgets it.
    Run run(seed, seed - first >= seeds * 3 / 4);
    if (!run.go(700)) {
      std::printf("seed %llu\n%s", static_cast<unsigned long long>(seed), run.story().c_str());
      return 1;
    }
    grew += run.grew() ? 1 : 0;
    allocated += run.allocated();
  }
  std::printf(
      "mm/memblock.c of %s: %llu runs of 700 operations agree; arrays grew in %llu, %llu "
      "allocations were granted\n",
      KERNEL_VERSION, static_cast<unsigned long long>(seeds), static_cast<unsigned long long>(grew),
      static_cast<unsigned long long>(allocated));
  return 0;
}
