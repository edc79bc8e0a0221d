#include "fixmap/slots.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/check.h"
#include "fixmap/fixmap.h"
#include "kernel/behaviour.h"

namespace memmap::fixmap {
namespace {

constexpr std::string_view kEndOfPermanent = "__end_of_permanent_fixed_addresses";
constexpr std::string_view kEnd = "__end_of_fixed_addresses";
constexpr std::string_view kBtmapEnd = "FIX_BTMAP_END";
constexpr std::string_view kBtmapBegin = "FIX_BTMAP_BEGIN";
constexpr std::string_view kBtmap = "FIX_BTMAP";
constexpr std::uint64_t kMaxIoApics = 128;      // MAX_IO_APICS
constexpr std::uint64_t kMaxKmaps = 33;         // KM_MAX_IDX with CONFIG_DEBUG_KMAP_LOCAL
constexpr std::uint64_t kEntriesOfTable = 512;  // PTRS_PER_PTE
constexpr unsigned kWindows = 8;
constexpr std::size_t kSlotDigit = 15;  // in `FIX_BTMAP slot 0`

// An enum as C counts one: each constant is one more than the one before.
class Enum {
 public:
  void add(std::string_view name) { values_.emplace(name, next_++); }
  void add(std::string_view name, std::uint64_t value) {
    next_ = value;
    add(name);
  }
  // From the name's value on as many as `count`, the last of them under a name too.
  void add_range(std::string_view first, std::string_view last, std::uint64_t count) {
    add(first);
    add(last, next_ + count - 2);
  }
  std::uint64_t next() const { return next_; }
  FixedAddresses take() && { return std::move(values_); }

