// What a rule works with. Only for the rules.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/range.h"
#include "boot/outcome.h"
#include "boot/owner.h"
#include "e820/memmap_item.h"
#include "kernel/command_line.h"
#include "lint/lint.h"

namespace memmap::lint {

// One part, between commas, of a memmap=; `text` is a piece of the line.
struct MemmapItem : e820::MemmapItem {
  const kernel::Parameter* parameter = nullptr;

  // What it is about; nullopt: no such form, or it wraps.
  std::optional<PhysRange> range() const;
  // It takes memory from the kernel: `$`, `!` or `#`.
  bool takes() const { return mark == '$' || mark == '!' || mark == '#'; }
};

class Check {
 public:
  explicit Check(const Subject& subject);

  std::string_view line() const { return line_; }
  const kernel::Profile& profile() const { return subject_.profile; }
  const Machine* machine() const { return subject_.machine; }
  const std::vector<kernel::Parameter>& parameters() const { return parameters_; }
  const std::vector<MemmapItem>& memmap_items() const { return items_; }
  std::vector<const kernel::Parameter*> named(std::string_view name) const;

  // The kernel chooses its own place at random.
  bool kaslr() const;
  // mem=, or memmap= without a mark: where RAM ends by the line's word.
  std::optional<std::uint64_t> ram_limit() const;
  // The value as it stands in the line, without quotes.
  std::string_view value_of(const kernel::Parameter& p) const;

  // Only where there is a machine: the firmware's map, sanitised; what of it is RAM, joined; the boot
  // with this line, and whether the kernel would come up without it.
  const E820Entries& firmware() const { return firmware_; }
  const std::vector<PhysRange>& ram() const { return ram_; }
  // That map as mem= and memmap= leave it; `but` an item, which is left out.
  E820Entries edited(const MemmapItem* but = nullptr) const;
  const boot::Outcome& outcome();
  bool boots_without_line();
  // What the boot gave to this owner.
  std::vector<PhysRange> owned_by(const boot::Owner& owner);

  struct Text {
    std::string message;
    std::string reason;
    std::string advice;
  };
  // `part` is a piece of line().
  void find(std::string_view part, Text text);
  void find(const kernel::Parameter& p, Text text) {
    find(line_.substr(p.at, p.size), std::move(text));
  }
  // There is a finding on it, or on a part.
  bool is_found(std::string_view part) const;
  bool is_found(const kernel::Parameter& p) const { return is_found(line_.substr(p.at, p.size)); }
  bool is_found(const MemmapItem& item) const { return is_found(item.text); }

  std::vector<Finding> take() &&;
  std::string_view rule{};  // that runs

 private:
  boot::Outcome booted(std::string_view line);

  Subject subject_;
  std::string_view line_;
  std::vector<kernel::Parameter> parameters_;
  std::vector<MemmapItem> items_;
  E820Entries firmware_;
  std::vector<PhysRange> ram_;
  std::unique_ptr<boot::Outcome> outcome_;
  std::vector<Finding> findings_;
};

// `64M`, `0x1234`: exact, in the largest unit that it is a multiple of.
std::string size_text(std::uint64_t bytes);
// `[mem 0x40000000-0x43ffffff]`
std::string range_text(PhysRange range);
// What of `entries` is RAM, joined.
std::vector<PhysRange> ram_of(const E820Entries& entries);

// crash_room.cc: where the kernel's image may lie, and whether a crash kernel has room beside it.
struct ImagePlaces {
  std::size_t places = 0;          // that KASLR may choose, or as many that are spread evenly
  std::size_t bad = 0;             // of them: without room
  std::vector<PhysRange> where{};  // the image in those, joined
};
// nullopt: crashkernel= does not look for a place, or the image's is fixed.
std::optional<ImagePlaces> crash_kernel_places(Check& check);

// badram.cc: the line is GRUB's list
void badram_malformed(Check&);
void badram_mask(Check&);
void badram_covers(Check&);
void badram_idle(Check&);
// line.cc
void line_too_long(Check&);
void after_dashes(Check&);
void unknown_parameter(Check&);
void cpu_limits(Check&);
// values.cc
void value_ignored(Check&);
void size_misread(Check&);
void size_without_unit(Check&);
void log_buffer_idle(Check&);
void replaced(Check&);
// memmap.cc
void lost_dollar(Check&);
void pmem_mark(Check&);
void too_many_memmap(Check&);
void memmap_overlap(Check&);
void mem_idle(Check&);
void memmap_idle(Check&);
void makes_ram(Check&);
void not_ram(Check&);
void above_mem(Check&);
void holds_kernel(Check&);
void holds_initrd(Check&);
// zones.cc
void movable_idle(Check&);
// crashkernel.cc
void crashkernel_malformed(Check&);
void crashkernel_ignored(Check&);
void crashkernel_place(Check&);
void crashkernel_ranges(Check&);
void crashkernel_not_reserved(Check&);
void crashkernel_fit(Check&);
// boot.cc
void hugepages_too_many(Check&);
void no_boot(Check&);
void kernel_complains(Check&);

}  // namespace memmap::lint
