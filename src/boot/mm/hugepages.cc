#include "boot/mm/hugepages.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "boot/mm/cma.h"
#include "boot/mm/page_alloc.h"
#include "boot/owner.h"
#include "boot/rules.h"
#include "paging/geometry.h"

namespace memmap::boot {
namespace {

bool take_decimal(std::string_view& text, std::uint64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

// What the page allocator is to give.
struct Asked {
  std::uint64_t size = 0;  // bytes
  HugePages::Count count{};
  std::uint64_t void_sum = 0;  // of the hugepages= that a first one without a size replaces
};

bool is_in(const zones::Zone& zone, PhysRange page) {
  const std::uint64_t start = raw(zone.start_pfn);
  return raw(pfn_down(page.base())) < start + zone.spanned_pages &&
         start < raw(pfn_up(page.end())) && zone.spanned_pages != 0;
}

std::string_view size_words(std::uint64_t size) {
  return size == paging::kSize1G ? "1.00 GiB" : "2.00 MiB";
}

bool is_gigantic(const Boot& boot, std::uint64_t size) {
  return size > kPageSize << boot.in.profile.max_page_order;
}

}  // namespace

bool HugePages::is_its(const kernel::Parameter& p) {
  return kernel::parameq(p.name, "hugepagesz") || kernel::parameq(p.name, "default_hugepagesz") ||
         kernel::parameq(p.name, "hugepages");
}

void HugePages::take(const kernel::Parameter& p) {
  if (!p.value) return;
  if (kernel::parameq(p.name, "hugepagesz")) set_size(*p.value);
  if (kernel::parameq(p.name, "default_hugepagesz")) set_default_size(*p.value);
  if (kernel::parameq(p.name, "hugepages")) pages(*p.value);
}

void HugePages::warn(std::string text) {
  boot_.story.tell(Severity::warning, rule::kHugepagesSetup, "HugeTLB: " + std::move(text));
}

// kernel: arch_hugetlb_valid_size(), arch/x86/mm/hugetlbpage.c
bool HugePages::is_size(std::uint64_t size) const {
  return size == paging::kSize2M ||
         (size == paging::kSize1G && boot_.in.machine.cpu.gbpages.value_or(false));
}

bool HugePages::gigantic() const { return is_gigantic(boot_, size_); }

// kernel: hugepagesz_setup(), mm/hugetlb.c, v6.1 and v6.12
void HugePages::set_size(std::string_view text) {
  size_valid_ = false;
  const std::uint64_t size = kernel::memparse(text).value;
  if (!is_size(size)) return warn(fmt::format("unsupported hugepagesz={}", text));
  const auto known = sizes_.find(size);
  const bool again = known != sizes_.end() && (size != default_ || known->second.has_value());
  if (again) return warn(fmt::format("hugepagesz={} specified twice, ignoring", text));
  sizes_.try_emplace(size);
  size_ = size;
  size_valid_ = true;
}

// kernel: default_hugepagesz_setup()
void HugePages::set_default_size(std::string_view text) {
  size_valid_ = false;
  if (default_ != 0) {
    return warn(fmt::format("default_hugepagesz previously specified, ignoring {}", text));
  }
  const std::uint64_t size = kernel::memparse(text).value;
  if (!is_size(size)) return warn(fmt::format("unsupported default_hugepagesz={}", text));
  size_ = default_ = size;
  size_valid_ = true;
  sizes_.try_emplace(size);
  if (!before_) return;
  sizes_[size] = before_;
  allocate_now(*before_);
  before_.reset();
}

// kernel: hugepages_setup()
void HugePages::pages(std::string_view text) {
  if (!size_valid_) {
    warn(fmt::format("hugepages={} does not follow a valid hugepagesz, ignoring", text));
    size_valid_ = true;
    return;
  }
  if (last_ == size_) {
    return warn(
        fmt::format("hugepages= specified twice without interleaving hugepagesz=, ignoring "
                    "hugepages={}",
                    text));
  }
  const Count count = count_of(text);
  if (!count.valid) return warn(fmt::format("Invalid hugepages parameter {}", count.wrong));
  if (size_ == 0) {
    before_ = count;
  } else {
    sizes_[size_] = count;
    allocate_now(count);
  }
  last_ = size_;
}

// kernel: hugepages_setup(), mm/hugetlb.c, v5.10, v6.12 and v7.2
HugePages::Count HugePages::count_of(std::string_view text) const {
  Count c;
  if (!boot_.in.behaviour.hugetlb_counts_by_node) {
    take_decimal(text, c.sum);
    c.total = c.sum;
    return c;
  }
  for (bool first = true; !text.empty(); first = false) {
    const std::string_view whole = text;
    std::uint64_t number = 0;
    if (!take_decimal(text, number)) return {.valid = false, .wrong = whole};
    if (!text.starts_with(':')) {
      if (!first) return {.valid = false, .wrong = whole};
      c.sum = number;
      break;
    }
    const int nid = number < 1024 ? static_cast<int>(number) : -1;
    if (!is_node(nid)) return {.valid = false, .wrong = whole};
    text.remove_prefix(1);
    if (!take_decimal(text, number)) return {.valid = false, .wrong = text};
    c.of_node[nid] = number;
    c.sum += number;
    if (!text.starts_with(',')) break;
    text.remove_prefix(1);
  }
  // Where no node is to have any, what others had before stands for all.
  std::erase_if(c.of_node, [](const auto& node) { return node.second == 0; });
  c.total = c.of_node.empty() ? c.sum : 0;
  for (const auto& [nid, pages] : c.of_node) c.total += pages;
  return c;
}

// Behind setup_arch() nodes with processors alone are online too. kernel: init_cpu_to_node(), v7.2
bool HugePages::is_node(int nid) const {
  if (std::ranges::binary_search(boot_.state.nodes.online, nid)) return true;
  return boot_.in.behaviour.free_area_init_after_setup &&
         std::ranges::binary_search(boot_.state.online_nodes, nid);
}

void HugePages::allocate_now(const Count& count) {
  if (gigantic() && !boot_.in.behaviour.hugetlb_reads_early) allocate(size_, count);
}

// On the nodes asked for, or in turns on those with memory.
// kernel: hugetlb_hstate_alloc_pages(), mm/hugetlb.c, v6.1, v6.12 and v7.2
void HugePages::allocate(std::uint64_t size, const Count& count) {
  using Nid = memblock::Memblock::Nid;
  const Nid named = boot_.in.behaviour.hugetlb_node_alone ? Nid::exact : Nid::preferred;
  if (boot_.state.hugetlb_cma && !takes_of_cma(boot_)) {
    return warn("hugetlb_cma is enabled, skip boot time allocation");
  }
  if (!count.of_node.empty()) {
    for (const auto& [nid, number] : count.of_node) {
      std::uint64_t done = 0;
      while (done < number && allocate_page(size, nid, named)) ++done;
      if (done < number) fall_short(size, number, done, nid);
    }
    return;
  }
  std::uint64_t done = 0;
  const std::vector<int> nodes = nodes_with_memory();
  while (done < count.total && !nodes.empty() &&
         allocate_page(size, nodes[done % nodes.size()], Nid::preferred)) {
    ++done;
  }
  if (done < count.total) fall_short(size, count.total, done, std::nullopt);
}

void HugePages::fall_short(std::uint64_t size, std::uint64_t wanted, std::uint64_t done,
                           std::optional<int> nid) {
  warn(fmt::format("allocating {} of page size {} failed{}.  Only allocated {} hugepages.", wanted,
                   size_words(size), nid ? fmt::format(" node{}", *nid) : std::string(), done));
}

std::vector<int> HugePages::nodes_with_memory() const {
  std::set<int> nodes;
  for (const memblock::Region& r : boot_.state.memblock.memory().regions()) nodes.insert(r.nid);
  return {nodes.begin(), nodes.end()};
}

// kernel: __alloc_bootmem_huge_page(), v6.1, v6.12 and v7.2; alloc_bootmem(), v7.3
bool HugePages::allocate_page(std::uint64_t size, int nid, memblock::Memblock::Nid fallback) {
  memblock::Memblock& memblock = boot_.state.memblock;
  const memblock::Caller caller =
      boot_.caller(owner::kHugePages,
                   {function::__alloc_bootmem_huge_page, function::hugetlb_hstate_alloc_pages});
  std::optional<PhysAddr> found;
  if (takes_of_cma(boot_)) {
    found = cma_reserve_early(boot_, size, nid, fallback);
  } else if (boot_.in.behaviour.hugetlb_has_own_allocator) {
    found = memblock.alloc_hugetlb(size, nid, fallback, caller);
  } else if (fallback == memblock::Memblock::Nid::exact) {
    found = memblock.alloc_exact_nid_raw(size, size, PhysAddr{}, memblock::kAllocAccessible, nid,
                                         caller);
  } else {
    found =
        memblock.alloc_try_nid_raw(size, size, PhysAddr{}, memblock::kAllocAccessible, nid, caller);
  }
  if (!found) return false;
  memblock.reserved_mark_noinit(PhysAddr{raw(*found) + kPageSize}, size - kPageSize);
  boot_.state.gigantic_pages.push_back(PhysRange::make(raw(*found), raw(*found) + size));
  return true;
}

void HugePages::end() {
  const std::uint64_t usual = default_ != 0 ? default_ : paging::kSize2M;
  std::vector<Asked>& asked = boot_.scratch.of<std::vector<Asked>>();
  const Count named = sizes_[usual].value_or(Count{});
  const bool takes_first = before_ && before_->sum != 0;
  asked.push_back({usual, takes_first ? *before_ : named, takes_first ? named.sum : 0});
  for (const auto& [size, count] : sizes_) {
    if (size != usual) asked.push_back({size, count.value_or(Count{})});
  }
  if (!boot_.in.behaviour.hugetlb_reads_early) return;
  for (const Asked& a : asked) {
    if (is_gigantic(boot_, a.size) && a.count.total != 0) allocate(a.size, a.count);
  }
}

// The first few of its words are kept until the sizes are known, right or wrong; more are refused.
// kernel: hugetlb_bootmem_alloc(), hugetlb_add_param(), hugetlb_parse_params(), mm/hugetlb.c, v7.2
void hugetlb_bootmem_alloc(Boot& boot) {
  constexpr int kMost = 5;  // HUGE_MAX_CMDLINE_ARGS: two for each of two sizes, and one
  HugePages huge(boot);
  int kept = 0;
  for (const kernel::Parameter& p : boot.in.parameters) {
    if (!HugePages::is_its(p)) continue;
    if (!p.value || kept == kMost) {
      boot.story.tell(Severity::warning, rule::kDoEarlyParam,
                      fmt::format("Malformed early option '{}'", p.name));
    } else {
      ++kept;
      huge.take(p);
    }
  }
  huge.end();
}

int zone_type_of(const Boot& boot, int nid, PhysRange page) {
  for (const NodeState& node : boot.state.node_states) {
    if (node.nid != nid) continue;
    for (const ZoneState& z : node.zones) {
      if (is_in(z.zone, page)) return static_cast<int>(z.zone.type);
    }
  }
  return -1;
}

bool lies_in_two_zones(const Boot& boot, int nid, PhysRange page) {
  for (const NodeState& node : boot.state.node_states) {
    if (node.nid != nid) continue;
    return std::ranges::count_if(node.zones,
                                 [&](const ZoneState& z) { return is_in(z.zone, page); }) > 1;
  }
  return false;
}

namespace {

// A page that lies in two zones becomes none: its memory is the page allocator's.
// kernel: hstate_boot_nrinvalid, mm/hugetlb.c, v7.2
bool is_invalid(const Boot& boot, PhysRange page) {
  if (!boot.in.behaviour.hugetlb_checks_zones) return false;
  const auto at = boot.state.memblock.search_pfn_nid(pfn_down(page.base()));
  return at && lies_in_two_zones(boot, at->nid, page);
}

// Whether the page allocator has room for all that is asked for: then it gives it, since hardly
// anything is taken yet, a sixteenth of memory or 256 MiB at most, or a quarter of a small machine's.
// Where it is asked for more nobody can tell how much it gives.
bool has_room(const Boot& boot, const std::vector<Asked>& asked) {
  std::uint64_t all = 0;
  std::map<int, std::uint64_t> of_node;
  for (const Asked& a : asked) {
    if (is_gigantic(boot, a.size)) continue;
    all += a.count.total * (a.size >> kPageShift);
    for (const auto& [nid, number] : a.count.of_node)
      of_node[nid] += number * (a.size >> kPageShift);
  }
  std::map<int, std::uint64_t> managed;
  for (const buddy::ZonePages& z : boot.state.page_allocator.zones)
    managed[z.nid] += z.managed_pages;
  const auto fits = [](std::uint64_t pages, std::uint64_t room) {
    constexpr std::uint64_t kTaken = 256 * kMiB >> kPageShift;
    return pages <= room / 4 * 3 || pages + std::max(kTaken, room / 16) <= room;
  };
  return fits(all, boot.state.page_allocator.totalram_pages) &&
         std::ranges::all_of(of_node,
                             [&](const auto& n) { return fits(n.second, managed[n.first]); });
}

// Where it gives less the kernel says how many it gives.
void tell_unknown(Boot& boot, const Asked& asked) {
  boot.story.tell(
      Severity::warning, rule::kHugetlbInit,
      fmt::format("HugeTLB: {} of page size {} are most of the {} MiB that the page allocator has: "
                  "nobody can tell how many it gives",
                  asked.count.total, size_words(asked.size),
                  boot.state.page_allocator.totalram_pages >> (20 - kPageShift)));
}

}  // namespace

// kernel: hugetlb_init(), hugetlb_init_hstates(), mm/hugetlb.c, v6.1 and v6.12
void hugetlb_hstate_alloc_pages(Boot& boot) {
  if (!boot.in.features.pse) return;  // hugepages_supported()
  const std::vector<Asked>& asked = boot.scratch.of<std::vector<Asked>>();
  for (const Asked& a : asked) {
    if (a.void_sum == 0) continue;
    const auto warn = [&](std::string text) {
      boot.story.tell(Severity::warning, rule::kHugetlbInit, "HugeTLB: " + std::move(text));
    };
    warn(fmt::format("Ignoring hugepages={} associated with {} page size", a.void_sum,
                     size_words(a.size)));
    warn(fmt::format("Using hugepages={} for number of default huge pages", a.count.sum));
  }
  const bool room = has_room(boot, asked);
  for (const Asked& a : asked) {
    HugePageSize& out = boot.state.huge_page_sizes.emplace_back(HugePageSize{a.size});
    if (is_gigantic(boot, a.size)) {
      out.pages = static_cast<std::uint64_t>(std::ranges::count_if(
          boot.state.gigantic_pages,
          [&](PhysRange page) { return page.size() == a.size && !is_invalid(boot, page); }));
    } else {
      out.pages = room || a.count.total == 0 ? std::optional(a.count.total) : std::nullopt;
      if (!out.pages) tell_unknown(boot, a);
    }
  }
}

// Pages that memblock gave count again. kernel: gather_bootmem_prealloc(), mm/hugetlb.c, v6.12
void hugetlb_init(Boot& boot) {
  for (const PhysRange page : boot.state.gigantic_pages) {
    buddy::ZonePages* const zone = adjust_managed_page_count(boot, page, "huge pages");
    if (zone != nullptr && takes_of_cma(boot)) zone->cma_pages += page.size() >> kPageShift;
  }
}

}  // namespace memmap::boot
