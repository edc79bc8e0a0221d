// Where a kernel lies, by the program headers of /proc/kcore.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "machine/machine.h"

namespace memmap::input {

inline constexpr std::size_t kElfHeaderBytes = 64;

struct KernelPlaces {
  std::optional<PhysAddr> kernel_phys_base{};
  KaslrBases kaslr{};
};

// How many bytes the file's header and program headers take: what lies behind them is notes (the command
// line, a process) and memory. `bytes`: at least the header. Error: no core of x86-64.
Result<std::size_t> kcore_headers(const std::string& name, std::string_view bytes);

// `bytes`: the file from its beginning, at least the headers. What they do not tell for certain stays
// empty: of kernels whose segments have no physical address all but the image's place.
// Errors: no core of x86-64, or its headers are cut.
Result<KernelPlaces> places_in_kcore(const std::string& name, std::string_view bytes);

// The address of _text in a text like /proc/kallsyms; nullopt: none, or addresses are hidden (0).
std::optional<VirtAddr> kernel_virt_base_in_kallsyms(std::string_view text);

}  // namespace memmap::input
