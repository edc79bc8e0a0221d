#include "paging/walk.h"

#include "base/align.h"

namespace memmap::paging {
namespace {

constexpr std::uint64_t kAllowed = kEntryWritable | kEntryUser;

// The flags of a page as the processor sees them: all levels must allow, any may forbid, and the
// rest is the entry's own.
std::uint32_t flags_of(std::uint64_t entry, unsigned level, std::uint64_t allowed,
                       std::uint64_t forbidden) {
  std::uint32_t flags = 0;
  if (entry & allowed & kEntryWritable) flags |= kWritable;
  if (entry & allowed & kEntryUser) flags |= kUser;
  if ((entry | forbidden) & kEntryNoExecute) flags |= kNoExecute;
  if (entry & kEntryGlobal) flags |= kGlobal;
  if (entry & kEntryCacheDisable) flags |= kCacheDisable;
  if (entry & kEntryWriteThrough) flags |= kWriteThrough;
  if (entry & (level == 1 ? kEntryPat : kEntryPatLarge)) flags |= kPat;
  return flags;
}

class Walker {
 public:
  explicit Walker(const Tables& tables) : tables_(tables) {}

  Mappings run() {
    table(tables_.root, tables_.levels, 0, kAllowed, 0);
    return std::move(mappings_);
  }

 private:
  void table(PhysAddr at, unsigned level, std::uint64_t virt, std::uint64_t allowed,
             std::uint64_t forbidden) {
    const auto page = tables_.pages.find(at);
    if (page == tables_.pages.end()) return;
    for (unsigned i = 0; i < kEntries; ++i) {
      const std::uint64_t entry = page->second[i];
      if (!(entry & kEntryPresent)) continue;
      const std::uint64_t here = virt + i * entry_size(level);
      if (level == 1 || (level <= 3 && (entry & kEntryLarge))) {
        const std::uint64_t phys = align_down(entry & kEntryAddress, entry_size(level));
        add({canonical(here, tables_.levels), PhysAddr{phys}, entry_size(level), 1,
             flags_of(entry, level, allowed, forbidden)});
      } else {
        table(PhysAddr{entry & kEntryAddress}, level - 1, here, allowed & entry,
              forbidden | (entry & kEntryNoExecute));
      }
    }
  }

  void add(const Mapping& page) {
    if (!mappings_.empty() && mappings_.back().joins(page)) {
      ++mappings_.back().pages;
    } else {
      mappings_.push_back(page);
    }
  }

  const Tables& tables_;
  Mappings mappings_{};
};

}  // namespace

Mappings walk(const Tables& tables) { return Walker(tables).run(); }

}  // namespace memmap::paging
