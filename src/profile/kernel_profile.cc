#include "profile/kernel_profile.h"

#include <algorithm>
#include <limits>

#include "base/align.h"
#include "base/number.h"
#include "input/document/fields.h"
#include "input/document/yaml_reader.h"

namespace memmap::kernel {
namespace {

constexpr std::string_view kSchema = "memmap/kernel/1";

ImageLayout image_of(const input::Document& doc, const input::Fields& root, input::Faults& faults) {
  struct Row {
    std::string_view key;
    std::uint64_t ImageLayout::*member;
  };
  constexpr Row kRows[] = {
      {"etext", &ImageLayout::etext},
      {"start_rodata", &ImageLayout::start_rodata},
      {"end_rodata", &ImageLayout::end_rodata},
      {"sdata", &ImageLayout::sdata},
      {"edata", &ImageLayout::edata},
      {"bss_start", &ImageLayout::bss_start},
      {"bss_stop", &ImageLayout::bss_stop},
      {"end_of_kernel_reserve", &ImageLayout::end_of_kernel_reserve},
      {"brk_base", &ImageLayout::brk_base},
      {"end", &ImageLayout::end},
  };
  // KERNEL_IMAGE_SIZE, arch/x86/include/asm/page_64_types.h
  constexpr std::uint64_t kLargest = kGiB;
  ImageLayout image;
  const std::optional<input::ValueId> id = root.require("image");
  if (!id) return image;
  std::vector<std::string_view> keys;
  for (const Row& row : kRows) keys.push_back(row.key);
  const input::Fields fields(doc, *id, "image", keys, faults);
  // The linker script places the symbols in this order; each may equal the one before.
  std::uint64_t before = 0;
  for (const Row& row : kRows) {
    const std::optional<input::ValueId> value_id = fields.require(row.key);
    const std::optional<std::uint64_t> value = fields.number(row.key);
    if (!value) continue;
    if (*value > kLargest) faults.at(*value_id, "an image is at most 1G; offsets count from _text");
    if (*value < before)
      faults.at(*value_id, "lies before the symbol that precedes it in an image");
    before = *value;
    image.*row.member = *value;
  }
  return image;
}

// The keys and values of an optional map whose keys are free; those that are no scalars are told.
template <class Each>
void each_of(const input::Document& doc, const input::Fields& root, std::string_view key,
             input::Faults& faults, const Each& each) {
  const std::optional<input::ValueId> id = root.find(key);
  if (!id) return;
  if (doc.kind(*id) != input::ValueKind::map) {
    return faults.at(*id, "`" + std::string(key) + "` is a map of names and values");
  }
  for (input::ValueId name = doc.first(*id); name != input::kNoValue;
       name = doc.next(doc.next(name))) {
    const input::ValueId value = doc.next(name);
    if (doc.kind(value) == input::ValueKind::scalar) {
      each(doc.text(name), value);
    } else {
      faults.at(value, "a single value is expected");
    }
  }
}

void read_sizes(const input::Document& doc, const input::Fields& root, input::Faults& faults,
                Profile& p) {
  each_of(doc, root, "struct_sizes", faults, [&](std::string_view name, input::ValueId value) {
    const Result<std::uint64_t> size = parse_count(doc.text(value));
    if (!size) {
      faults.at(value, size.errors());
    } else if (*size == 0 || *size > kGiB) {
      faults.at(value, "a structure has from 1 byte to 1G");
    } else {
      p.struct_sizes.emplace(name, *size);
    }
  });
}

void read_symbols(const input::Document& doc, const input::Fields& root, input::Faults& faults,
                  Profile& p) {
  each_of(doc, root, "symbols", faults, [&](std::string_view name, input::ValueId value) {
    const Result<std::uint64_t> offset = parse_u64(doc.text(value));
    if (!offset) {
      faults.at(value, offset.errors());
    } else if (*offset > kGiB) {
      faults.at(value, "an image is at most 1G; offsets count from _text");
    } else {
      p.symbols.emplace(name, *offset);
    }
  });
}

// `constants` and `offsets`: plain numbers of any size.
std::map<std::string, std::uint64_t, std::less<>> counts_of(const input::Document& doc,
                                                            const input::Fields& root,
                                                            std::string_view key,
                                                            input::Faults& faults) {
  std::map<std::string, std::uint64_t, std::less<>> out;
  each_of(doc, root, key, faults, [&](std::string_view name, input::ValueId value) {
    const Result<std::uint64_t> number = parse_count(doc.text(value));
    if (!number) return faults.at(value, number.errors());
    out.emplace(name, *number);
  });
  return out;
}

void read_config(const input::Document& doc, const input::Fields& root, input::Faults& faults,
                 Profile& p) {
  each_of(doc, root, "config", faults, [&](std::string_view name, input::ValueId value) {
    if (name.starts_with("CONFIG_")) {
      return faults.at(value, "options are named without `CONFIG_`");
    }
    p.config.emplace(name, doc.text(value));
  });
}

std::vector<std::string> words(const input::Fields& fields, std::string_view key) {
  std::vector<std::string> out;
  const std::string text = fields.text(key).value_or("");
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    if (end > at) out.emplace_back(text, at, end - at);
    at = end + 1;
  }
  return out;
}

void read_parameters(const input::Document& doc, const input::Fields& root, input::Faults& faults,
                     Profile& p) {
  constexpr std::string_view kKeys[] = {"early", "setup", "param"};
  const std::optional<input::ValueId> id = root.find("parameters");
  if (!id) return;
  const input::Fields fields(doc, *id, "parameters", kKeys, faults);
  p.parameters = {words(fields, "early"), words(fields, "setup"), words(fields, "param")};
}

template <class T>
void set(T& value, const std::optional<std::uint64_t>& read) {
  if (read) value = static_cast<T>(*read);
}
void set(bool& value, const std::optional<bool>& read) {
  if (read) value = *read;
}

Version version_of(const input::Fields& root, input::Faults& faults) {
  const std::optional<input::ValueId> id = root.require("version");
  const std::optional<std::string> text = root.text("version");
  if (!text) return {};
  const std::optional<Version> version = parse_version(*text);
  if (!version) faults.at(*id, "a version starts with two numbers: 6.12 or 6.12.117");
  return version.value_or(Version{});
}

Profile profile_of(const input::Document& doc, input::Faults& faults) {
  constexpr std::string_view kKeys[] = {"schema",
                                        "name",
                                        "version",
                                        "origin",
                                        "verified",
                                        "image",
                                        "default_phys_base",
                                        "nodes_shift",
                                        "x86_5level",
                                        "numa",
                                        "deferred_struct_page_init",
                                        "memory_hotplug",
                                        "reserve_low",
                                        "pageblock_order",
                                        "max_page_order",
                                        "struct_sizes",
                                        "config",
                                        "symbols",
                                        "constants",
                                        "offsets",
                                        "parameters",
                                        "functions"};
  Profile p;
  const input::Fields root(doc, 0, "a kernel profile", kKeys, faults);
  root.choice("schema", std::span(&kSchema, 1));
  root.require("name");
  p.name = root.text("name").value_or("");
  p.version = version_of(root, faults);
  p.origin = root.text("origin").value_or("");
  set(p.verified, root.boolean("verified"));
  p.image = image_of(doc, root, faults);
  set(p.default_phys_base, root.number("default_phys_base"));
  if (!is_aligned(p.default_phys_base, 2 * kMiB)) {
    faults.at(*root.find("default_phys_base"), "a 64-bit kernel lies at a multiple of 2M");
  }
  set(p.nodes_shift, root.count("nodes_shift", 10));
  set(p.x86_5level, root.boolean("x86_5level"));
  set(p.deferred_struct_page_init, root.boolean("deferred_struct_page_init"));
  set(p.memory_hotplug, root.boolean("memory_hotplug"));
  set(p.numa, root.boolean("numa"));
  set(p.reserve_low, root.number("reserve_low"));
  set(p.pageblock_order, root.count("pageblock_order", 18));
  set(p.max_page_order, root.count("max_page_order", 18));
  read_sizes(doc, root, faults, p);
  read_config(doc, root, faults, p);
  read_symbols(doc, root, faults, p);
  p.constants = counts_of(doc, root, "constants", faults);
  p.offsets = counts_of(doc, root, "offsets", faults);
  read_parameters(doc, root, faults, p);
  p.functions = words(root, "functions");
  std::ranges::sort(p.functions);
  return p;
}

}  // namespace

Result<Profile> read_kernel_profile(const input::Source& source) {
  if (source.is_folder()) {
    return Error{.message = "a kernel profile is a file, not a folder", .origin = {source.name}};
  }
  const Result<input::Document> document = input::read_yaml(source.name, source.bytes);
  if (!document) return document.errors();
  input::Faults faults(*document);
  Profile profile = profile_of(*document, faults);
  if (!faults.none()) return std::move(faults).take();
  return profile;
}

}  // namespace memmap::kernel
