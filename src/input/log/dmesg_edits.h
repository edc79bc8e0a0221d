// The kernel's changes of its e820 table, as it logs them: for checking a simulation against a log.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/range.h"
#include "base/result.h"
#include "input/format.h"
#include "machine/e820_entry.h"

namespace memmap::input {

// One line. Types are as printed: RAM that becomes the kernel's own (reserved_kern) says `usable`
// on both sides.
struct E820LogLine {
  enum class Kind { update, remove, last_pfn };
  Kind kind = Kind::update;
  PhysRange range{};               // update, remove
  std::optional<E820Type> from{};  // empty: a removal of whatever is there
  std::optional<E820Type> to{};    // update only
  Pfn pfn{};                       // last_pfn only
  std::uint64_t max_arch_pfn = 0;  // last_pfn only
  std::size_t line = 0;            // in the file, from 1
};

// `e820: update [mem 0x0-0xfff] usable ==> reserved`, `e820: remove [mem ...] usable`, `last_pfn =
// 0x3ffe0 max_arch_pfn = 0x400000000`, and the forms of kernels before 3.5; nullopt: the message is
// none of these.
std::optional<E820LogLine> e820_edit_of(std::string_view message);

// All of them in order, of the boot that read_dmesg() reads with the same options; empty where the
// log has none (they are debug messages: a log may lack them). Errors: the log or the boot cannot
// be read.
Result<std::vector<E820LogLine>> read_e820_edits(const Source& source, const ReadOptions& options);

}  // namespace memmap::input
