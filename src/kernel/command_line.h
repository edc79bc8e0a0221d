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
  // Where it stands in the line, quotes included: bytes from its start.
  std::size_t at = 0;
  std::size_t size = 0;
};

enum class BuiltIn { before, instead };

// The parameters in their order, up to a lone `--` (the rest is init's).
// kernel: parse_args(), kernel/params.c; next_arg(), lib/cmdline.c, v6.12
std::vector<Parameter> parse_command_line(std::string_view text);

// The line that a kernel works with: what is built into it (CONFIG_CMDLINE) stands before the boot
// loader's or, with CONFIG_CMDLINE_OVERRIDE, instead of it. A line that opens with what is built in
// already, as /proc/cmdline shows it, is left alone. Cut to what the kernel keeps.
// kernel: setup_arch(), arch/x86/kernel/setup.c, v6.1 and v6.12
std::string whole_command_line(std::string_view built_in, BuiltIn how, std::string_view line);

// `line` with `more` behind it, a space between, as a boot loader adds to a menu entry's line.
std::string appended(std::string_view line, std::string_view more);

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

// A whole number that an int holds, a minus allowed; nullopt: there is none at the front, or no
// text. What follows it is not looked at. kernel: get_option(), lib/cmdline.c
std::optional<int> get_option(std::optional<std::string_view> text);

// A number and nothing else, but for a line's end; nullopt: it is not one, or too large.
// kernel: kstrtoul(text, 0, ...), lib/kstrtox.c
std::optional<std::uint64_t> kstrtoul(std::string_view text);

// By the first letter: y t 1 on, n f 0 off; nullopt: the kernel refuses it. kernel: kstrtobool()
std::optional<bool> kstrtobool(std::optional<std::string_view> text);

// Whether a list with commas has this word, whole. kernel: parse_option_str(), lib/cmdline.c
bool parse_option_str(std::string_view list, std::string_view word);

// Whether the line has this word between spaces, anywhere: behind `--` too, and letter by letter.
// So are read what is wanted before the kernel proper runs: nokaslr, no5lvl.
// kernel: cmdline_find_option_bool(), arch/x86/lib/cmdline.c, v6.1 and v6.12
bool find_option_bool(std::string_view line, std::string_view word);

}  // namespace memmap::kernel
