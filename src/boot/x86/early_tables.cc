#include "boot/x86/early_tables.h"

#include <algorithm>
#include <vector>

#include "base/align.h"
#include "boot/x86/image_tables.h"

namespace memmap::boot {
namespace {

using paging::kEntries;
using paging::kSize2M;

constexpr std::uint64_t kCommandLineBytes = 2048;  // COMMAND_LINE_SIZE

// early_dynamic_pgts, which are handed out one behind the other. kernel: next_early_pgt
class DynamicTables {
 public:
  explicit DynamicTables(const Inputs& in) : in_(in) {}
  paging::TablePage next() { return image_page(in_, symbol::early_dynamic_pgts, used_++); }

 private:
  const Inputs& in_;
  unsigned used_ = 0;
};

// KASLR moves the areas later: setup_arch() calls kernel_randomize_memory().
paging::AddressSpace empty_tables(const Inputs& in) {
  const unsigned levels = in.features.levels();
  return paging::AddressSpace(levels, paging::fixed_bases(levels),
                              image_page(in, symbol::early_top_pgt));
}

// level2_kernel_pgt, from _text to the page that _end lies in: the brk area is in it whole. Entries
// are global, whatever the processor makes of that, until page-table isolation is decided.
void map_image(const Inputs& in, paging::AddressSpace& tables) {
  add_head_tables(in, tables);
  const std::uint64_t start = align_down(raw(in.kernel_text()), kSize2M);
  const std::uint64_t last = align_down(raw(in.kernel_text()) + in.profile.image.end, kSize2M);
  // KERNEL_IMAGE_SIZE: the table has no more entries
  const std::uint64_t modules =
      raw(paging::kStartKernelMap) + (in.profile.has(config::RANDOMIZE_BASE) ? kGiB : 512 * kMiB);
  const std::uint64_t end = std::min(last + kSize2M, modules);
  if (start >= end) return;
  tables.map({.virt = VirtAddr{start},
              .phys = PhysAddr{align_down(raw(in.kernel_base), kSize2M)},
              .page_size = kSize2M,
              .pages = (end - start) / kSize2M,
              .flags = paging::kWritable | paging::kGlobal});
}

// The image's pages through one table of 2 MiB pages, of which `base` is the first address; behind its
// last entry follows its first.
void map_through(const Inputs& in, paging::AddressSpace& tables, VirtAddr base) {
  const std::uint64_t pages = (in.profile.image.end + kSize2M - 1) / kSize2M;
  const std::uint64_t phys = align_down(raw(in.kernel_base), kSize2M);
  const unsigned first = paging::index_of(VirtAddr{phys}, 2);
  for (std::uint64_t done = 0; done < pages;) {
    const std::uint64_t index = (first + done) % kEntries;
    const std::uint64_t run = std::min(pages - done, kEntries - index);
    tables.map({VirtAddr{raw(base) + index * kSize2M}, PhysAddr{phys + done * kSize2M}, kSize2M,
                run, paging::kWritable});
    done += run;
  }
}

// The first addresses that the entry of `level` for `phys` and the next one translate, below each of
// `above`.
std::vector<VirtAddr> two_of_each(const std::vector<VirtAddr>& above, PhysAddr phys,
                                  unsigned level) {
  const unsigned index = paging::index_of(VirtAddr{raw(phys)}, level);
  std::vector<VirtAddr> out;
  for (const VirtAddr base : above) {
    for (const unsigned i : {index, (index + 1) % kEntries})
      out.push_back(VirtAddr{raw(base) + i * paging::entry_size(level)});
  }
  return out;
}

void map_identity(const Inputs& in, paging::AddressSpace& tables) {
  DynamicTables dynamic(in);
  const paging::TablePage pud = dynamic.next();
  const paging::TablePage pmd = dynamic.next();
  const PhysAddr phys = in.kernel_base;
  std::vector<VirtAddr> puds{VirtAddr{0}};
  if (tables.levels() == 5) {
    puds = two_of_each(puds, phys, 5);
    const paging::TablePage p4d = dynamic.next();
    for (const VirtAddr at : puds) tables.add_table(4, at, p4d);
  }
  puds = two_of_each(puds, phys, 4);
  for (const VirtAddr at : puds) tables.add_table(3, at, pud);
  for (const VirtAddr at : two_of_each(puds, phys, 3)) {
    tables.add_table(2, at, pmd);
    map_through(in, tables, at);
  }
}

// What the kernel copies out of memory before setup_arch(): the zero page and the command line. A BIOS's
// loader puts both below 640 KiB. kernel: copy_bootdata(); Documentation/arch/x86/boot.rst, v6.12
std::vector<PhysRange> boot_data(const Inputs& in) {
  std::vector<PhysRange> out;
  if (in.machine.firmware != Firmware::efi) out.push_back(PhysRange::make(0, kPageSize));
  if (in.machine.command_line_base) {
    if (const auto line = PhysRange::from_size(*in.machine.command_line_base, kCommandLineBytes))
      out.push_back(*line);
  }
  return out;
}

// Whether microcode is looked for in the initrd: a guest leaves that to its host.
// kernel: load_ucode_bsp(), arch/x86/kernel/cpu/microcode/core.c, v6.1 and v6.12
bool looks_for_microcode(const Inputs& in) {
  const CpuFacts& cpu = in.machine.cpu;
  if (!in.machine.initrd || !cpu.hypervisor.empty() || in.has_parameter("dis_ucode_ldr"))
    return false;
  return (cpu.vendor == "GenuineIntel" && cpu.family >= 6) ||
         (cpu.vendor == "AuthenticAMD" && cpu.family >= 0x10);
}

}  // namespace

paging::AddressSpace startup_tables(const Inputs& in) {
  paging::AddressSpace tables = empty_tables(in);
  map_image(in, tables);
  map_identity(in, tables);
  return tables;
}

paging::AddressSpace early_tables(const Inputs& in) {
  paging::AddressSpace tables = empty_tables(in);
  map_image(in, tables);
  std::vector<PhysRange> reads = boot_data(in);
  if (looks_for_microcode(in))
    reads.push_back(
        PhysRange::make(raw(in.machine.initrd->base()), raw(in.machine.initrd->base()) + 1));
  DynamicTables dynamic(in);
  const std::uint64_t room = std::uint64_t{1} << paging::physmem_bits(tables.levels());
  for (const PhysRange read : reads) {
    if (raw(read.end()) > room) continue;
    for (std::uint64_t at = align_down(raw(read.base()), kSize2M); at < raw(read.end());
         at += kSize2M) {
      const VirtAddr virt{raw(tables.bases().page_offset) + at};
      if (tables.find(virt) != nullptr) continue;
      for (unsigned level = tables.levels() - 1; level >= 2; --level) {
        if (!tables.table(level, virt)) tables.add_table(level, virt, dynamic.next());
      }
      tables.map({virt, PhysAddr{at}, kSize2M, 1,
                  paging::kWritable | (in.features.nx ? paging::kNoExecute : 0u)});
    }
  }
  return tables;
}

std::string_view early_reads_unknown(const Inputs& in) {
  if (in.machine.firmware == Firmware::efi) {
    return in.machine.command_line_base
               ? "where EFI's stub put the zero page is not known: if that is not near the command "
                 "line, its page is missing"
               : "where EFI's stub put the zero page and the command line is not known: their "
                 "pages "
                 "are missing";
  }
  if (looks_for_microcode(in)) {
    return "how far the initrd was read for microcode is not known: only its first page is there";
  }
  return {};
}

}  // namespace memmap::boot
