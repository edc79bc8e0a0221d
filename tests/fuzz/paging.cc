// Page tables: the direct map of any memory, and sequences of mapping, unmapping, sharing and changing
// pages. Whatever they are, runs stay sorted, disjoint and joined; each address leads where a map of
// single pages says; tables built of the runs, read as the processor reads them, give the runs again.
#include <map>
#include <optional>
#include <vector>

#include "base/align.h"
#include "base/check.h"
#include "fuzz/bytes.h"
#include "fuzz/target.h"
#include "paging/address_space.h"
#include "paging/build.h"
#include "paging/lookup.h"
#include "paging/set_memory.h"
#include "paging/share.h"
#include "paging/walk.h"
#include "property/stages/direct_map_model.h"

namespace {

using namespace memmap;
using namespace memmap::paging;

constexpr std::uint64_t kBase = raw(kPageOffset4);
constexpr std::uint64_t kWindow = 4 * kSize1G;  // all happens in so many bytes from there
constexpr std::uint64_t kSizes[] = {kSize4K, kSize4K, kSize2M, kSize1G};
constexpr std::uint32_t kAllFlags = 127;

struct Leaf {
  std::uint64_t size = 0;
  std::uint64_t phys = 0;
  std::uint32_t flags = 0;
  bool operator==(const Leaf&) const = default;
};

// Page by page. What is asked for reaches few pages, so that it stays small.
class Model {
 public:
  void unmap(std::uint64_t virt, std::uint64_t size) {
    auto at = leaves_.upper_bound(virt);
    if (at != leaves_.begin()) --at;
    while (at != leaves_.end() && at->first < virt + size) {
      at = at->first + at->second.size > virt ? leaves_.erase(at) : std::next(at);
    }
  }
  void map(const Mapping& run) {
    unmap(raw(run.virt), run.bytes());
    for (std::uint64_t i = 0; i < run.pages; ++i) {
      const std::uint64_t offset = i * run.page_size;
      leaves_[raw(run.virt) + offset] = {run.page_size, raw(run.phys) + offset, run.flags};
    }
  }
  const std::map<std::uint64_t, Leaf>& leaves() const { return leaves_; }

