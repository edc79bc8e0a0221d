#include "input/log/foreign_kernel.h"

#include <algorithm>

#include "input/log/dmesg_edits.h"
#include "input/text/scan.h"

namespace memmap::input {
namespace {

// Messages that only a 32-bit x86 kernel prints, by their front.
// kernel: arch/x86/mm/init_32.c, arch/x86/mm/highmem_32.c, mm/highmem.c, v2.6.25 to v6.14
constexpr std::string_view kNarrowFronts[] = {
    "Initializing HighMem for node",
    "mapped low ram: ",
    "low ram: ",
    "HighMem  [mem ",
    "HighMem zone: ",
    "HighMem   0x",
    "HighMem  empty",
    "HighMem   empty",
    "Notice: NX (Execute Disable) protection cannot be enabled: non-PAE kernel",
    "Checking if this processor honours the WP bit even in supervisor mode",
    "Warning only 4GB will be used.",
    "Warning only 896MB will be used.",
    "Use a HIGHMEM64G enabled kernel.",
    "Use a HIGHMEM enabled kernel."};

// `885MB LOWMEM available.`
constexpr std::string_view kNarrowEnds[] = {"MB LOWMEM available.", "MB HIGHMEM available."};

// max_arch_pfn of a 32-bit kernel: 64 GiB with PAE, 4 GiB without. kernel: MAX_ARCH_PFN,
// arch/x86/kernel/e820.c
constexpr std::uint64_t kNarrowPfns[] = {0x1000000, 0x100000};

// What tells the processor in the first line: a part of the release (`5.10.0-8-686-pae`,
// `6.1.0.aarch64`) or the compiler's target (`(aarch64-linux-gnu-gcc ...`).
struct Processor {
  std::string_view in_release;
  std::string_view in_compiler;
  std::string_view name;  // empty: 32-bit x86
};
constexpr Processor kProcessors[] = {
    {"i386", "i386-", ""},
    {"i486", "i486-", ""},
    {"i586", "i586-", ""},
    {"i686", "i686-", ""},
    {"-686", "", ""},
    {"-pae", "", ""},
    {"aarch64", "aarch64-", "arm64"},
    {"arm64", "", "arm64"},
    {"armmp", "arm-", "arm"},
    {"armv7", "armv7", "arm"},
    {"armv6", "armv6", "arm"},
    {"ppc64", "powerpc64", "powerpc"},
    {"powerpc", "powerpc-", "powerpc"},
    {"s390x", "s390x-", "s390"},
    {"riscv64", "riscv64-", "riscv"},
    {"loongarch", "loongarch64-", "loongarch"},
    {"", "mips", "mips"},
    {"sparc64", "sparc64-", "sparc"},
    {"ia64", "ia64-", "ia64"},
    {"", "alpha-", "alpha"},
    {"", "hppa", "parisc"},
};

struct Front {
  std::string_view words;
  std::string_view name;
};
constexpr Front kForeignFronts[] = {
    {"Booting Linux on physical CPU 0x", "arm64 or arm"},
    {"CPU: ARMv", "arm"},
    {"Machine model: ", "arm, riscv or another with a device tree"},
    {"OF: fdt: Machine model: ", "arm, riscv or another with a device tree"},
    {"SBI specification v", "riscv"},
    {"riscv: base ISA extensions", "riscv"},
    {"setup: Linux is running ", "s390"},
    {"Using pSeries machine description", "powerpc"},
    {"Using PowerNV machine description", "powerpc"},
    {"hash-mmu: ", "powerpc"},
    {"radix-mmu: ", "powerpc"},
    {"PROMLIB: Sun IEEE Boot Prom", "sparc"},
};

// `i386` in `6.1.0-i386`, as a word.
bool holds_word(std::string_view text, std::string_view word) {
  if (word.empty()) return false;
  for (std::size_t at = text.find(word); at != text.npos; at = text.find(word, at + 1)) {
    const bool inside = at != 0 && is_letter(text[at - 1]) && is_letter(word[0]);
    if (!inside) return true;
  }
  return false;
}

const Processor* processor_of(std::string_view banner) {
  eat(banner, "Linux version ");
  const std::string_view release = take_until(banner, " ");
  for (const Processor& p : kProcessors) {
    if (holds_word(release, p.in_release)) return &p;
    if (p.in_compiler.empty()) continue;
    const std::size_t at = banner.find(p.in_compiler);
    if (at == banner.npos || (at != 0 && banner[at - 1] != '(' && banner[at - 1] != ' ')) continue;
    // `aarch64-linux-gnu-gcc`, not a host's name.
    const std::string_view target =
        banner.substr(at).substr(0, banner.substr(at).find_first_of(" )"));
    if (target.ends_with("gcc") || target.ends_with("clang") || target.find("gcc-") != target.npos)
      return &p;
  }
  return nullptr;
}

}  // namespace

void ForeignKernel::mark(std::optional<Error>& where, const LogLine& line, std::string_view part,
                         std::string message) {
  if (!where) where = faults_.make(line, part, std::move(message));
}

void ForeignKernel::line(const LogLine& line) {
  const std::string_view text = line.text;
  if (text.size() < 8 || (narrow_ && foreign_)) return;
  const auto narrow = [&](std::string_view part) {
    mark(narrow_, line, part,
         "this is a 32-bit kernel's log: memmap simulates 64-bit x86 kernels only, whose memory is "
         "laid out in another way");
  };
  const auto foreign = [&](std::string_view part, std::string_view name) {
    mark(foreign_, line, part,
         "this is the log of a kernel for " + std::string(name) +
             ": memmap simulates 64-bit x86 kernels only");
  };
  const char first = text[0];
  if (is_digit(first)) {
    for (std::string_view end : kNarrowEnds) {
      if (text.ends_with(end)) narrow(text);
    }
    return;
  }
  if (first == 'L' && text.starts_with("Linux version ")) {
    const Processor* const p = processor_of(text);
    if (p != nullptr && p->name.empty()) narrow(text);
    if (p != nullptr && !p->name.empty()) foreign(text, p->name);
    return;
  }
  if (first == 'l' || first == 'e') {
    const auto edit = e820_edit_of(text);
    if (edit && std::ranges::find(kNarrowPfns, edit->max_arch_pfn) != std::end(kNarrowPfns)) {
      narrow(text);
    }
  }
  for (std::string_view front : kNarrowFronts) {
    if (first == front[0] && text.starts_with(front)) narrow(text);
  }
  for (const Front& front : kForeignFronts) {
    if (first == front.words[0] && text.starts_with(front.words)) foreign(text, front.name);
  }
}

std::optional<Error> ForeignKernel::fault(bool has_table) const {
  if (narrow_) return narrow_;
  return has_table ? std::nullopt : foreign_;
}

}  // namespace memmap::input
