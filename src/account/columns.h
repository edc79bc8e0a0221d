// The machine's memory as each stage of the boot has it, side by side: what a picture to scale
// shows. Nothing here knows how it is drawn.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "boot/outcome.h"
#include "machine/e820_entry.h"

namespace memmap::account {

// In the order of the boot.
enum class ColumnId { firmware, e820, memory, reserved, direct_map, zones, free };
inline constexpr std::size_t kColumns = 7;

// What a block is. `id` is for programs and does not change; `words` are for a legend.
enum class Kind : std::uint8_t {
  // Of the firmware's map and the kernel's table: the types.
  ram,
  reserved,
  acpi,
  nvs,
  unusable,
  persistent,
  soft_reserved,
  other_type,
  // Of memblock.memory.
  memory,
  nomap,
  // Of memblock.reserved: what the memory is for, in groups of owners.
  kernel,
  initrd,
  page_tables,
  struct_pages,
  boot_data,
  set_aside,
  firmware_data,
  other_owner,
  // Of the direct map.
  pages_4k,
  pages_2m,
  pages_1g,
  // Of the zones.
  dma,
  dma32,
  normal,
  movable,
  // Of the page allocator: free blocks by order, and what is not in them yet.
  order_0_3,
  order_4_8,
  order_9,
  order_10,
  deferred,
  given_back,
};
inline constexpr std::size_t kKinds = 31;

// `pages_2m`, and what it is called in a legend: `2 MiB pages`.
struct KindWords {
  std::string_view id{};
  std::string_view words{};
};
const KindWords& words_of(Kind kind);
Kind kind_of_type(E820Type type);
// Of an owner's words, with or without what follows them; other_owner of none.
Kind kind_of_owner(std::string_view words);

// A range of one column. Neighbours that touch differ in something else than the range.
struct Block {
  PhysRange range{};
  Kind kind = Kind::ram;
  // What it is: `RAM`, `kernel image`, `node 0 DMA32`, `order 10`. May hold what others wrote.
  std::string label{};
  std::string by{};         // of memblock.reserved: the kernel function that asked; may be empty
  std::uint32_t flags = 0;  // of memblock.memory: memblock::RegionFlags

  friend bool operator==(const Block&, const Block&) = default;
};

struct Column {
  ColumnId id = ColumnId::firmware;
  std::vector<Block> blocks{};  // ascending, disjoint, none empty

  friend bool operator==(const Column&, const Column&) = default;
};

// `direct_map`, and its heading in the kernel's words: `direct map`.
struct ColumnWords {
  std::string_view id{};
  std::string_view title{};
  std::string_view kernel{};  // where the kernel has it: `e820_table_firmware`
};
const ColumnWords& words_of(ColumnId id);

// Makes blocks those of a column: sorts them; of bytes that several have, the earlier keeps them; joins
// neighbours that differ in nothing but the range.
void settle(std::vector<Block>& blocks);

// A column of `state`; what the boot has not come to yet is empty. `owned`: of memblock.reserved, and
// of no use for other columns. At `hand_over`, what is given back behind it is left out. O(n log n)
// for n ranges.
Column column_of(ColumnId id, const boot::State& state, std::span<const boot::Owned> owned,
                 boot::Moment moment);

// All of them by ColumnId, as at the hand-over or where the boot ended.
std::array<Column, kColumns> columns_of(const boot::Outcome& outcome);

}  // namespace memmap::account
