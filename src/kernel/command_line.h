// The kernel's command line, split and read as the kernel does it: leniently. What a user types for
// memmap itself goes through base/number.h instead.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace memmap::kernel {

// COMMAND_LINE_SIZE, arch/x86/include/asm/setup.h: longer lines are cut, the final 0 included.
inline constexpr std::size_t kCommandLineSize = 2048;

struct Parameter {
  std::string name{};
  std::optional<std::string> value{};  // what follows `=`, quotes taken off; empty: no `=`
  std::size_t after = 0;               // where in the text the rest begins, the space that ends it
                                       // passed; the text's length: no more
};

// The parameters in their order, up to a lone `--` (the rest is init's).
// kernel: parse_args(), kernel/params.c; next_arg(), lib/cmdline.c, v6.12
std::vector<Parameter> parse_command_line(std::string_view text);

// `-` and `_` are the same in a name. kernel: parameq(), kernel/params.c
bool parameq(std::string_view a, std::string_view b);

// A number at the front of a text, and what follows it.
struct Parsed {
  std::uint64_t value = 0;
  std::string_view rest{};
};

// Digits of base 10, 16 (`0x`) or 8 (`0`); no digits: 0 and everything left over. Too large a
// number wraps. kernel: simple_strtoull(text, &rest, 0), lib/vsprintf.c
Parsed simple_strtoull(std::string_view text);

// The same with a unit K M G T P E of either case, by shifts that drop what overflows.
// kernel: memparse(), lib/cmdline.c
Parsed memparse(std::string_view text);

}  // namespace memmap::kernel
