#include "input/machine/manifest.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/number.h"
#include "machine/machine.h"

namespace memmap::input {
namespace {

using nlohmann::json;

class Reader {
 public:
  explicit Reader(const std::string& name) : name_(name) {}

  // The string at `key`; nullopt: not there.
  std::optional<std::string> string(const json& object, std::string_view path, const char* key) {
    const auto it = object.find(key);
    if (it == object.end()) return std::nullopt;
    if (it->is_string()) return it->get<std::string>();
    fault(path, key, "is no string");
    return std::nullopt;
  }

  std::optional<std::uint64_t> number(const json& object, std::string_view path, const char* key) {
    const auto text = string(object, path, key);
    if (!text) return std::nullopt;
    const auto value = parse_u64(*text);
    if (value) return *value;
    fault(path, key, value.errors()[0].message);
    return std::nullopt;
  }

  std::optional<PhysRange> range(const json& object, std::string_view path, const char* key) {
    const auto it = object.find(key);
    if (it == object.end()) return std::nullopt;
    const std::string inner = fmt::format("{}{}.", path, key);
    if (!it->is_object()) {
      fault(path, key, "is no object with base and size");
      return std::nullopt;
    }
    const auto base = number(*it, inner, "base");
    const auto size = number(*it, inner, "size");
    if (!base || !size) {
      if (errors.empty()) fault(path, key, "needs base and size");
      return std::nullopt;
    }
    const auto range = PhysRange::from_size(PhysAddr{*base}, *size);
    if (!range) fault(path, key, "wraps around");
    return range;
  }

  void fault(std::string_view path, std::string_view key, std::string_view what) {
    errors.push_back(
        Error{.message = fmt::format("`{}{}` {}", path, key, what), .origin = {.file = name_}});
  }

  Errors errors{};

 private:
  std::string name_;
};

// kernel: choose_random_location(), kernel_randomize_memory(): of such multiples, in this order
void read_bases(Reader& reader, const json& bases, KaslrBases& out) {
  if (!bases.is_object()) return reader.fault("", "kaslr", "is no object");
  const auto base = [&](const char* key, std::uint64_t step) {
    std::optional<VirtAddr> read;
    if (const auto value = reader.number(bases, "kaslr.", key)) read = VirtAddr{*value};
    if (read && (raw(*read) % step != 0 || raw(*read) < KaslrBases::kLowest)) {
      reader.fault("kaslr.", key, "is no place of the kernel's");
    }
    return read;
  };
  out.kernel_virt_base = base("kernel_virt_base", KaslrBases::kImageStep);
  out.page_offset_base = base("page_offset_base", KaslrBases::kAreaStep);
  out.vmalloc_base = base("vmalloc_base", KaslrBases::kAreaStep);
  out.vmemmap_base = base("vmemmap_base", KaslrBases::kAreaStep);
}

}  // namespace

Result<Manifest> read_manifest(const std::string& name, std::string_view text) {
  json root;
  try {
    root = json::parse(text);
  } catch (const json::parse_error& e) {
    return Error{.message = fmt::format("is no JSON: {}", e.what()),
                 .origin = {.file = name, .offset = e.byte == 0 ? 0 : e.byte - 1}};
  }
  if (!root.is_object()) {
    return Error{.message = "is no JSON object", .origin = {.file = name}};
  }
  Reader reader(name);
  Manifest manifest;
  manifest.kernel = reader.string(root, "", "kernel");
  if (const auto it = root.find("firmware"); it != root.end() && it->is_string()) {
    manifest.firmware = it->get<std::string>();
  }
  if (const auto base = reader.number(root, "", "kernel_phys_base")) {
    if (*base >= Machine::kKernelEnd) {
      reader.fault("", "kernel_phys_base", "is out of range: a kernel image lies below 64T");
    }
    manifest.kernel_phys_base = PhysAddr{*base};
  }
  if (const auto bases = root.find("kaslr"); bases != root.end()) {
    read_bases(reader, *bases, manifest.kaslr);
  }
  if (const auto tables = root.find("firmware_tables"); tables != root.end()) {
    if (tables->is_object()) {
      manifest.mp_configuration = reader.range(*tables, "firmware_tables.", "mp_configuration");
      manifest.efi_memory_attributes =
          reader.range(*tables, "firmware_tables.", "efi_memory_attributes");
    } else {
      reader.fault("", "firmware_tables", "is no object");
    }
  }
  if (const auto missing = root.find("missing"); missing != root.end() && missing->is_array()) {
    for (const json& item : *missing) {
      if (!item.is_object()) continue;
      const auto file = reader.string(item, "missing.", "file");
      const auto reason = reader.string(item, "missing.", "reason");
      if (file && reason) {
        manifest.notes.push_back(fmt::format("{} was not captured: {}", *file, *reason));
      }
    }
  }
  if (!reader.errors.empty()) return std::move(reader.errors);
  return manifest;
}

}  // namespace memmap::input
