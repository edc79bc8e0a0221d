// A vmlinux: its sections and symbols. Through libelf.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "profile/symbols.h"

namespace memmap::kernel {

struct Section {
  std::string name{};
  std::uint64_t address = 0;  // as linked; of per-CPU data, the offset within it
  std::uint64_t size = 0;
  std::string_view bytes{};  // into the file; empty where it has none (.bss)
};

struct Image {
  std::string source{};
  std::string_view file{};
  std::vector<Section> sections{};
  Symbols symbols{};  // of .symtab, which distributions strip off

  const Section* section(std::string_view name) const;
  // What lies at an address as linked, up to the end of its section; empty: nothing of the file.
  std::string_view at(std::uint64_t address) const;
  // A text that ends in a zero byte there; nullopt: none, or longer than `limit`.
  std::optional<std::string_view> text_at(std::uint64_t address, std::size_t limit = 256) const;
};

// `file` must outlive the result. Errors, with the byte: cut short, damaged, not of x86-64, a core
// or an object file.
Result<Image> read_image(const std::string& source, std::string_view file);

bool is_elf(std::string_view bytes);

}  // namespace memmap::kernel
