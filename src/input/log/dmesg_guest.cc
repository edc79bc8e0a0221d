#include "input/log/dmesg_guest.h"

#include <string>

#include "input/text/scan.h"

namespace memmap::input {
namespace {

// The name of what the kernel runs on. kernel: xen_banner(), arch/x86/xen/enlighten.c;
// default_banner(), arch/x86/kernel/paravirt.c; x86_hyper_xen_pv, v6.1
XenDomain domain_of(std::string_view name) {
  if (name == "Xen" || name == "Xen PV") return XenDomain::pv;
  return name == "Xen PVH" ? XenDomain::pvh : XenDomain::none;
}

}  // namespace

void GuestReader::line(std::string_view text) {
  if (text.size() < 8) return;
  switch (text[0]) {
    case 'A':
      if (text == "ACPI in unprivileged domain disabled") no_acpi_ = true;
      if (text.starts_with("ACPI: RSDP ")) saw_acpi_table_ = true;
      if (eat(text, "AMD Memory Encryption Features active: ") ||
          eat(text, "AMD Secure Encrypted Virtualization (SEV) active")) {
        encryption(text.empty() ? "SEV" : text);
      } else if (text.starts_with("AMD Secure Memory Encryption (SME) active")) {
        encryption("SME");
      }
      return;
    case 'B':
      if (eat(text, "Booting paravirtualized kernel ") || eat(text, "Booting kernel ")) {
        const bool pvh = eat(text, "with PVH extensions ");
        if (!eat(text, "on ")) return;
        const XenDomain domain = pvh ? XenDomain::pvh : domain_of(trim(text));
        if (domain != XenDomain::none) machine_.xen_domain = domain;
      }
      return;
    case 'H':
      if (eat(text, "Hypervisor detected: ") && trim(text) == "Xen PV")
        machine_.xen_domain = XenDomain::pv;
      return;
    case 'K':
      // Older kernels say it without the tag.
      if (text.starts_with("KernelAddressSanitizer initialized")) kasan_ = true;
      return;
    case 'k':
      if (text.starts_with("kasan: KernelAddressSanitizer initialized")) kasan_ = true;
      return;
    case 'L':
      if (text.starts_with("Linux version ")) version(text);
      return;
    case 'M':
      if (eat(text, "Memory Encryption Features active: ")) encryption(text);
      return;
    case 't':
      if (text.starts_with("tdx: Guest detected")) machine_.memory_encryption = Encryption::tdx;
      return;
    default:
      return;
  }
}

// `AMD SEV SEV-ES SEV-SNP`, `AMD SME`, `Intel TDX`. kernel: print_mem_encrypt_feature_info(),
// arch/x86/mm/mem_encrypt.c, v5.10 to v7.2
void GuestReader::encryption(std::string_view features) {
  const auto has = [&](std::string_view word) { return features.find(word) != features.npos; };
  const auto is = [&](Encryption e) { machine_.memory_encryption = e; };
  if (has("TDX")) return is(Encryption::tdx);
  if (has("SEV-SNP")) return is(Encryption::sev_snp);
  if (has("SEV-ES")) return is(Encryption::sev_es);
  if (has("SEV")) return is(Encryption::sev);
  if (has("SME")) is(Encryption::sme);
}

// `... #1 SMP PREEMPT_DYNAMIC Mon ...`: without `SMP` behind the number, it has none. A line that is
// cut before does not tell. kernel: UTS_VERSION, init/Makefile
void GuestReader::version(std::string_view text) {
  if (version_seen_) return;
  version_seen_ = true;
  const std::size_t mark = text.rfind(" #");
  if (mark == text.npos || mark + 2 >= text.size() || !is_digit(text[mark + 2])) return;
  const std::string_view rest = text.substr(mark);
  const bool whole = rest.find(" 19") != rest.npos || rest.find(" 20") != rest.npos;  // a year
  one_processor_ = whole && rest.find(" SMP") == rest.npos;
}

void GuestReader::finish() {
  // Of paravirtualised domains the one that owns the machine is given ACPI's tables.
  if (machine_.xen_domain == XenDomain::pv && saw_acpi_table_ && !no_acpi_)
    machine_.xen_domain = XenDomain::dom0;
  const auto note = [&](std::string_view text) {
    machine_.notes.emplace_back(kNotSimulated).append(text);
  };
  if (kasan_) {
    note(
        "the log is of a kernel with KASAN, whose shadow takes an eighth of the memory that it "
        "covers; a kernel without is simulated, so places and what is free differ");
  }
  if (one_processor_) {
    note(
        "the log is of a kernel without SMP; one for many processors is simulated, with per-CPU "
        "areas and a trampoline that it does not have (--config gives its own options)");
  }
}

}  // namespace memmap::input
