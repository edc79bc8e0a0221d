// Where an image's sections lie, and what its linker script's symbols therefore are.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace memmap::kernel {

struct SectionPlace {
  std::string name{};
  std::uint64_t address = 0;
  std::uint64_t size = 0;
};

struct Sections {
  std::string source{};
  std::vector<SectionPlace> list{};  // as in the file, that is by address

  // A symbol of the linker script, as an address: `_etext` is the end of .text, and so on. nullopt:
  // not one that follows from sections.
  // kernel: arch/x86/kernel/vmlinux.lds.S, v6.1 and v6.12
  std::optional<std::uint64_t> symbol(std::string_view name) const;
};

// `readelf -S --wide vmlinux`, with or without its first lines. Errors: lines of another form, no
// section .text.
Result<Sections> read_sections(const std::string& source, std::string_view text);

}  // namespace memmap::kernel
