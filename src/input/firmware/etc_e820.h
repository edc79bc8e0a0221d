// QEMU's fw_cfg file etc/e820: packed entries of 20 bytes {u64 address, u64 length, u32 type}.
#pragma once

#include "input/format.h"

namespace memmap::input {

inline constexpr std::size_t kPackedEntryBytes = 20;  // struct boot_e820_entry, too

Recognition recognise_etc_e820(const Source& source);
Result<Machine> read_etc_e820(const Source& source, const ReadOptions& options);

// The packed entry at `offset`, which must lie inside.
E820Entry packed_entry(std::string_view bytes, std::size_t offset);

// One that a kernel knows, or a small number that some firmware uses.
bool plausible_type(E820Type type);

}  // namespace memmap::input
