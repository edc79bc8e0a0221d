// What ioremap() maps and iounmap() takes away, on random requests; memory types against a model that
// goes page by page.
#include "ioremap/ioremap.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace memmap::ioremap {
namespace {

using Random = std::mt19937_64;

constexpr std::uint64_t kDevices = 0x80000000;
constexpr std::uint64_t kDevicePages = 4096;

Machine machine() {
  Machine out;
  out.mtrr_default = MtrrType::write_back;
  out.mtrrs = {{PhysRange::make(kDevices, kDevices + 0x1000000), MtrrType::uncachable}};
  return out;
}

// RAM that is reserved every other MiB, and devices above it.
struct Kernel {
  std::vector<PhysRange> ram{PhysRange::make(0x100000, 0x10000000)};
  paging::AddressSpace tables{4};
  Memtypes memtypes{true, false, ram, MtrrMap(machine(), machine().mtrrs, {})};
  VmapAreas areas{paging::kVmalloc4, VirtAddr{raw(paging::kVmalloc4) + 32 * kTiB - 1}, 2};
  std::uint64_t page = 0x10000000;
  IoMapper io;
  EventList told{};

  explicit Kernel(bool huge)
      : io(surroundings(huge), tables, memtypes, areas,
           [this](unsigned, VirtAddr) { return std::optional(PhysAddr{page += kPageSize}); }) {
    tables.map({paging::kPageOffset4, PhysAddr{0}, paging::kSize2M, 128, paging::kWritable});
  }
  Surroundings surroundings(bool huge) const {
    Surroundings out{.phys_bits = 40,
                     .kernel_flags = paging::kWritable | paging::kNoExecute,
                     .largest_page = huge ? paging::kSize1G : paging::kSize4K,
                     .max_pfn = Pfn{0x10000},
                     .system_ram = ram};
    for (std::uint64_t at = 0x200000; at < 0x10000000; at += 0x200000) {
      out.reserved.push_back(PhysRange::make(at, at + 0x100000));
    }
    return out;
  }
};

PhysRange random_device(Random& random) {
  const std::uint64_t size = 1 + random() % (std::uint64_t{1} << (4 + random() % 19));
  const std::uint64_t unit = random() % 2 == 0 ? 1 : random() % 2 == 0 ? kPageSize : 0x200000;
  const std::uint64_t base = kDevices + random() % (kDevicePages * kPageSize) / unit * unit;
  return PhysRange::make(base, base + size);
}

CacheMode random_mode(Random& random) { return static_cast<CacheMode>(random() % kCacheModes); }

TEST(IoremapProperty, AllThatIsMappedAndUnmappedLeavesNothing) {
  for (unsigned round = 0; round < 200; ++round) {
    Random random(round);
    Kernel kernel(round % 2 == 0);
    std::vector<VirtAddr> mapped;
    const paging::Mappings before = kernel.tables.mappings();
    for (int step = 0; step < 60; ++step) {
      if (!mapped.empty() && random() % 3 == 0) {
        const auto which = mapped.begin() + static_cast<std::ptrdiff_t>(random() % mapped.size());
        EXPECT_TRUE(kernel.io.iounmap(*which, kernel.told));
        mapped.erase(which);
        continue;
      }
      const PhysRange range = random_device(random);
      const auto virt =
          kernel.io.ioremap(range.base(), range.size(), random_mode(random), kernel.told);
      if (virt) mapped.push_back(*virt);
    }
    for (const VirtAddr virt : mapped) EXPECT_TRUE(kernel.io.iounmap(virt, kernel.told));
    EXPECT_EQ(kernel.tables.mappings(), before) << "round " << round;
    EXPECT_TRUE(kernel.memtypes.entries().empty()) << "round " << round;
    EXPECT_TRUE(kernel.areas.areas().empty()) << "round " << round;
  }
}

TEST(IoremapProperty, EveryByteIsMappedToItsOwnInOneWay) {
  for (unsigned round = 0; round < 200; ++round) {
    Random random(1000 + round);
    Kernel kernel(round % 2 == 0);
    std::map<std::uint64_t, std::uint32_t> flags_of_page;  // by physical address
    for (int step = 0; step < 40; ++step) {
      const PhysRange range = random_device(random);
      const auto virt =
          kernel.io.ioremap(range.base(), range.size(), random_mode(random), kernel.told);
      if (!virt) continue;
      for (std::uint64_t at = 0; at < range.size(); at += kPageSize) {
        const paging::Mapping* m = kernel.tables.find(VirtAddr{raw(*virt) + at});
        ASSERT_NE(m, nullptr);
        const std::uint64_t phys = raw(m->phys) + (raw(*virt) + at - raw(m->virt));
        ASSERT_EQ(phys, raw(range.base()) + at);
        const auto [it, fresh] = flags_of_page.emplace(phys / kPageSize, m->flags);
        ASSERT_EQ(it->second, m->flags) << "page " << phys << " round " << round;
      }
      const VmapArea* area = kernel.areas.find(*virt);
      ASSERT_NE(area, nullptr);
      EXPECT_EQ(kernel.tables.find(VirtAddr{raw(area->virt) + area->size}), nullptr)
          << "guard page";
    }
  }
}

// Pages have a count of requests and a type; a request is granted where all pages that have one have
// the same.
TEST(MemtypeProperty, AgreesWithAModelOfPages) {
  struct Page {
    unsigned requests = 0;
    CacheMode type{};
  };
  for (unsigned round = 0; round < 300; ++round) {
    Random random(2000 + round);
    Kernel kernel(true);
    std::map<std::uint64_t, Page> model;
    std::vector<Memtype> granted;
    for (int step = 0; step < 60; ++step) {
      if (!granted.empty() && random() % 3 == 0) {
        const std::size_t which = random() % granted.size();
        const Memtype gone = granted[which];
        granted.erase(granted.begin() + static_cast<std::ptrdiff_t>(which));
        kernel.memtypes.free(gone.range, kernel.told);
        for (auto p = raw(gone.range.base()); p < raw(gone.range.end()); p += kPageSize) {
          if (--model[p].requests == 0) model.erase(p);
        }
        continue;
      }
      const std::uint64_t base = kDevices + random() % 64 * kPageSize;
      const auto range = PhysRange::make(base, base + (1 + random() % 16) * kPageSize);
      const CacheMode asked = random_mode(random);
      std::optional<CacheMode> there;
      bool conflict = false;
      for (auto p = base; p < raw(range.end()); p += kPageSize) {
        const auto page = model.find(p);
        if (page == model.end()) continue;
        conflict = conflict || (there && *there != page->second.type);
        there = page->second.type;
      }
      const Granted got = kernel.memtypes.reserve(range, asked, kernel.told);
      ASSERT_EQ(got.error != 0, conflict) << "round " << round;
      if (conflict) continue;
      const CacheMode own = asked == CacheMode::wb ? CacheMode::uc_minus : asked;
      ASSERT_EQ(got.type, there.value_or(own)) << "round " << round;
      granted.push_back({range, got.type});
      for (auto p = base; p < raw(range.end()); p += kPageSize) {
        ++model[p].requests;
        model[p].type = got.type;
      }
    }
    EXPECT_EQ(kernel.memtypes.entries().size(), granted.size());
  }
}

}  // namespace
}  // namespace memmap::ioremap
