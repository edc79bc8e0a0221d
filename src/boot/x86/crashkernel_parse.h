// crashkernel= as the kernel reads it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "kernel/behaviour.h"
#include "kernel/profile.h"

namespace memmap::boot::crash {

enum class Parse { none, bad, ok };

// What one crashkernel= says; bytes.
struct Request {
  Parse parse = Parse::none;
  std::uint64_t size = 0;
  std::uint64_t base = 0;  // 0: anywhere
  std::string fault{};     // what the kernel prints if `bad`, or if a list comes to nothing
};

// Which the kernel knows: none before 3.9; `,cma` since 6.17.
enum class Suffixes { none, high_low, all };
Suffixes suffixes_of(const kernel::Behaviour& behaviour);

// The last crashkernel= of the line that has `suffix` (`,high`, `,low`, `,cma`), or, without one, the
// last that has none that the kernel knows: SIZE[@BASE] or START-[END]:SIZE[,...][@BASE] of which the first range that
// `memory` (bytes, taken as a multiple of 128 MiB) lies in counts.
// kernel: __parse_crashkernel(), kernel/crash_reserve.c, v6.12 and v7.2; kernel/crash_core.c, v6.1
Request parse(std::string_view command_line, std::uint64_t memory, Suffixes known,
              std::string_view suffix = {});

// The line with `crashkernel=auto` as a kernel that knows the word takes it with `memory` bytes; the
// line itself for other kernels. See kernel/distribution.h.
std::string with_auto(std::string_view command_line, const kernel::Profile& profile,
                      std::uint64_t memory);

// The kernel can start a crash kernel: it was built with CONFIG_KEXEC and CONFIG_CRASH_DUMP.
bool is_supported(const kernel::Profile& profile);

}  // namespace memmap::boot::crash
