// Trimming: at some points of the boot, its table or its memory is changed by whoever is asked
// there. The kernel's own rules (plugins/trim_*) are asked like any other.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/event.h"
#include "base/result.h"
#include "boot/plugged.h"
#include "memblock/region.h"

namespace memmap::boot {

// Where trims are asked, in the order of the boot (steps.cc).
enum class Hook : std::uint32_t {
  memblock_early,     // there is no memory yet
  e820_firmware,      // the firmware's map is sorted
  e820_parameter,     // at each parameter of the command line
  e820_command_line,  // all parameters are read
  e820_bios,
  e820_mtrr,
  memblock_filled,  // all RAM is added
  memblock_platform,
};

constexpr bool sees_e820(Hook hook) {
  return hook >= Hook::e820_firmware && hook <= Hook::e820_mtrr;
}

enum class Verb : std::uint32_t {
  retype,   // e820: entries of type `from` become `to`
  remove,   // e820: entries of type `from` go; memblock: memory does
  reserve,  // memblock
  cap,      // RAM from range.base() up goes
  align,    // memblock: pieces of memory end at multiples of `align`, unlogged
};

// An edit that can be applied as it is: its verb fits the hook, its range is not empty.
struct Edit {
  Verb verb = Verb::remove;
  PhysRange range{};
  std::uint32_t from = 0;  // e820 type that it is about; 0: any
  std::uint32_t to = 0;    // retype: the new e820 type
  std::uint64_t align = 0;
  std::string reason{};
  FollowedRule rule{};  // the kernel's, if it is one of its own
};

struct TrimInput {
  Hook hook{};
  std::span<const E820Entry> table{};          // e820 hooks
  std::span<const memblock::Region> memory{};  // memblock's hooks
  const kernel::Parameter* parameter = nullptr;
  Pfn max_pfn{};                       // 0: not known yet
  std::span<const MtrrRange> mtrrs{};  // e820_mtrr: as the kernel has them by then
};

struct TrimAnswer {
  // e820_parameter: it was one of this trim's; the map is the user's from now on.
  bool taken = false;
  // In order. An event's step is left empty where it has no rule of the kernel's.
  std::vector<std::variant<Edit, Event>> doings{};
};

class Trim : public Plugged {
 public:
  virtual bool acts_at(Hook hook) const = 0;
  // An error is a fault of the trim; nothing of its answer exists.
  virtual Result<TrimAnswer> run(const TrimInput& input) = 0;
};

}  // namespace memmap::boot
