#include "paging/table_runs.h"

#include <algorithm>

namespace memmap::paging {

TablePage TableRuns::Run::page(std::uint64_t number) const {
  TablePage out = first;
  if (out.phys) out.phys = PhysAddr{raw(*first.phys) + number * step};
  return out;
}

bool TableRuns::Run::take(const TablePage& page) {
  if (page.origin != first.origin || page.phys.has_value() != first.phys.has_value()) return false;
  if (page.phys) {
    const std::uint64_t from_first = raw(*page.phys) - raw(*first.phys);
    if (count == 1 && (from_first == kPageSize || from_first == 0 - kPageSize)) step = from_first;
    if (step == 0 || from_first != step * count) return false;
  }
  ++count;
  return true;
}

TableRuns::Iterator& TableRuns::Iterator::operator++() {
  if (++number_ == run_->second.count) {
    ++run_;
    number_ = 0;
  }
  return *this;
}

TableRuns::Iterator TableRuns::Iterator::operator++(int) {
  Iterator before = *this;
  ++*this;
  return before;
}

TableRuns::Runs::const_iterator TableRuns::run_with(std::uint64_t number) const {
  auto run = runs_.upper_bound(number);
  if (run == runs_.begin()) return runs_.end();
  --run;
  return number - run->first < run->second.count ? run : runs_.end();
}

TableRuns::Iterator TableRuns::from(VirtAddr virt) const {
  const std::uint64_t number = raw(virt) / size_ + (raw(virt) % size_ == 0 ? 0 : 1);
  if (const auto run = run_with(number); run != runs_.end())
    return {run, number - run->first, size_};
  return {runs_.lower_bound(number), 0, size_};
}

std::optional<TablePage> TableRuns::find(VirtAddr virt) const {
  const std::uint64_t number = raw(virt) / size_;
  const auto run = run_with(number);
  if (run == runs_.end()) return std::nullopt;
  return run->second.page(number - run->first);
}

bool TableRuns::add(VirtAddr virt, TablePage page) {
  const std::uint64_t number = raw(virt) / size_;
  const auto next = runs_.upper_bound(number);
  if (next != runs_.begin()) {
    auto& [first, run] = *std::prev(next);
    if (number - first < run.count) return false;
    if (number - first == run.count && run.take(page)) {
      ++count_;
      return true;
    }
  }
  runs_.emplace_hint(next, number, Run{.first = page});
  ++count_;
  return true;
}

void TableRuns::remove(VirtAddr virt) {
  const std::uint64_t number = raw(virt) / size_;
  const auto found = run_with(number);
  if (found == runs_.end()) return;
  const auto [first, run] = *found;
  runs_.erase(found);
  const std::uint64_t before = number - first;
  if (before != 0) runs_.emplace(first, Run{before, run.first, run.step});
  if (before + 1 < run.count)
    runs_.emplace(number + 1, Run{run.count - before - 1, run.page(before + 1), run.step});
  --count_;
}

bool operator==(const TableRuns& a, const TableRuns& b) {
  return a.size_ == b.size_ && a.count_ == b.count_ && std::equal(a.begin(), a.end(), b.begin());
}

}  // namespace memmap::paging
