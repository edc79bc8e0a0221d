#include "input/log/statement_facts.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/align.h"
#include "input/log/dmesg_edits.h"
#include "input/text/scan.h"
#include "kernel/distribution.h"

namespace memmap::input {
namespace {

constexpr std::uint64_t kImageStep = 2 * kMiB;

// In bytes: the number before `K NAME` of `Memory:`.
std::optional<std::uint64_t> part(std::string_view line, std::string_view name) {
  const auto kib = decimal_before(line, name);
  if (!kib || *kib > kGiB) return std::nullopt;
  return *kib << 10;
}

}  // namespace

void StatementFacts::line(const LogLine& line) {
  std::string_view text = line.text;
  if (text.size() < 8) return;
  switch (text[0]) {
    case 'L':
      if (eat(text, "Linux version ")) first_line(text);
      return;
    case 'K':
      if (eat(text, "Kernel command line: ") && whole_command_line_.empty())
        whole_command_line_ = std::string(trim(text));
      if (eat(text, "Kernel Offset: ")) offset_line(text);
      return;
    case 'H':
      // kernel: gigantic_pages_init(), arch/x86/mm/hugetlbpage.c: where the processor has such pages
      if (text.starts_with("HugeTLB") && (text.find("registered 1.00 GiB") != text.npos ||
                                          text.find("registered 1 GB") != text.npos))
        machine_.cpu.gbpages = true;
      return;
    case 'N':
      if (text.starts_with("NODE_DATA(")) saw_nodes_ = true;
      return;
    case 'E':
      if (text.starts_with("EFI v")) efi_ = true;
      return;
    case 'e':
      if (text.starts_with("efi: EFI v")) efi_ = true;
      if (text.starts_with("e820")) edit_line(text);
      return;
    case 'l':
      if (text.starts_with("last_pfn")) edit_line(text);
      return;
    case 'B':
      if (!brk_ && eat(text, "BRK [")) brk_ = take_hex(text);
      return;
    case 'M':
      if (text.starts_with("Memory: ")) memory_line(text);
      return;
    default:
      return;
  }
}

void StatementFacts::first_line(std::string_view text) {
  if (!machine_.kernel_version) machine_.kernel_version = kernel::stable_version_in(text);
  if (machine_.kernel_distribution) return;
  const kernel::Recognised whose = kernel::recognise({.banner = text});
  if (whose.distribution == nullptr) return;
  machine_.kernel_distribution = std::string(whose.distribution->id);
  if (!whose.contradiction.empty()) machine_.notes.push_back("the kernel: " + whose.contradiction);
}

// RAM that becomes reserved once the MTRRs were looked at, which change whole MiB: pages that EFI's
// tables are kept in, once nodes are there the boot screen's picture.
// kernel: efi_arch_mem_reserve(), arch/x86/platform/efi/quirks.c, v4.9 and later
void StatementFacts::edit_line(std::string_view text) {
  const auto edit = e820_edit_of(text);
  if (!edit) return;
  if (edit->kind == E820LogLine::Kind::last_pfn) ++last_pfns_;
  const bool taken = edit->from == E820Type::ram && edit->to == E820Type::reserved;
  if (!taken || !efi_ || last_pfns_ == 0) return;
  const PhysRange pages = edit->range;
  if (is_aligned(raw(pages.base()), kMiB) && is_aligned(raw(pages.end()), kMiB)) return;
  if (saw_nodes_) {
    if (!machine_.efi_picture) machine_.efi_picture = pages;
  } else if (machine_.efi_kept.size() < 64) {
    machine_.efi_kept.push_back(pages);
  }
}

// `0x1e200000 from 0xffffffff81000000 (relocation range: ...)`, which a panic tells.
// kernel: dump_kernel_offset(), arch/x86/kernel/setup.c
void StatementFacts::offset_line(std::string_view text) {
  const auto offset = take_hex(text);
  if (!offset || !eat(text, " from ")) return;
  const auto base = take_hex(text);
  if (!base || *offset >= kGiB || *base < KaslrBases::kLowest) return;
  const std::uint64_t virt = *base + *offset;
  if (virt > *base && is_aligned(virt, KaslrBases::kImageStep))
    machine_.kaslr.kernel_virt_base = VirtAddr{virt};
}

// Code and read-only data end where a page of 2 MiB does; what lies between the parts is not told.
void StatementFacts::memory_line(std::string_view text) {
  const auto code = part(text, "K kernel code");
  const auto rodata = part(text, "K rodata");
  const auto rwdata = part(text, "K rwdata");
  const auto init = part(text, "K init");
  const auto bss = part(text, "K bss");
  if (!code || !rodata || !rwdata || !init || !bss || image_bytes_) return;
  image_bytes_ =
      align_up(*code, kImageStep) + align_up(*rodata, kImageStep) + *rwdata + *init + *bss;
}

void StatementFacts::finish() {
  if (const auto esrt = machine_.efi_esrt)
    std::erase_if(machine_.efi_kept, [&](PhysRange r) { return r.contains(*esrt); });
  take_built_in_command_line();
  take_place();
}

// What is built in stands before what the boot loader gave, which alone is told at first.
// kernel: setup_arch(), arch/x86/kernel/setup.c, CONFIG_CMDLINE_BOOL
void StatementFacts::take_built_in_command_line() {
  if (!machine_.command_line) return;
  const std::string given = *machine_.command_line;
  if (whole_command_line_.size() <= given.size() || !whole_command_line_.ends_with(given)) return;
  machine_.command_line = whole_command_line_;
  machine_.notes.push_back(
      "the kernel has a command line built in: it is that of `Kernel command line:`");
}

// The brk area ends the image. Below where an image ends that lies at its usual place, that is where it
// is; further up KASLR put it.
void StatementFacts::take_place() {
  constexpr std::uint64_t kUsualEnd = 128 * kMiB;
  if (machine_.kernel_phys_base || !brk_ || !image_bytes_) return;
  if (*brk_ < kUsualEnd || *brk_ >= Machine::kKernelEnd || *image_bytes_ >= *brk_) return;
  const std::uint64_t base = align_down(*brk_ - *image_bytes_, kImageStep);
  const bool in_ram = std::ranges::any_of(machine_.firmware_map, [&](const E820Entry& e) {
    return e.type == E820Type::ram && raw(e.addr) <= base && *brk_ < e.end();
  });
  if (!in_ram) return;
  machine_.kernel_phys_base = PhysAddr{base};
  machine_.notes.push_back(fmt::format(
      "the kernel's image lies at {:#x} or a few MiB below: by its brk area and the sizes "
      "of `Memory:`",
      base));
}

}  // namespace memmap::input
