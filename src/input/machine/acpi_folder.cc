#include "input/machine/acpi_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "input/firmware/acpi_table.h"

namespace memmap::input {
namespace {

struct Reader {
  std::string_view signature;
  Status (*add)(const AcpiBytes&, Machine&);
};

// In this order: the MADT puts the SRAT's processors in theirs, the FADT says what its flags mean.
constexpr Reader kReaders[] = {{"SRAT", add_srat}, {"SLIT", add_slit}, {"CEDT", add_cedt},
                               {"FACP", add_fadt}, {"APIC", add_madt}, {"HPET", add_hpet},
                               {"MCFG", add_mcfg}};

// Files of sysfs are named by signature, with a number where there are several: SSDT3.
bool is_table_name(std::string_view name) {
  return name.size() >= 4 &&
         std::ranges::all_of(
             name.substr(0, 4),
             [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }) &&
         std::ranges::all_of(name.substr(4), [](char c) { return c >= '0' && c <= '9'; });
}

void list_table(const AcpiBytes& table, Machine& machine) {
  const auto same = [&](const AcpiTable& t) {
    return t.signature == table.signature && !t.wrong_checksum;
  };
  auto known = std::ranges::find_if(machine.acpi_tables, same);
  const bool listed = known != machine.acpi_tables.end();
  if (listed && !known->range.empty() && known->range.size() != table.bytes.size() &&
      table.signature != "SSDT") {
    machine.notes.push_back(fmt::format("{}: {} bytes, but {} in the log", table.name,
                                        table.bytes.size(), known->range.size()));
  }
  if (!listed) {
    machine.acpi_tables.push_back({.signature = table.signature, .range = {}});
    known = machine.acpi_tables.end() - 1;
  }
  known->wrong_checksum = table.wrong_checksum;
}

// A log tells whole pages, and only of a picture that the kernel keeps.
void read_picture(const FileTree& tree, const AcpiBytes& bgrt, const std::string& file,
                  Machine& machine) {
  const auto bytes = !file.empty() && tree.has(file) ? tree.read(file) : Result<std::string>("");
  const auto logged = machine.efi_picture;
  add_bgrt(bgrt, bytes ? *bytes : std::string{}, machine);
  if (!logged || !machine.efi_picture) return;
  const PhysRange picture = *machine.efi_picture;
  if (*logged == picture || *logged == whole_pages(picture)) return;
  machine.notes.push_back(fmt::format(
      "{}: the picture is at {:#x}-{:#x}, but {:#x}-{:#x} in the log", bgrt.name,
      raw(picture.base()), raw(picture.end()), raw(logged->base()), raw(logged->end())));
}

}  // namespace

Status add_acpi_folder(const FileTree& tree, const std::string& folder, const std::string& picture,
                       Machine& machine) {
  const auto names = tree.list(folder);
  if (!names) return names.errors();
  Errors errors;
  std::map<std::string, std::string, std::less<>> contents;
  std::vector<AcpiBytes> tables;
  std::size_t unread = 0;
  std::string reason;
  for (const std::string& name : *names) {
    if (!is_table_name(name)) continue;
    const std::string path = folder + "/" + name;
    auto bytes = tree.read(path);
    if (!bytes) {
      if (unread++ == 0) reason = bytes.errors()[0].message;
      continue;
    }
    const std::string& kept = contents[name] = std::move(*bytes);
    auto table = open_acpi_table(tree.shown(path), kept);
    if (!table) {
      append(errors, table.errors());
    } else if (table->signature != name.substr(0, 4)) {
      errors.push_back({Error{.message = fmt::format("is named `{}`, but its signature is `{}`",
                                                     name, table->signature),
                              .origin = {.file = tree.shown(path), .offset = 0}}});
    } else {
      list_table(*table, machine);
      tables.push_back(std::move(*table));
    }
  }
  if (unread > 0) {
    machine.notes.push_back(fmt::format("{}: {} table{} not read: {}", tree.shown(folder), unread,
                                        unread == 1 ? " was" : "s were", reason));
  }
  for (const Reader& reader : kReaders) {
    const auto table = std::ranges::find(tables, reader.signature, &AcpiBytes::signature);
    if (table == tables.end()) continue;
    if (const Status done = reader.add(*table, machine); !done) append(errors, done.errors());
  }
  if (!errors.empty()) return errors;
  if (const auto bgrt = std::ranges::find(tables, "BGRT", &AcpiBytes::signature);
      bgrt != tables.end()) {
    read_picture(tree, *bgrt, picture, machine);
  }
  // The FADT alone counts none.
  if (const auto& cpus = machine.listed_cpus;
      cpus && cpus->enabled + cpus->online_capable + cpus->disabled == 0) {
    machine.listed_cpus.reset();
  }
  return Done{};
}

}  // namespace memmap::input
