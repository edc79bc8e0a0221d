// Huge pages that are set aside before there is a page allocator.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "boot/boot.h"

namespace memmap::boot {

// To be given the parameters in their order. Only pages larger than the page allocator's blocks
// need memblock; the others come later.
class HugePages {
 public:
  explicit HugePages(Boot& boot) : boot_(boot) {}

  // hugepagesz=, default_hugepagesz=, hugepages=; others are passed over. Gigantic pages are taken at
  // once, with Behaviour::hugetlb_reads_early at the end.
  void take(const kernel::Parameter& parameter);
  static bool is_its(const kernel::Parameter& parameter);  // one of the three
  // After the last: what is left for hugetlb_hstate_alloc_pages().
  void end();

  // How many pages a hugepages= asks for: a number, or NODE:NUMBER,...
  struct Count {
    bool valid = true;
    std::string_view wrong{};                // from where on it is not
    std::uint64_t total = 0;                 // of the node named twice the last number
    std::uint64_t sum = 0;                   // max_huge_pages: all numbers
    std::map<int, std::uint64_t> of_node{};  // of those that have any
  };

 private:
  Count count_of(std::string_view text) const;
  void set_size(std::string_view text);
  void set_default_size(std::string_view text);
  void pages(std::string_view text);
  void allocate(std::uint64_t size, const Count& count);
  void allocate_now(const Count& count);
  bool allocate_page(std::uint64_t size, int nid, memblock::Memblock::Nid fallback);
  bool is_size(std::uint64_t size) const;
  bool gigantic() const;  // pages of size_
  bool is_node(int nid) const;
  void fall_short(std::uint64_t size, std::uint64_t wanted, std::uint64_t done,
                  std::optional<int> nid);
  std::vector<int> nodes_with_memory() const;
  void warn(std::string text);

  Boot& boot_;
  std::uint64_t size_ = 0;     // parsed_hstate; 0: none yet
  std::uint64_t default_ = 0;  // of default_hugepagesz=
  bool size_valid_ = true;     // parsed_valid_hugepagesz
  // Those named; what was asked for, if anything was.
  std::map<std::uint64_t, std::optional<Count>> sizes_{};
  std::optional<std::uint64_t> last_{};  // the size of the last hugepages=; 0: the default one's
  std::optional<Count> before_{};        // hugepages= before any size
};

// The type of the node's first zone that has pages of `page`; -1: none has.
int zone_type_of(const Boot& boot, int nid, PhysRange page);
// Whether it reaches into two of the node's zones. kernel: pfn_range_intersects_zones(), v7.2
bool lies_in_two_zones(const Boot& boot, int nid, PhysRange page);

// With Behaviour::hugetlb_reads_early.
void hugetlb_bootmem_alloc(Boot& boot);
// Behind the hand-over.
void hugetlb_init(Boot& boot);
void hugetlb_hstate_alloc_pages(Boot& boot);

}  // namespace memmap::boot