 private:
  std::map<std::uint64_t, Leaf> leaves_{};
};

std::map<std::uint64_t, Leaf> unrolled(const AddressSpace& space) {
  std::map<std::uint64_t, Leaf> out;
  for (const Mapping& m : space.mappings()) {
    for (std::uint64_t i = 0; i < m.pages; ++i) {
      const std::uint64_t offset = i * m.page_size;
      out[raw(m.virt) + offset] = {m.page_size, raw(m.phys) + offset, m.flags};
    }
  }
  return out;
}

// Where the byte at `virt` is; nullopt: nowhere.
std::optional<std::uint64_t> phys_of(const AddressSpace& space, std::uint64_t virt) {
  const Mapping* run = space.find(VirtAddr{virt});
  if (run == nullptr) return std::nullopt;
  return raw(run->phys) + (virt - raw(run->virt));
}

void check_runs(const AddressSpace& space) {
  std::uint64_t pages = 0;
  const Mapping* before = nullptr;
  for (const Mapping& m : space.mappings()) {
    MEMMAP_CHECK(m.pages != 0, "an empty run");
    MEMMAP_CHECK(is_aligned(raw(m.virt), m.page_size), "a run at no page");
    if (before != nullptr) {
      MEMMAP_CHECK(raw(before->virt) + before->bytes() <= raw(m.virt), "runs that overlap");
      MEMMAP_CHECK(!before->joins(m), "runs that are one");
    }
    before = &m;
    pages += m.pages;
    const Lookup found = look_up(space, m.virt);
    MEMMAP_CHECK(found.phys == m.phys, "an address looked up");
  }
  if (pages > 20'000) return;
  std::uint64_t placed = 0;
  const auto tables = build(space.mappings(), space.levels(),
                            [&](unsigned, VirtAddr) { return PhysAddr{++placed << kPageShift}; });
  MEMMAP_CHECK(tables.ok(), "runs that no tables translate");
  MEMMAP_CHECK(walk(*tables) == space.mappings(), "what the tables translate");
}

Mapping mapping_by(fuzz::Bytes& bytes) {
  const std::uint64_t size = kSizes[bytes.next<1>() % 4];
  const std::uint64_t slot =
      size == kSize4K ? bytes.below(kSize2M * 2 / kSize4K) : bytes.below(kWindow / 2 / size);
  Mapping run{VirtAddr{kBase + slot * size}, PhysAddr{bytes.below(1024) * size}, size,
              1 + bytes.next<1>() % (size == kSize1G ? 2 : 40),
              static_cast<std::uint32_t>(bytes.next<1>()) & kAllFlags};
  return run;
}

struct Range {
  std::uint64_t virt = 0;
  std::uint64_t pages = 0;
};
Range range_by(fuzz::Bytes& bytes) {
  const std::uint64_t unit = bytes.flag() ? kSize4K : kSize2M;
  return {kBase + bytes.below(kWindow / 2 / unit) * unit, 1 + bytes.below(1500)};
}

// Changes pages as the kernel does, in a copy: nothing but flags changes, and those of no page that
// is neither asked for nor another's alias.
void set_memory(const AddressSpace& space, fuzz::Bytes& bytes) {
  AddressSpace changed = space;
  const std::uint64_t text = kBase + 64 * kSize2M;
  const ImagePlaces image{.text = VirtAddr{text},
                          .phys = PhysAddr{bytes.below(1024) * kSize2M},
                          .etext = VirtAddr{text + bytes.below(2048) * 512},
                          .start_rodata = VirtAddr{text + kSize2M},
                          .end_rodata = VirtAddr{text + kSize2M + bytes.below(700) * kSize4K},
                          .brk_end = VirtAddr{text + 4 * kSize2M}};
  std::vector<PhysRange> mapped;
  if (bytes.flag()) mapped.push_back(PhysRange::make(0, kWindow / 2));
  DirectPages count;
  SetMemory set(changed, image, mapped, bytes.flag(), bytes.flag() ? &count : nullptr);
  if (bytes.flag()) set.keep_read_only();
  const Range r = range_by(bytes);
  const VirtAddr virt{r.virt};
  bool unmaps = false;
  switch (bytes.next<1>() % 9) {
    case 0:
      set.ro(virt, r.pages);
      break;
    case 1:
      set.rw(virt, r.pages);
      break;
    case 2:
      set.x(virt, r.pages);
      break;
    case 3:
      set.nx(virt, r.pages);
      break;
    case 4:
      set.global(virt, r.pages);
      break;
    case 5:
      set.nonglobal(virt, r.pages);
      break;
    case 6:
      set.cache(virt, r.pages, kCacheDisable, kWriteThrough | kCacheDisable | kPat);
      break;
    case 7:
      unmaps = true;
      set.np(virt, r.pages);
      break;
    default:
      unmaps = true;
      set.np_noalias(virt, r.pages);
  }
  check_runs(changed);
  for (const auto& [start, leaf] : unrolled(space)) {
    const auto at = phys_of(changed, start);
    MEMMAP_CHECK(at == leaf.phys || (unmaps && !at), "where a changed page lies");
  }
  if (!unmaps) return;
  for (std::uint64_t i = 0; i < r.pages; ++i) {
    MEMMAP_CHECK(!phys_of(changed, r.virt + i * kSize4K), "a page that is to be gone");
  }
}

// All below one entry of level 3, seen from another root at another place.
void share_part(const AddressSpace& space, fuzz::Bytes& bytes) {
  const std::uint64_t entry = kSize1G;
  const std::uint64_t from = kBase + bytes.below(kWindow / entry) * entry;
  const std::uint64_t to = kBase + bytes.below(8) * entry;
  AddressSpace other(4);
  other.map({VirtAddr{to + 5 * kSize4K}, PhysAddr{kSize1G}, kSize4K, 3, kWritable});
  share(space, other, VirtAddr{from}, entry, 3, VirtAddr{to});
  check_runs(other);
  for (const auto& [start, leaf] : unrolled(space)) {
    if (start < from || start - from >= entry) continue;
    MEMMAP_CHECK(phys_of(other, start - from + to) == leaf.phys, "a shared page");
  }
}

void address_space(fuzz::Bytes& bytes) {
  AddressSpace space(4);
  Model model;
  for (unsigned steps = 0; steps < 60 && !bytes.empty(); ++steps) {
    switch (bytes.next<1>() % 6) {
      case 0: {
        const Range r = range_by(bytes);
        space.unmap(VirtAddr{r.virt}, r.pages * kSize4K);
        model.unmap(r.virt, r.pages * kSize4K);
        break;
      }
      case 1:
        set_memory(space, bytes);
        break;
      case 2:
        share_part(space, bytes);
        break;
      default: {
        const Mapping run = mapping_by(bytes);
        space.map(run);
        model.map(run);
      }
    }
    check_runs(space);
    MEMMAP_CHECK(unrolled(space) == model.leaves(), "what is mapped");
  }
}

}  // namespace

FUZZ_TARGET(paging)(const std::uint8_t* data, std::size_t size) {
  fuzz::Bytes bytes(data, size);
  if (bytes.flag()) {
    address_space(bytes);
    return 0;
  }
  const std::string differs = paging::test::direct_map_difference([&] { return bytes.next<4>(); });
  MEMMAP_CHECK(differs.empty(), differs);
  return 0;
}
