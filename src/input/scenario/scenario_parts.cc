#include "input/scenario/scenario_parts.h"

#include <limits>
#include <string>
#include <utility>

#include "base/number.h"
#include "input/firmware/pci.h"

namespace memmap::input {

std::vector<PciDevice> pci_of(const Document& doc, const Fields& root) {
  constexpr std::string_view kKeys[] = {"address", "vendor", "device"};
  constexpr std::uint64_t kMaxId = std::numeric_limits<std::uint16_t>::max();
  std::vector<PciDevice> devices;
  each(doc, root, "pci", [&](ValueId id) {
    const Fields fields(doc, id, "a PCI device", kKeys, root.faults());
    if (doc.kind(id) != ValueKind::map) return;
    for (const std::string_view key : kKeys) fields.require(key);
    const auto text = fields.text("address");
    const auto address = text ? pci_address_of(*text) : std::nullopt;
    if (text && !address) {
      root.faults().at(*fields.find("address"), "expected a bus, a device and a function: 00:02.0");
    }
    devices.push_back(
        {.address = address.value_or(0),
         .vendor = static_cast<std::uint16_t>(fields.count("vendor", kMaxId).value_or(0)),
         .device = static_cast<std::uint16_t>(fields.count("device", kMaxId).value_or(0))});
  });
  return devices;
}

namespace {

// A key and a text for each of a plugin's options; the plugin declares which there are.
std::vector<std::pair<std::string, std::string>> options_of(const Document& doc,
                                                            const Fields& plugin) {
  std::vector<std::pair<std::string, std::string>> options;
  const std::optional<ValueId> map = plugin.find("options");
  if (!map) return options;
  if (doc.kind(*map) != ValueKind::map) {
    plugin.faults().at(*map, "`options` takes keys and values");
    return options;
  }
  for (ValueId key = doc.first(*map); key != kNoValue; key = doc.next(doc.next(key))) {
    const ValueId value = doc.next(key);
    if (doc.kind(value) == ValueKind::scalar) {
      options.emplace_back(doc.text(key), doc.text(value));
    } else {
      plugin.faults().at(value, "an option's value is a text or a number");
    }
  }
  return options;
}

}  // namespace

std::vector<PluginUse> plugins_of(const Document& doc, const Fields& root) {
  constexpr std::string_view kKeys[] = {"name", "enabled", "options"};
  std::vector<PluginUse> plugins;
  each(doc, root, "plugins", [&](ValueId id) {
    const Fields fields(doc, id, "a plugin", kKeys, root.faults());
    if (doc.kind(id) != ValueKind::map) return;
    fields.require("name");
    plugins.push_back({.name = fields.text("name").value_or(""),
                       .enabled = fields.boolean("enabled").value_or(true),
                       .options = options_of(doc, fields)});
    if (!plugins.back().enabled && !plugins.back().options.empty()) {
      root.faults().at(*fields.find("options"), "a plugin that is not enabled takes no options");
    }
  });
  return plugins;
}

std::optional<ListedCpus> listed_cpus_of(const Document& doc, const Fields& root) {
  constexpr std::string_view kKeys[] = {"enabled", "online_capable", "disabled",
                                        "has_online_capable"};
  const std::optional<ValueId> id = root.find("listed_cpus");
  if (!id) return std::nullopt;
  const Fields fields(doc, *id, "listed_cpus", kKeys, root.faults());
  const auto count = [&](std::string_view key) {
    constexpr std::uint64_t kMostCpus = 1 << 15;
    return static_cast<unsigned>(fields.count(key, kMostCpus).value_or(0));
  };
  return ListedCpus{.enabled = count("enabled"),
                    .online_capable = count("online_capable"),
                    .disabled = count("disabled"),
                    .has_online_capable = fields.boolean("has_online_capable")};
}

// Row by row, as many as there are nodes in each.
std::vector<std::uint8_t> distances_of(const Document& doc, const Fields& root) {
  std::vector<std::uint8_t> distances;
  each(doc, root, "distances", [&](ValueId id) {
    const Result<std::uint64_t> distance =
        parse_count(doc.kind(id) == ValueKind::scalar ? doc.text(id) : "");
    if (distance && *distance <= 255) {
      distances.push_back(static_cast<std::uint8_t>(*distance));
    } else {
      root.faults().at(id, "a distance is a number up to 255");
    }
  });
  std::size_t side = 0;
  while (side * side < distances.size()) ++side;
  if (side * side != distances.size()) {
    root.faults().at(*root.find("distances"), "distances make a square: N rows of N");
  }
  return distances;
}

std::optional<Hpet> hpet_of(const Document& doc, const Fields& root) {
  constexpr std::string_view kKeys[] = {"space_id", "address"};
  const std::optional<ValueId> id = root.find("hpet");
  if (!id) return std::nullopt;
  const Fields fields(doc, *id, "hpet", kKeys, root.faults());
  return Hpet{.space_id = static_cast<std::uint8_t>(fields.count("space_id", 255).value_or(0)),
              .address = fields.number("address").value_or(0)};
}

std::optional<SmbiosCopies> smbios_of(const Document& doc, const Fields& root) {
  constexpr std::string_view kKeys[] = {"text", "devices", "onboard", "memory_devices"};
  const std::optional<ValueId> id = root.find("smbios");
  if (!id) return std::nullopt;
  const Fields fields(doc, *id, "smbios", kKeys, root.faults());
  const auto count = [&](std::string_view key) {
    return fields.count(key, std::numeric_limits<std::uint32_t>::max()).value_or(0);
  };
  return SmbiosCopies{.text = count("text"),
                      .devices = count("devices"),
                      .onboard = count("onboard"),
                      .memory_devices = count("memory_devices")};
}

}  // namespace memmap::input
