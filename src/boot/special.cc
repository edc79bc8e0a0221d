#include "boot/special.h"

#include <fmt/format.h>

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

}  // namespace

std::vector<std::string> not_simulated(const Inputs& in) {
  std::vector<std::string> out;
  const auto add = [&](std::string_view text) {
    if (!text.empty()) out.push_back(fmt::format("{}{}", kNotSimulated, text));
  };
  add(of_domain(in.machine.xen_domain));
  add(of_encryption(in.machine.memory_encryption));
  if (in.profile.has(config::KASAN)) {
    add("KASAN: its shadow, an eighth of the memory that it covers, is taken early "
        "(kasan_init()), and sizes of structures differ");
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

}  // namespace memmap::boot
