#include "boot/special.h"

#include <fmt/format.h>

#include <algorithm>

#include "boot/x86/efi.h"
#include "kernel/known_parameters.h"
#include "machine/e820_words.h"
#include "numa/cxl_windows.h"

namespace memmap::boot {
namespace {

std::string_view of_domain(XenDomain domain) {
  switch (domain) {
    case XenDomain::pv:
      return "a Xen PV guest begins on page tables and a list of its pages that the hypervisor "
             "made, "
             "and hands both on: what they take, and so where the kernel puts its own, differs. "
             "Followed: 4 KiB pages alone, no NUMA, no bounce buffer, no crash kernel";
    case XenDomain::dom0:
      return "Xen's dom0 begins on page tables and a list of its pages that the hypervisor made, "
             "and "
             "gives back RAM that it may not have: what they take, and so where the kernel puts "
             "its "
             "own, differs. Followed: 4 KiB pages alone, a bounce buffer, no crash kernel";
    case XenDomain::pvh:
      return "a Xen PVH guest is started without firmware and without a boot loader's moves: the "
             "image lies where it was linked, and what the hypervisor keeps beside it (its start "
             "info, the list of modules) is not reserved here";
    case XenDomain::none:
      break;
  }
  return {};
}

std::string of_encryption(Encryption e) {
  if (e == Encryption::none) return {};
  if (e == Encryption::sme) {
    return "memory encryption (AMD SME): the bit in page tables that encrypts. Followed: there is "
           "a "
           "bounce buffer";
  }
  const std::string_view name = e == Encryption::tdx       ? "TDX"
                                : e == Encryption::sev_snp ? "AMD SEV-SNP"
                                : e == Encryption::sev_es  ? "AMD SEV-ES"
                                                           : "AMD SEV";
  return fmt::format(
      "a guest with encrypted memory ({}): pages that it shares with the host split the direct "
      "map, "
      "and memory that firmware left unaccepted is accepted as it is taken, which costs time and "
      "a bit for each 2 MiB. Followed: the bounce buffer, 6 % of RAM, at least 64 MiB and at most "
      "1 GiB, in one piece below 4 GiB",
      name);
}

// The words of clearcpuid= that take away what the processor has and the boot follows, joined.
// kernel: cpu_parse_early_param(), arch/x86/kernel/cpu/common.c; names since 5.18, numbers alone before
std::string cleared_features(const Inputs& in) {
  struct Feature {
    std::string_view name;
    std::string_view number;
    std::optional<bool> CpuFacts::*has;
  };
  constexpr Feature kFollowed[] = {
      {"pse", "3", &CpuFacts::pse},     {"pge", "13", &CpuFacts::pge},
      {"nx", "52", &CpuFacts::nx},      {"pdpe1gb", "58", &CpuFacts::gbpages},
      {"pcid", "145", &CpuFacts::pcid}, {"la57", "528", &CpuFacts::la57}};
  std::string out;
  for (const Feature& f : kFollowed) {
    const bool named = in.has_word("clearcpuid", f.name) || in.has_word("clearcpuid", f.number);
    if (named && (in.machine.cpu.*f.has).value_or(true))
      out += (out.empty() ? "" : ", ") + std::string(f.name);
  }
  return out;
}

// Bytes from the image's place on that must be RAM when the kernel is started, beside what the image itself takes.
// kernel: init_size, Documentation/arch/x86/boot.rst; extract_kernel(), arch/x86/boot/compressed/misc.c;
// efi_decompress_kernel(), drivers/firmware/efi/libstub/x86-stub.c, v6.12
std::uint64_t needed_to_start(const Inputs& in) {
  const auto& program = in.profile.decompressor;
  if (!program) return 0;
  const bool stub = in.behaviour.efi_stub_unpacks && in.machine.firmware == Firmware::efi &&
                    in.profile.has(config::EFI);
  return stub ? program->output_len : program->init_size;
}

// Bytes of `range` that the firmware's map has as RAM.
std::uint64_t ram_in(const Machine& machine, PhysRange range) {
  const auto holds_all = [&](const E820Entry& e) {
    return e.type == E820Type::ram && e.addr <= range.base() &&
           raw(range.end()) - raw(e.addr) <= e.size;
  };
  if (std::ranges::any_of(machine.firmware_map, holds_all)) return range.size();
  E820Entries map = machine.firmware_map;
  std::uint64_t out = 0;
  std::uint64_t at = raw(range.base());
  std::ranges::sort(map, {}, &E820Entry::addr);
  for (const E820Entry& e : map) {
    if (e.type != E820Type::ram) continue;
    const std::uint64_t end = std::min(raw(e.addr) + e.size, raw(range.end()));
    at = std::max(at, raw(e.addr));
    if (end > at) out += end - at;
    at = std::max(at, end);
  }
  return out;
}

std::string no_room_to_start(const Inputs& in) {
  const PhysRange image = in.kernel_image();
  const std::uint64_t base = raw(image.base());
  const PhysRange needed =
      PhysRange::make(base, base + std::max(image.size(), needed_to_start(in)));
  const std::uint64_t ram = ram_in(in.machine, needed);
  if (ram == needed.size()) return {};
  return fmt::format(
      "how the kernel starts where RAM is missing: from {:#x} on it needs {} KiB to be unpacked, "
      "of "
      "which the firmware's map has {} as RAM; a boot loader puts it elsewhere if it can, else a "
      "real machine does not come this far",
      base, needed.size() / kKiB, ram / kKiB);
}

}  // namespace

std::vector<std::string> not_simulated(const Inputs& in) {
  std::vector<std::string> out;
  const auto add = [&](std::string_view text) {
    if (!text.empty()) out.push_back(fmt::format("{}{}", kNotSimulated, text));
  };
  add(of_domain(in.machine.xen_domain));
  add(of_encryption(in.machine.memory_encryption));
  add(no_room_to_start(in));
  if (in.profile.has(config::KASAN)) {
    add("KASAN: its shadow, an eighth of the memory that it covers, is taken early "
        "(kasan_init()), and sizes of structures differ");
  }
  if (const std::string gone = cleared_features(in); !gone.empty())
    add(fmt::format("clearcpuid=: the processor is taken to have {} as before", gone));
  // kernel: parse_set_clear_cpuid(), arch/x86/kernel/cpu/common.c, v7.2
  if (in.has_parameter("setcpuid") && kernel::is_named(in.profile.parameters.setup, "setcpuid="))
    add("setcpuid=: the processor is taken to have what it has");
  // kernel: efi_bgrt_init(), drivers/firmware/efi/efi-bgrt.c, v6.12
  if (lacks_picture(in)) {
    add("the picture that firmware shows: where it lies (ACPI's table BGRT) is not known; the "
        "kernel keeps its pages from being RAM, some MiB at most, and copies EFI's memory map");
  }
  // kernel: acpi_numa_init(), acpi_parse_cfmws(), drivers/acpi/numa/srat.c, v6.12
  if (in.profile.numa && in.acpi_enabled() && numa::reads_cxl_windows(in.profile, in.behaviour) &&
      in.machine.cxl_windows.empty() && in.machine.has_acpi_table("CEDT")) {
    add("windows for CXL memory: the machine has an ACPI table CEDT, of which nothing but that is "
        "known; a window that the "
        "SRAT does not cover becomes a node without memory, for which node data is taken "
        "(acpi_parse_cfmws(), since 5.17); "
        "`memmap capture` keeps the table");
  }
  // kernel: kho_reserve_scratch(), kernel/liveupdate/kexec_handover.c, v7.2
  if (in.profile.has(config::KEXEC_HANDOVER) &&
      in.switched("kho", in.profile.has(config::KEXEC_HANDOVER_ENABLE_DEFAULT))) {
    add("KHO (kho=on): before the hand-over the kernel sets scratch areas aside for a kexec's next "
        "kernel, one below 4 GiB, one anywhere and one on each node, together twice what it has "
        "taken itself, or what kho_scratch= asks for; they become the page allocator's, as CMA's");
  }
  if (!in.profile.has(config::SPARSEMEM_VMEMMAP)) {
    add("SPARSEMEM without vmemmap: struct pages lie beside each section's memory, not in one area "
        "(sparse_init_nid()); they are taken here as with it");
  }
  if (!in.profile.has(config::SMP)) {
    add("a kernel without SMP: it has one per-CPU area in its image, and no trampoline for other "
        "processors");
  }
  return out;
}

std::optional<std::string> too_little_for_init(std::uint64_t mem_total) {
  if (mem_total >= kTakenUntilInit) return std::nullopt;
  return fmt::format(
      "{}what comes after the hand-over: until its first process a kernel takes some {} MiB, and "
      "MemTotal is {}: it likely "
      "ends in `System is deadlocked on memory`",
      kNotSimulated, kTakenUntilInit / kMiB, mem_total / kMiB);
}

namespace {

struct LoadersType {
  std::uint32_t type;
  std::string_view what;
};
// grub: include/grub/i386/memory.h, GRUB_E820_*; coreboot: LB_MEM_TABLE, bootmem types
constexpr LoadersType kLoadersTypes[] = {
    {16, "coreboot's own tables (LB_MEM_TABLE)"},
    {20, "code of EFI's runtime services, as GRUB marks it"},
};

}  // namespace

std::vector<std::string> unknown_types(const Machine& machine) {
  std::vector<std::string> out;
  E820Entries all = machine.firmware_map;
  all.insert(all.end(), machine.extended_map.begin(), machine.extended_map.end());
  for (const E820Entry& e : all) {
    if (e.type == kUnknownE820Type || e820_log_name(e.type) != fmt::format("type {}", raw(e.type)))
      continue;
    const auto* const known = std::ranges::find(kLoadersTypes, raw(e.type), &LoadersType::type);
    std::string text =
        known != std::end(kLoadersTypes)
            ? fmt::format("type {} of the firmware's map: {}; the kernel leaves it alone",
                          raw(e.type), known->what)
            : fmt::format(
                  "type {} of the firmware's map, at {:#x}, is none that is known: the kernel "
                  "leaves it alone; a large number is likely a damaged entry",
                  raw(e.type), raw(e.addr));
    if (std::ranges::find(out, text) == out.end()) out.push_back(std::move(text));
  }
  return out;
}

}  // namespace memmap::boot
