// A plugin that trims memory: asked at hook points of the boot, answers with edits.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "plugin/call.h"
#include "plugin/facts.h"
#include "plugin/host.h"

namespace memmap::plugin {

// In the order of the boot; abi.h says where each is.
enum class Hook : std::uint32_t {
  e820_firmware = MEMMAP_HOOK_E820_FIRMWARE,
  e820_command_line = MEMMAP_HOOK_E820_COMMAND_LINE,
  e820_bios = MEMMAP_HOOK_E820_BIOS,
  e820_mtrr = MEMMAP_HOOK_E820_MTRR,
  memblock_early = MEMMAP_HOOK_MEMBLOCK_EARLY,
  memblock_filled = MEMMAP_HOOK_MEMBLOCK_FILLED,
};

enum class Verb : std::uint32_t {
  retype = MEMMAP_RETYPE,
  remove = MEMMAP_REMOVE,
  reserve = MEMMAP_RESERVE,
  cap = MEMMAP_CAP,
};

// An edit, checked: its verb fits the hook, its range is not empty and, but for a cap's end, lies
// in the 52 bits of physical addresses that x86-64 has.
struct Edit {
  Verb verb = Verb::remove;
  PhysRange range{};
  std::uint32_t from = 0;  // e820 type that it is about; 0: any
  std::uint32_t to = 0;    // retype: the new e820 type
  std::string reason{};
};

class TrimPlugin {
 public:
  // Errors: it has no memmap.trim/1, wrong options (all).
  static Result<std::unique_ptr<TrimPlugin>> create(const Plugin& plugin,
                                                    const OptionTexts& options);

  bool acts_at(Hook hook) const {
    return (interface_.hooks & static_cast<std::uint32_t>(hook)) != 0;
  }

  // The edits for `hook`, to be applied in order; `ranges` are the e820 table's or
  // memblock.memory's at that point. An error is the plugin's fault, and nothing of its answer may
  // be used.
  Result<std::vector<Edit>> run(Hook hook, const AbiRanges& ranges, const Facts& facts);

  const std::string& name() const { return call_.plugin(); }
  const std::vector<std::string>& warnings() const { return call_.warnings(); }

 private:
  TrimPlugin(const Plugin& plugin, OptionValues options);

  memmap_trim_t interface_;
  Call call_;
};

}  // namespace memmap::plugin
