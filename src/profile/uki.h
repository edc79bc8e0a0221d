// A unified kernel image: an EFI program whose sections hold a kernel and what it boots with.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace memmap::kernel {

struct Uki {
  std::string_view linux_image{};       // of .linux: a vmlinuz, into the file
  std::uint64_t linux_offset = 0;       // in the file, for messages
  std::string release{};                // of .uname; empty: not told
  std::vector<std::string> cmdlines{};  // of each .cmdline, on one line
  std::uint64_t initrd_bytes = 0;       // of .initrd; 0: it has none
};

// Starts as a program of EFI's does. A vmlinuz may, too: is_vmlinuz() is asked first.
bool is_efi_program(std::string_view file);

// `file` must outlive the result. Errors, with the byte: cut short, of another machine than x86-64,
// an EFI program without a kernel.
// https://uapi-group.org/specifications/specs/unified_kernel_image/
Result<Uki> read_uki(const std::string& source, std::string_view file);

}  // namespace memmap::kernel
