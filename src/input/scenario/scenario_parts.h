// Parts of a scenario that are maps of their own: what firmware's tables tell beyond ranges,
// devices, plugins. Only for scenario.cc. Each function reads one key of `root`, and tells what is
// wrong there.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "input/document/document.h"
#include "input/document/fields.h"
#include "machine/machine.h"

namespace memmap::input {

// Calls `read` with each value of the list that `key` has.
template <class Read>
void each(const Document& doc, const Fields& fields, std::string_view key, const Read& read) {
  const std::optional<ValueId> list = fields.list(key);
  if (!list) return;
  for (ValueId id = doc.first(*list); id != kNoValue; id = doc.next(id)) read(id);
}

std::vector<PciDevice> pci_of(const Document& doc, const Fields& root);
std::vector<PluginUse> plugins_of(const Document& doc, const Fields& root);
std::optional<ListedCpus> listed_cpus_of(const Document& doc, const Fields& root);
std::vector<std::uint8_t> distances_of(const Document& doc, const Fields& root);
std::optional<Hpet> hpet_of(const Document& doc, const Fields& root);
std::optional<SmbiosCopies> smbios_of(const Document& doc, const Fields& root);

}  // namespace memmap::input
