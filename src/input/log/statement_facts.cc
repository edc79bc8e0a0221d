#include "input/log/statement_facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <set>

#include "base/align.h"
#include "input/firmware/acpi_table.h"
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

// `node 0 initialised, 3297158 pages in 20ms`, `node 0 deferred pages initialised in 20ms` since 5.8.
// kernel: deferred_init_memmap(), mm/page_alloc.c before 6.3, mm/mm_init.c
bool is_deferred_node(std::string_view text) {
  if (!eat(text, "node ") || !take_decimal(text)) return false;
  return text.starts_with(" initialised, ") || text.starts_with(" deferred pages initialised");
}

// The power of two that `32768 bytes` is; nullopt: none, or out of bounds.
std::optional<unsigned> shift_of(std::string_view text, unsigned least, unsigned most) {
  const auto bytes = take_decimal(text);
  if (!bytes || !std::has_single_bit(*bytes) || text != " bytes") return std::nullopt;
  const auto shift = static_cast<unsigned>(std::countr_zero(*bytes));
  if (shift < least || shift > most) return std::nullopt;
  return shift;
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
      // One that kernels before 5.8 told of, others take: `invalid status 0 (expected 1)`.
      if (eat(text, "efi_bgrt: Ignoring BGRT: ") && !text.starts_with("invalid status") &&
          !machine_.has_event_of(FirmwareTable::bgrt))
        machine_.firmware_events.push_back(bgrt_refused(text));
      return;
    case 'l':
      if (text.starts_with("last_pfn")) edit_line(text);
      if (eat(text, "log_buf_len ")) log_buffer_line(text);
      return;
    case 'p':
      if (eat(text, "printk: log_buf_len ")) log_buffer_line(text);
      return;
    case 's':
      // kernel: swiotlb_exit(), kernel/dma/swiotlb.c, v5.11 and later
      if (text == "software IO TLB: tearing down default memory pool") {
        machine_.swiotlb_torn_down = true;
        goes_on_ = true;
      }
      return;
    case 'n':
      if (is_deferred_node(text)) saw_deferred_ = true;
      return;
    case 'S':
      if (text.starts_with("SLUB: ")) saw_slab_ = true;
      return;
    // kernel: kernel_init_freeable(), kernel_init(), init/main.c: behind page_alloc_init_late()
    case 'F':
      if (text.starts_with("Freeing unused kernel ") || text.starts_with("Freeing initrd memory"))
        goes_on_ = true;
      return;
    case 'R':
      if (text.starts_with("Run /")) goes_on_ = true;
      return;
    case 'P':
      // kernel: pci_iommu_init(), arch/x86/kernel/pci-dma.c
      if (text.starts_with("PCI-DMA: Using software bounce buffering")) goes_on_ = true;
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
  if (std::string_view rest = text.substr(8); !all_) {
    const auto available = take_decimal(rest);
    if (available && (eat(rest, "K/") || eat(rest, "k/"))) {
      all_ = take_decimal(rest);
      available_ = available;
      told_early_ = !saw_slab_;
      // Since 6.11 it comes behind. kernel: page_alloc_init_late(), mm/mm_init.c
      if (saw_slab_) goes_on_ = true;
    }
  }
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
  take_deferral();
}

// `individual max cpu contribution: 32768 bytes`, `min size: 262144 bytes`.
// kernel: log_buf_add_cpu(), kernel/printk/printk.c, v3.17 and later
void StatementFacts::log_buffer_line(std::string_view text) {
  KernelOptions& options = machine_.kernel_options;
  if (eat(text, "individual max cpu contribution: "))
    options.log_cpu_max_buf_shift = shift_of(text, 0, KernelOptions::kMostCpuShift);
  if (eat(text, "min size: "))
    options.log_buf_shift =
        shift_of(text, KernelOptions::kLeastLogShift, KernelOptions::kMostLogShift);
}

// A kernel that leaves struct pages for later tells of each node that it initialises so; until then
// a node's last zone has little more than a section, of the first such kernels 2 GiB or a 256th.
// kernel: defer_init(), deferred_init_memmap(), mm/mm_init.c, v6.12; reset_deferred_meminit(),
// mm/page_alloc.c, v4.2
void StatementFacts::take_deferral() {
  std::optional<bool>& defers = machine_.kernel_options.deferred_struct_page_init;
  if (saw_deferred_) {
    defers = true;
    return;
  }
  // A log with less has lost more than this could tell.
  if (!available_ || !all_ || *available_ < *all_ / 2) return;
  constexpr std::uint64_t kFirst = 2 * kGiB;
  std::uint64_t at_most = 0;  // of a kernel that leaves some for later, in bytes
  for (const E820Entry& e : machine_.firmware_map) {
    const auto range = PhysRange::from_size(e.addr, e.size);
    if (e.type != E820Type::ram || !range) continue;
    const std::uint64_t low = range->intersect(PhysRange::make(0, 4 * kGiB)).size();
    at_most += low + (range->size() - low) / 128;
  }
  std::set<int> nodes{0};
  for (const NodeMemory& n : machine_.node_memory) nodes.insert(n.nid);
  at_most += nodes.size() * kFirst;
  const std::string_view line = machine_.command_line ? *machine_.command_line : std::string_view{};
  const bool movable = line.find("movable") != line.npos || line.find("kernelcore") != line.npos;
  const bool has_more = told_early_ && !movable && *available_ > at_most >> 10;
  if (goes_on_ || has_more) defers = false;
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
