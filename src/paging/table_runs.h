// The page tables of one level, as runs: neighbours whose pages are neighbours too.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>

#include "paging/geometry.h"

namespace memmap::paging {

enum class TableOrigin { image, brk, memblock, page_allocator };

// A table: a page of 512 entries. Where it lies is not known of one of the image whose symbol the
// profile lacks, nor of one that the page allocator gave.
struct TablePage {
  std::optional<PhysAddr> phys{};
  TableOrigin origin = TableOrigin::image;
  friend constexpr bool operator==(const TablePage&, const TablePage&) = default;
};

struct TableAt {
  VirtAddr virt{};  // the first address that it translates
  TablePage page{};
  friend constexpr bool operator==(const TableAt&, const TableAt&) = default;
};

// A direct map of many TiB has a table for each GiB, one behind the other: one run. The number of
// runs does not grow with the memory's size. Addresses may be any that a table translates.
class TableRuns {
  struct Run {
    std::uint64_t count = 1;
    TablePage first{};
    std::uint64_t step = 0;  // bytes from a table's page to the next one's, modulo 2^64
    TablePage page(std::uint64_t number) const;
    bool take(const TablePage& page);  // the next one, if it goes on with the run
  };
  // By the number of the first table, which is its address / table_size(level).
  using Runs = std::map<std::uint64_t, Run>;

 public:
  class Iterator {
   public:
    using value_type = TableAt;
    using difference_type = std::ptrdiff_t;
    Iterator() = default;
    TableAt operator*() const {
      return {VirtAddr{(run_->first + number_) * size_}, run_->second.page(number_)};
    }
    Iterator& operator++();
    Iterator operator++(int);
    friend bool operator==(const Iterator&, const Iterator&) = default;

   private:
    friend class TableRuns;
    Iterator(Runs::const_iterator run, std::uint64_t number, std::uint64_t size)
        : run_(run), number_(number), size_(size) {}
    Runs::const_iterator run_{};
    std::uint64_t number_ = 0;  // in the run
    std::uint64_t size_ = 0;
  };

  explicit TableRuns(unsigned level) : size_(table_size(level)) {}

  // Ascending.
  Iterator begin() const { return {runs_.begin(), 0, size_}; }
  Iterator end() const { return {runs_.end(), 0, size_}; }
  // From the first one on whose first address is not below `virt`.
  Iterator from(VirtAddr virt) const;
  std::size_t size() const { return count_; }
  bool empty() const { return count_ == 0; }
  std::size_t runs() const { return runs_.size(); }  // what is kept of them

  std::optional<TablePage> find(VirtAddr virt) const;
  // False: it is there already.
  bool add(VirtAddr virt, TablePage page);
  // Nothing where there is none.
  void remove(VirtAddr virt);

  // The same tables, whatever their runs.
  friend bool operator==(const TableRuns& a, const TableRuns& b);

 private:
  // The run that the table of this number is in, if it is there.
  Runs::const_iterator run_with(std::uint64_t number) const;

  std::uint64_t size_;  // bytes that a table translates
  std::size_t count_ = 0;
  Runs runs_{};
};

}  // namespace memmap::paging
