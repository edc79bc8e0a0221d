#include "profile/kernel_profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/number.h"
#include "base/suggest.h"
#include "input/document/fields.h"
#include "input/document/yaml_reader.h"
#include "kernel/distribution.h"
#include "profile/built_in.h"
#include "profile/limits.h"

namespace memmap::kernel {
namespace {

constexpr std::string_view kSchema = "memmap/kernel/1";

ImageLayout image_of(const input::Document& doc, const input::Fields& root,
                     input::DocumentFaults& faults) {
  ImageLayout image;
  const std::optional<input::ValueId> id = root.require("image");
  if (!id) return image;
  std::vector<std::string_view> keys;
  for (const ImageRow& row : image_rows()) keys.push_back(row.key);
  const input::Fields fields(doc, *id, "image", keys, faults);
  // The linker script places the symbols in this order; each may equal the one before.
  std::uint64_t before = 0;
  for (const ImageRow& row : image_rows()) {
    const std::optional<input::ValueId> value_id = fields.require(row.key);
    const std::optional<std::uint64_t> value = fields.number(row.key);
    if (!value) continue;
    if (*value > symbol::kLargestImage)
      faults.at(*value_id, "an image is at most 1G; offsets count from _text");
    if (*value < before)
      faults.at(*value_id, "lies before the symbol that precedes it in an image");
    before = *value;
    image.*row.member = *value;
  }
  return image;
}

std::optional<Decompressor> decompressor_of(const input::Document& doc, const input::Fields& root,
                                            input::DocumentFaults& faults) {
  const std::optional<input::ValueId> id = root.find("decompressor");
  if (!id) return std::nullopt;
  std::vector<std::string_view> keys;
  for (const DecompressorRow& row : decompressor_rows()) keys.push_back(row.key);
  const input::Fields fields(doc, *id, "decompressor", keys, faults);
  Decompressor out;
  for (const DecompressorRow& row : decompressor_rows()) {
    const std::optional<input::ValueId> value_id = fields.require(row.key);
    const std::optional<std::uint64_t> value = fields.number(row.key);
    if (!value) continue;
    if (const auto fault = fault_of(row, *value)) {
      faults.at(*value_id, fmt::format("`{}` {}", row.key, *fault));
    }
    out.*row.member = *value;
  }
  return out;
}

template <class Row>
std::string no_such(std::string_view group, std::string_view name, std::span<const Row> rows) {
  constexpr std::string_view kPrefix = "CONFIG_";  // as a .config has it
  std::vector<std::string_view> known;
  for (const Row& row : rows) known.push_back(row.name);
  const std::string_view meant = name.starts_with(kPrefix) ? name.substr(kPrefix.size()) : name;
  return fmt::format("`{}` has no `{}`{}", group, name.substr(0, 40), did_you_mean(meant, known));
}

// The rows and values of an optional map whose keys are the names of rows; names that are not, and
// values that are no scalars, are told.
template <class Row, class Each>
void each_of(const input::Document& doc, const input::Fields& root, std::string_view group,
             std::span<const Row> rows, input::DocumentFaults& faults, const Each& each) {
  const std::optional<input::ValueId> id = root.find(group);
  if (!id) return;
  if (doc.kind(*id) != input::ValueKind::map) {
    return faults.at(*id, fmt::format("`{}` is a map of names and values", group));
  }
  for (input::ValueId name = doc.first(*id); name != input::kNoValue;
       name = doc.next(doc.next(name))) {
    const input::ValueId value = doc.next(name);
    const auto row = std::ranges::lower_bound(rows, doc.text(name), {}, &Row::name);
    if (row == rows.end() || row->name != doc.text(name)) {
      faults.at(name, no_such(group, doc.text(name), rows));
    } else if (doc.kind(value) == input::ValueKind::scalar) {
      each(*row, value);
    } else {
      faults.at(value, "a single value is expected");
    }
  }
}

using Numbers = std::map<std::string, std::uint64_t, std::less<>>;

// Numbers that `parse` reads, each within the bounds of its row.
template <class Row>
Numbers numbers_of(const input::Document& doc, const input::Fields& root, std::string_view group,
                   std::span<const Row> rows, Result<std::uint64_t> (*parse)(std::string_view),
                   input::DocumentFaults& faults) {
  Numbers out;
  each_of(doc, root, group, rows, faults, [&](const Row& row, input::ValueId id) {
    const Result<std::uint64_t> value = parse(doc.text(id));
    if (!value) return faults.at(id, value.errors());
    if (const auto fault = fault_of(row, *value)) {
      return faults.at(id, fmt::format("`{}` {}", row.name, *fault));
    }
    out.emplace(row.name, *value);
  });
  return out;
}

// Names are as the kernel has them, which no table lists.
void read_fixmap(const input::Document& doc, const input::Fields& root,
                 input::DocumentFaults& faults, Profile& p) {
  const std::optional<input::ValueId> id = root.find("fixmap");
  if (!id) return;
  if (doc.kind(*id) != input::ValueKind::map) {
    return faults.at(*id, "`fixmap` is a map of names and numbers");
  }
  for (input::ValueId name = doc.first(*id); name != input::kNoValue;
       name = doc.next(doc.next(name))) {
    const input::ValueId place = doc.next(name);
    if (doc.kind(place) != input::ValueKind::scalar) {
      faults.at(place, "a single value is expected");
      continue;
    }
    const Result<std::uint64_t> value = parse_count(doc.text(place));
    if (!value) {
      faults.at(place, value.errors());
    } else if (const auto fault = fault_of_slot(doc.text(name), *value)) {
      faults.at(place, fmt::format("`{}` {}", doc.text(name).substr(0, 40), *fault));
    } else {
      p.fixmap.emplace(doc.text(name), *value);
    }
  }
}

void read_config(const input::Document& doc, const input::Fields& root,
                 input::DocumentFaults& faults, Profile& p) {
  each_of(doc, root, "config", option_rows(), faults, [&](const Option& row, input::ValueId id) {
    if (const auto fault = fault_of(row, doc.text(id))) {
      return faults.at(id, fmt::format("`{}` {}", row.name, *fault));
    }
    p.config.emplace(row.name, doc.text(id));
  });
}

void read_setting(const input::Fields& root, const SettingRow& row, Profile& p) {
  if (const auto* flag = std::get_if<bool Profile::*>(&row.member)) {
    if (const auto value = root.boolean(row.key)) p.*(*flag) = *value;
    return;
  }
  const auto value = row.unit == 0 ? root.count(row.key, std::numeric_limits<std::uint64_t>::max())
                                   : root.number(row.key);
  if (!value) return;
  if (const auto fault = fault_of(row, *value)) {
    return root.faults().at(*root.find(row.key), fmt::format("`{}` {}", row.key, *fault));
  }
  set_number(p, row, *value);
}

void tell_contradictions(const input::Document& doc, const input::Fields& root, const Profile& p,
                         input::DocumentFaults& faults) {
  for (const Contradiction& c : contradictions_of(p)) {
    std::optional<input::ValueId> place = root.find(c.group.empty() ? c.key : c.group);
    if (place && !c.group.empty()) {
      if (doc.kind(*place) != input::ValueKind::map) continue;  // which was told already
      const input::ValueId value = doc.member(*place, c.key);
      if (value != input::kNoValue) place = value;
    }
    faults.at(place.value_or(0), c.message);
  }
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

void read_parameters(const input::Document& doc, const input::Fields& root,
                     input::DocumentFaults& faults, Profile& p) {
  constexpr std::string_view kKeys[] = {"early", "setup", "param"};
  const std::optional<input::ValueId> id = root.find("parameters");
  if (!id) return;
  const input::Fields fields(doc, *id, "parameters", kKeys, faults);
  p.parameters = {words(fields, "early"), words(fields, "setup"), words(fields, "param")};
}

Version version_of(const input::Fields& root, input::DocumentFaults& faults) {
  const std::optional<input::ValueId> id = root.require("version");
  const std::optional<std::string> text = root.text("version");
  if (!text) return {};
  const std::optional<Version> version = parse_version(*text);
  if (!version) faults.at(*id, "a version starts with two numbers: 6.12 or 6.12.117");
  return version.value_or(Version{});
}

void read_distribution(const input::Fields& root, Profile& p, input::DocumentFaults& faults) {
  const std::optional<input::ValueId> id = root.find("distribution");
  p.distribution = root.text("distribution").value_or("");
  if (!id || find_distribution(p.distribution) != nullptr) return;
  std::vector<std::string_view> known;
  for (const Distribution& d : distributions()) known.push_back(d.id);
  faults.at(*id, fmt::format("no distribution `{}` is known{}", p.distribution.substr(0, 40),
                             did_you_mean(p.distribution, known)));
}

Profile profile_of(const input::Document& doc, input::DocumentFaults& faults) {
  std::vector<std::string_view> keys = {"schema",       "name",   "version",      "distribution",
                                        "origin",       "image",  "decompressor", "verified",
                                        "struct_sizes", "config", "symbols",      "constants",
                                        "offsets",      "fixmap", "parameters",   "functions"};
  for (const SettingRow& row : setting_rows()) keys.push_back(row.key);
  Profile p;
  const input::Fields root(doc, 0, "a kernel profile", keys, faults);
  root.choice("schema", std::span(&kSchema, 1));
  root.require("name");
  p.name = root.text("name").value_or("");
  p.version = version_of(root, faults);
  read_distribution(root, p, faults);
  p.origin = root.text("origin").value_or("");
  p.verified = root.boolean("verified").value_or(true);
  p.image = image_of(doc, root, faults);
  p.decompressor = decompressor_of(doc, root, faults);
  for (const SettingRow& row : setting_rows()) read_setting(root, row, p);
  p.struct_sizes = numbers_of(doc, root, "struct_sizes", struct_rows(), parse_count, faults);
  read_config(doc, root, faults, p);
  p.symbols = numbers_of(doc, root, "symbols", symbol_rows(), parse_u64, faults);
  p.constants = numbers_of(doc, root, "constants", constant_rows(), parse_count, faults);
  p.offsets = numbers_of(doc, root, "offsets", member_rows(), parse_count, faults);
  read_fixmap(doc, root, faults, p);
  read_parameters(doc, root, faults, p);
  p.functions = words(root, "functions");
  std::ranges::sort(p.functions);
  tell_contradictions(doc, root, p, faults);
  return p;
}

// A built-in profile's text was read when the program was built: that takes longer than all else here.
Result<input::Document> document_of(const input::Source& source) {
  const auto own = std::ranges::find(built_in_profiles(), source.bytes, &BuiltInProfile::text);
  if (own == built_in_profiles().end()) return input::read_yaml(source.name, source.bytes);
  return input::Document(source.name, source.bytes, own->tables);
}

}  // namespace

Result<Profile> read_kernel_profile(const input::Source& source) {
  if (source.is_folder()) {
    return Error{.message = "a kernel profile is a file, not a folder", .origin = {source.name}};
  }
  const Result<input::Document> document = document_of(source);
  if (!document) return document.errors();
  input::DocumentFaults faults(*document);
  Profile profile = profile_of(*document, faults);
  if (!faults.none()) return std::move(faults).take();
  return profile;
}

}  // namespace memmap::kernel