 private:
  FixedAddresses values_{};
  std::uint64_t next_ = 0;
};

// Where the windows of early_ioremap() begin, so that one page table has them all.
std::uint64_t btmap_end(std::uint64_t permanent) {
  const std::uint64_t pages = kWindows * kBtmapPages;
  const bool in_one_table =
      permanent / kEntriesOfTable == (permanent + pages - 1) / kEntriesOfTable;
  return in_one_table ? permanent : permanent + pages - permanent % pages;
}

FixedAddresses count(const kernel::Profile& profile, const kernel::Behaviour& behaviour) {
  Enum e;
  if (profile.has(config::X86_VSYSCALL_EMULATION))
    e.add("VSYSCALL_PAGE", virt_to_fix(paging::kVsyscall));
  e.add("FIX_DBGP_BASE");
  e.add("FIX_EARLYCON_MEM_BASE");
  if (profile.has(config::PROVIDE_OHCI1394_DMA_INIT)) e.add("FIX_OHCI1394_BASE");
  if (profile.has(config::X86_LOCAL_APIC)) e.add("FIX_APIC_BASE");
  if (profile.has(config::X86_IO_APIC)) {
    e.add_range("FIX_IO_APIC_BASE_0", "FIX_IO_APIC_BASE_END", kMaxIoApics);
  }
  if (behaviour.fixmap_has_kmaps && profile.has(config::DEBUG_KMAP_LOCAL_FORCE_MAP)) {
    e.add_range("FIX_KMAP_BEGIN", "FIX_KMAP_END", kMaxKmaps * profile.number(config::NR_CPUS));
    if (profile.has(config::PCI_MMCONFIG)) e.add("FIX_PCIE_MCFG");
  }
  if (profile.has(behaviour.fixmap_paravirt_is_xxl ? config::PARAVIRT_XXL : config::PARAVIRT)) {
    e.add("FIX_PARAVIRT_BOOTMAP");
  }
  if (behaviour.fixmap_has_text_poke) {
    e.add("FIX_TEXT_POKE1");
    e.add("FIX_TEXT_POKE0");
  }
  if (profile.has(config::ACPI_APEI_GHES)) {
    e.add("FIX_APEI_GHES_IRQ");
    e.add("FIX_APEI_GHES_NMI");
  }
  e.add(kEndOfPermanent);
  e.add(kBtmapEnd, btmap_end(e.next() - 1));
  e.add(kBtmapBegin, e.next() + kWindows * kBtmapPages - 2);
  if (profile.has(config::INTEL_TXT)) e.add("FIX_TBOOT_BASE");
  e.add(kEnd);
  return std::move(e).take();
}

// `FIX_IO_APIC_BASE` of `FIX_IO_APIC_BASE_0` and of `FIX_IO_APIC_BASE_END`; empty: of no range.
std::string_view stem(std::string_view name) {
  for (const std::string_view end : {"_0", "_BEGIN", "_END"}) {
    if (name.ends_with(end)) return name.substr(0, name.size() - end.size());
  }
  return {};
}

// Two constants of one stem are the ends of a range; by name they stand side by side. Markers name no
// slot of their own.
std::vector<Slot> slots_of(const FixedAddresses& values) {
  const std::uint64_t permanent = values.find(kEndOfPermanent)->second;
  std::vector<Slot> out;
  out.reserve(values.size());
  for (auto it = values.begin(); it != values.end(); ++it) {
    std::string_view name = it->first;
    if (name.starts_with("__")) continue;
    std::uint64_t first = it->second;
    std::uint64_t last = first;
    const auto other = std::next(it);
    if (const std::string_view own = stem(name);
        !own.empty() && other != values.end() && stem(other->first) == own) {
      first = std::min(it->second, other->second);
      last = std::max(it->second, other->second);
      name = own;
      it = other;
    }
    out.push_back(
        {std::string(name), first, last, first < permanent ? Lifetime::permanent : Lifetime::boot});
  }
  std::ranges::sort(out, {}, &Slot::first);
  return out;
}

}  // namespace

std::optional<FixedAddresses> fixed_addresses(const kernel::Profile& profile) {
  const kernel::Behaviour behaviour = kernel::behaviour_of(profile);
  if (!behaviour.fixmap_has_ghes) return std::nullopt;
  return count(profile, behaviour);
}

Slots::Slots(const kernel::Profile& profile) : values_(&profile.fixmap) {
  if (values_->empty()) {
    const kernel::Behaviour behaviour = kernel::behaviour_of(profile);
    origin_ = behaviour.fixmap_has_ghes ? Origin::options : Origin::assumed;
    counted_ = count(profile, behaviour);
    values_ = &counted_;
  }
  const auto begin = find(kBtmapBegin);
  const auto end = find(kBtmapEnd);
  MEMMAP_CHECK(begin && end && find(kEndOfPermanent),
               "a profile's fixmap has the windows of early_ioremap(), and an end");
  btmap_begin_ = *begin;
  btmap_windows_ = static_cast<unsigned>((*begin - *end + 1) / kBtmapPages);
  list_ = slots_of(*values_);
}

std::optional<std::uint64_t> Slots::find(std::string_view name) const {
  const auto it = values_->find(name);
  return it == values_->end() ? std::nullopt : std::optional(it->second);
}

std::uint64_t Slots::permanent_end() const { return *find(kEndOfPermanent); }

const Slot* Slots::at(std::uint64_t number) const {
  const auto after = std::ranges::upper_bound(list_, number, {}, &Slot::first);
  if (after == list_.begin() || std::prev(after)->last < number) return nullptr;
  return &*std::prev(after);
}

std::string Slots::name_of(std::uint64_t number) const {
  const Slot* slot = at(number);
  if (slot == nullptr) return {};
  if (slot->name == kBtmap) {
    // A window's first page has the highest number.
    const std::uint64_t from_first = slot->last - number;
    std::string name = "FIX_BTMAP slot 0 page ";
    name[kSlotDigit] = static_cast<char>('0' + from_first / kBtmapPages);
    const std::uint64_t page = from_first % kBtmapPages;
    if (page >= 10) name += static_cast<char>('0' + page / 10);
    return name += static_cast<char>('0' + page % 10);
  }
  if (slot->first == slot->last) return slot->name;
  const std::string first = slot->name + (values_->contains(slot->name + "_0") ? "_0" : "_BEGIN");
  return number == slot->first ? first : first + " + " + std::to_string(number - slot->first);
}

std::string Slots::name_of(VirtAddr virt) const {
  return raw(virt) >= raw(kTop) + kPageSize ? std::string() : name_of(virt_to_fix(virt));
}

std::vector<MappedSlot> mapped_slots(const Slots& slots, const paging::AddressSpace& tables) {
  std::vector<MappedSlot> out;
  if (slots.list().empty()) return out;
  const std::uint64_t lowest = raw(fix_to_virt(slots.list().back().last));
  for (const paging::Mapping& run : tables.mappings()) {
    if (raw(run.virt) < lowest || run.page_size != kPageSize) continue;
    for (std::uint64_t page = 0; page < run.pages; ++page) {
      const VirtAddr virt{raw(run.virt) + page * kPageSize};
      if (virt > kTop) break;
      const Slot* slot = slots.at(virt_to_fix(virt));
      if (slot == nullptr) continue;
      out.push_back({slots.name_of(virt), virt_to_fix(virt), slot->lifetime, virt,
                     PhysAddr{raw(run.phys) + page * kPageSize}, run.flags});
    }
  }
  std::ranges::reverse(out);
  return out;
}

}  // namespace memmap::fixmap
