#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "boot/steps/steps.h"
#include "paging/geometry.h"

namespace memmap::boot {
namespace {

constexpr std::string_view kRule = "hugepages_setup(), mm/hugetlb.c";

// How many pages a hugepages= asks for: a number, or NODE:NUMBER,...
struct Count {
  bool valid = true;
  std::uint64_t total = 0;
  std::map<int, std::uint64_t> of_node{};
};

bool decimal(std::string_view& text, std::uint64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

Count count_of(const Boot& boot, std::string_view text) {
  Count c;
  for (bool first = true; !text.empty(); first = false) {
    std::uint64_t number = 0;
    if (!decimal(text, number)) return {.valid = false};
    if (!text.starts_with(':')) {
      if (!first) return {.valid = false};
      c.total = number;
      break;
    }
    const bool online =
        number < 1024 && std::ranges::binary_search(boot.nodes.online, static_cast<int>(number));
    if (!online) return {.valid = false};
    const int nid = static_cast<int>(number);
    text.remove_prefix(1);
    if (!decimal(text, number)) return {.valid = false};
    c.of_node[nid] = number;
    c.total += number;
    if (!text.starts_with(',')) break;
    text.remove_prefix(1);
  }
  return c;
}

class HugePages {
 public:
  explicit HugePages(Boot& boot) : boot_(boot) {}

  // The parameters as they come; only pages larger than the page allocator's blocks need memblock.
  void run() {
    for (const kernel::Parameter& p : boot_.parameters) {
      if (!p.value) continue;
      if (kernel::parameq(p.name, "hugepagesz")) set_size(*p.value, false);
      if (kernel::parameq(p.name, "default_hugepagesz")) set_size(*p.value, true);
      if (kernel::parameq(p.name, "hugepages")) pages(*p.value);
    }
  }

 private:
  bool valid(std::uint64_t size) const {
    return size == paging::kSize2M ||
           (size == paging::kSize1G && boot_.machine.cpu.gbpages.value_or(false));
  }

  void set_size(std::string_view text, bool is_default) {
    const std::uint64_t size = kernel::memparse(text).value;
    size_valid_ = valid(size);
    if (!size_valid_) {
      return boot_.tell(
          Severity::warning, std::string(kRule),
          fmt::format("HugeTLB: unsupported {}hugepagesz={}", is_default ? "default_" : "", text));
    }
    size_ = size;
    if (is_default && before_ && gigantic()) allocate(*before_);
    if (is_default) before_.reset();
  }

  void pages(std::string_view text) {
    if (!size_valid_) {
      boot_.tell(
          Severity::warning, std::string(kRule),
          fmt::format("HugeTLB: hugepages={} does not follow a valid hugepagesz, ignoring", text));
      size_valid_ = true;
      return;
    }
    const Count count = count_of(boot_, text);
    if (!count.valid) {
      return boot_.tell(Severity::warning, std::string(kRule),
                        fmt::format("HugeTLB: Invalid hugepages parameter {}", text));
    }
    if (size_ == 0) {
      before_ = count;
    } else if (gigantic()) {
      allocate(count);
    }
  }

  bool gigantic() const { return size_ > kPageSize << boot_.profile.max_page_order; }

  // kernel: hugetlb_hstate_alloc_pages()
  void allocate(const Count& count) {
    if (boot_.hugetlb_cma) {
      return boot_.tell(Severity::warning, std::string(kRule),
                        "HugeTLB: hugetlb_cma is enabled, skip boot time allocation");
    }
    std::uint64_t done = 0;
    if (!count.of_node.empty()) {
      for (const auto& [nid, number] : count.of_node) {
        for (std::uint64_t i = 0; i < number && page(nid); ++i) ++done;
      }
    } else {
      const std::vector<int> nodes = nodes_with_memory();
      while (done < count.total && !nodes.empty() && page(nodes[done % nodes.size()])) ++done;
    }
    if (done == count.total) return;
    boot_.tell(
        Severity::warning, std::string(kRule),
        fmt::format("HugeTLB: allocating {} of page size {} failed.  Only allocated {} hugepages.",
                    count.total, size_ == paging::kSize1G ? "1.00 GiB" : "2.00 MiB", done));
  }

  std::vector<int> nodes_with_memory() const {
    std::set<int> nodes;
    for (const memblock::Region& r : boot_.memblock.memory().list.regions()) nodes.insert(r.nid);
    return {nodes.begin(), nodes.end()};
  }

  // kernel: __alloc_bootmem_huge_page()
  bool page(int nid) {
    const auto found = boot_.memblock.alloc_try_nid_raw(
        size_, size_, PhysAddr{}, memblock::kAllocAccessible, nid,
        boot_.caller("huge pages", {"__alloc_bootmem_huge_page", "hugetlb_hstate_alloc_pages"}));
    if (found && boot_.behaviour.memblock_rsrv_noinit) {
      boot_.memblock.reserved_mark_noinit(PhysAddr{raw(*found) + kPageSize}, size_ - kPageSize);
    }
    return found.has_value();
  }

  Boot& boot_;
  std::uint64_t size_ = 0;  // of the last hugepagesz=; 0: none yet
  bool size_valid_ = true;
  std::optional<Count> before_{};  // hugepages= before any size: of the default size
};

}  // namespace

void hugepages_setup(Boot& boot) { HugePages(boot).run(); }

}  // namespace memmap::boot
