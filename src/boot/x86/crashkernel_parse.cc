#include "boot/x86/crashkernel_parse.h"

#include <fmt/format.h>

#include "base/address.h"
#include "kernel/behaviour.h"
#include "kernel/command_line.h"
#include "kernel/distribution.h"

namespace memmap::boot::crash {
namespace {

constexpr std::string_view kName = "crashkernel=";

bool has_known_suffix(std::string_view word, Suffixes known) {
  if (known == Suffixes::none) return false;
  return word.ends_with(",high") || word.ends_with(",low") ||
         (known == Suffixes::all && word.ends_with(",cma"));
}

// The text after the last `crashkernel=` that qualifies, to its line's end; empty: none does.
// kernel: get_last_crashkernel()
std::string_view last_of(std::string_view line, Suffixes known, std::string_view suffix) {
  std::string_view found;
  for (std::size_t at = line.find(kName); at != line.npos; at = line.find(kName, at + 1)) {
    const std::string_view rest = line.substr(at);
    const std::string_view word = rest.substr(0, rest.find(' '));
    if (suffix.empty() ? !has_known_suffix(word, known) : word.ends_with(suffix)) {
      found = rest.substr(kName.size());
    }
  }
  return found;
}

Request bad(std::string fault) {
  Request r;
  r.parse = Parse::bad;
  r.fault = "crashkernel: " + std::move(fault);
  return r;
}

// A number that must be there; false: no digit.
bool number(std::string_view& text, std::uint64_t& value) {
  const auto parsed = kernel::memparse(text);
  if (parsed.rest.size() == text.size()) return false;
  value = parsed.value;
  text = parsed.rest;
  return true;
}

bool ends_word(std::string_view text) { return text.empty() || text.front() == ' '; }

Request unrecognized(std::string_view text) {
  return bad(fmt::format("unrecognized char: {}", text.empty() ? '\0' : text.front()));
}

// SIZE[@BASE]. kernel: parse_crashkernel_simple()
Request simple(std::string_view text) {
  Request r{.parse = Parse::ok};
  if (!number(text, r.size)) return bad("memory value expected");
  if (text.starts_with('@')) {
    r.base = kernel::memparse(text.substr(1)).value;
  } else if (!ends_word(text)) {
    return unrecognized(text);
  }
  return r;
}

// SIZE,high, SIZE,low or SIZE,cma. kernel: parse_crashkernel_suffix()
Request suffixed(std::string_view text, std::string_view suffix) {
  Request r{.parse = Parse::ok};
  if (!number(text, r.size)) return bad("memory value expected");
  if (!text.starts_with(suffix)) return unrecognized(text);
  text.remove_prefix(suffix.size());
  if (!ends_word(text)) return unrecognized(text);
  return r;
}

// START-[END]:SIZE; false: `fault` says why not.
struct Range {
  std::uint64_t start = 0;
  std::uint64_t end = ~0ull;
  std::uint64_t size = 0;
};
bool range(std::string_view& text, std::uint64_t memory, Range& out, std::string& fault) {
  const auto fails = [&](const char* why) {
    fault = why;
    return false;
  };
  if (!number(text, out.start)) return fails("Memory value expected");
  if (!text.starts_with('-')) return fails("'-' expected");
  text.remove_prefix(1);
  if (!text.starts_with(':')) {
    if (!number(text, out.end)) return fails("Memory value expected");
    if (out.end <= out.start) return fails("end <= start");
  }
  if (!text.starts_with(':')) return fails("':' expected");
  text.remove_prefix(1);
  if (!number(text, out.size)) return fails("Memory value expected");
  return out.size < memory || fails("invalid size");
}

// kernel: parse_crashkernel_mem()
Request ranges(std::string_view text, std::uint64_t memory) {
  constexpr std::uint64_t kUnit = 128 * kMiB;
  memory = (memory + kUnit - 1) / kUnit * kUnit;
  Request r{.parse = Parse::ok};
  while (true) {
    Range one;
    std::string fault;
    if (!range(text, memory, one, fault)) return bad(std::move(fault));
    if (memory >= one.start && memory < one.end) {
      r.size = one.size;
      break;
    }
    if (!text.starts_with(',')) break;
    text.remove_prefix(1);
  }
  if (r.size == 0) {
    r.fault = "crashkernel size resulted in zero bytes";
    return r;
  }
  text = text.substr(0, text.find(' '));
  const std::size_t at = text.find('@');
  if (at == text.npos) return r;
  text.remove_prefix(at + 1);
  return number(text, r.base) ? r : bad("Memory value expected after '@'");
}

}  // namespace

Suffixes suffixes_of(const kernel::Behaviour& behaviour) {
  if (!behaviour.crash_kernel_goes_high) return Suffixes::none;
  return behaviour.crash_kernel_has_cma ? Suffixes::all : Suffixes::high_low;
}

std::string with_auto(std::string_view command_line, const kernel::Profile& profile,
                      std::uint64_t memory) {
  constexpr std::string_view kAuto = "crashkernel=auto";
  std::string out;
  for (std::size_t at = command_line.find(kAuto); at != command_line.npos;
       at = command_line.find(kAuto)) {
    const auto meant = kernel::crashkernel_auto(profile, memory);
    if (!meant) break;
    out += fmt::format("{}{}{}", command_line.substr(0, at), kName, *meant);
    command_line.remove_prefix(at + kAuto.size());
  }
  return out += command_line;
}

Request parse(std::string_view command_line, std::uint64_t memory, Suffixes known,
              std::string_view suffix) {
  const std::string_view text = last_of(command_line, known, suffix);
  if (text.data() == nullptr) return {};
  if (!suffix.empty()) return suffixed(text, suffix);
  const std::string_view word = text.substr(0, text.find(' '));
  return word.find(':') != word.npos ? ranges(text, memory) : simple(text);
}

bool is_supported(const kernel::Profile& profile) {
  const bool is_generic = kernel::behaviour_of(profile).crash_kernel_is_generic;
  return profile.has(config::KEXEC_CORE) && (!is_generic || profile.has(config::CRASH_RESERVE));
}

}  // namespace memmap::boot::crash
