// The kernel's command line, split and read as leniently as the kernel does it. What a user types
// for memmap itself is read by base/number.h instead.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace memmap::kernel {

// Bytes that the kernel has for the line, its final 0 included; longer lines are cut.
// kernel: COMMAND_LINE_SIZE, arch/x86/include/asm/setup.h, v6.12
inline constexpr std::size_t kCommandLineSize = 2048;

struct Parameter {
  std::string name{};
  std::optional<std::string> value{};  // what follows `=`, without quotes; nullopt: there is no `=`
  // Where it stands in the line, quotes included: bytes [at, at + size) from the line's start.
  std::size_t at = 0;
  std::size_t size = 0;
};

// `mem=4G`: as it was given, but for quotes.
inline std::string to_text(const Parameter& p) {
  return p.value ? p.name + "=" + *p.value : p.name;
}

// How a line that is built into the kernel (CONFIG_CMDLINE) relates to the boot loader's line:
// `instead` with CONFIG_CMDLINE_OVERRIDE.
enum class BuiltIn { before, instead };

// The parameters of a line in their order, up to a lone `--`: what follows that is init's. Quotes
// hold blanks together; a quote that is not closed reaches to the end.
// kernel: parse_args(), kernel/params.c; next_arg(), lib/cmdline.c, v6.12
std::vector<Parameter> parse_command_line(std::string_view text);

// The line that a kernel works with: the boot loader's `line` with `built_in` before it or instead
// of it. A line that begins with `built_in` already, as one from /proc/cmdline does, gets it only
// once. The result is cut to what the kernel keeps.
// kernel: setup_arch(), arch/x86/kernel/setup.c, v6.1 and v6.12
std::string whole_command_line(std::string_view built_in, BuiltIn how, std::string_view line);

// `line` and `more` with a blank between them; without one where either is empty.
std::string appended(std::string_view line, std::string_view more);

// Whether two names are the same; `-` and `_` are. kernel: parameq(), kernel/params.c, v6.12
bool parameq(std::string_view a, std::string_view b);

// A number at the front of a text, and what follows it.
struct Parsed {
  std::uint64_t value = 0;
  std::string_view rest{};
};

// Reads digits of base 16 behind `0x`, of base 8 behind `0`, else of base 10. A number of more than
// 64 bits wraps; without digits the value is 0 and `rest` is all of `text`.
// kernel: simple_strtoull(text, &rest, 0), lib/vsprintf.c, v6.12
Parsed simple_strtoull(std::string_view text);

// The same with one letter of K M G T P E, in either case, as a unit: powers of 1024. Bits above
// the 64th are dropped. kernel: memparse(), lib/cmdline.c, v6.12
Parsed memparse(std::string_view text);

// The number at the front of `text`, with a minus before it or not, cut to an int. What follows it
// is not looked at. nullopt: there is no text, or no number at its front.
// kernel: get_option(), lib/cmdline.c, v6.12
std::optional<int> get_option(std::optional<std::string_view> text);

// The number that `text` is, a plus before it or a line's end behind it allowed. nullopt: it is
// anything else, or has more than 64 bits. kernel: kstrtoul(text, 0, ...), lib/kstrtox.c, v6.12
std::optional<std::uint64_t> kstrtoul(std::string_view text);

// True for text that begins with y, t, 1 or `on`, false for n, f, 0 or `of`, in either case.
// nullopt: anything else, which the kernel refuses. kernel: kstrtobool(), lib/kstrtox.c, v6.12
std::optional<bool> kstrtobool(std::optional<std::string_view> text);

// Whether `word` is one of the words that commas separate in `list`.
// kernel: parse_option_str(), lib/cmdline.c, v6.12
bool parse_option_str(std::string_view list, std::string_view word);

// Whether `word` stands between blanks anywhere in `line`, behind `--` too; every letter counts.
// Words that are needed before the kernel proper runs are looked for like this: nokaslr, no5lvl.
// kernel: cmdline_find_option_bool(), arch/x86/lib/cmdline.c, v6.1 and v6.12
bool find_option_bool(std::string_view line, std::string_view word);

}  // namespace memmap::kernel
