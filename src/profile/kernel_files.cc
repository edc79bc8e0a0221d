#include "profile/kernel_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "input/open/archive.h"
#include "input/open/source.h"
#include "profile/image.h"
#include "profile/kernel_folder.h"
#include "profile/kernel_image.h"
#include "profile/package.h"
#include "profile/parts.h"
#include "profile/uki.h"
#include "profile/vmlinuz.h"

namespace memmap::kernel {
namespace {

namespace fs = std::filesystem;

// Reads the text or BTF that `path` names and hands it to the reader of its kind.
template <class T, class Read>
void read_part(const std::optional<std::string>& path, std::optional<T>& into, Errors& errors,
               const Read& read) {
  if (!path) return;
  const auto source = input::open_source(*path);
  if (!source) return append(errors, source.errors());
  if (source->is_folder()) {
    errors.push_back(Error{.message = "is a folder, a file is expected", .origin = {*path}});
    return;
  }
  auto part = read(*path, source->bytes);
  if (!part) return append(errors, part.errors());
  into = std::move(*part);
}

// The mistakes of what lies in a package, with the package's name.
Errors in_package(const std::string& package, Errors errors) {
  for (Error& error : errors) error.origin.file = fmt::format("{}, {}", package, error.origin.file);
  return errors;
}

// A part of a package, which may be compressed.
template <class T>
Status read_member(const std::string& package, const std::optional<input::Member>& member,
                   std::optional<T>& into,
                   Result<T> (*read)(const std::string&, std::string_view)) {
  if (!member || into) return Done{};
  const auto source = input::source_from_bytes(member->path, member->bytes);
  if (!source) return in_package(package, source.errors());
  auto part = read(member->path, source->bytes);
  if (!part) return in_package(package, part.errors());
  into = std::move(*part);
  return Done{};
}

// A .config, or a package that has one.
Status read_config_file(const std::string& path, std::optional<Config>& into) {
  Errors errors;
  if (path == "-") {
    read_part(std::optional(path), into, errors, read_config);
    return errors.empty() ? Status(Done{}) : Status(errors);
  }
  auto bytes = input::read_whole_file(path);
  if (!bytes) return bytes.errors();
  if (!input::is_package(*bytes)) {
    const auto source = input::source_from_bytes(path, std::move(*bytes));
    if (!source) return source.errors();
    auto config = read_config(path, source->bytes);
    if (!config) return config.errors();
    into = std::move(*config);
    return Done{};
  }
  const auto package = read_package(path, *bytes);
  if (!package) return package.errors();
  if (package->config) return read_member(path, package->config, into, read_config);
  return Error{
      "a package without a configuration: boot/config-* or lib/modules/*/config is expected",
      {path}};
}

// The file of the package `name` beside another one: of the same version where there are several.
std::optional<std::string> package_beside(const fs::path& package, const std::string& name) {
  const std::string file = package.filename().string();
  const std::string version = file.substr(std::min(file.find('_'), file.size()));
  std::vector<std::string> found;
  std::error_code error;
  const fs::path folder = package.has_parent_path() ? package.parent_path() : fs::path(".");
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::string other = it->path().filename().string();
    if (other == name + version) return it->path().string();
    if (other.starts_with(name + "_") && other.ends_with(".deb"))
      found.push_back(it->path().string());
  }
  return found.size() == 1 ? std::optional(found.front()) : std::nullopt;
}

Error no_image(const std::string& path, const Package& package) {
  const std::string where =
      package.companions.empty()
          ? ": boot/vmlinuz-* or lib/modules/*/vmlinuz is expected"
          : fmt::format(": its image is in {}", fmt::join(package.companions, " or "));
  return {fmt::format(
              "a package without a kernel{}{}", where,
              package.config ? "; give the one with the kernel, and this one with --config" : ""),
          {path}};
}

// What a package has, and of those beside it what it lacks.
Status read_package_file(const std::string& path, std::string bytes, Facts& facts) {
  auto package = read_package(path, bytes);
  if (!package) return package.errors();
  bytes = {};
  if (auto status = read_member(path, package->config, facts.config, read_config); !status) {
    return status;
  }
  std::string with_image = path;
  for (const std::string& name : package->companions) {
    if (package->image) break;
    const auto beside = package_beside(path, name);
    if (!beside) continue;
    const auto others_bytes = input::read_whole_file(*beside);
    if (!others_bytes) return others_bytes.errors();
    auto other = read_package(*beside, *others_bytes);
    if (!other) return other.errors();
    if (!other->image) continue;
    *package = std::move(*other);
    with_image = *beside;
  }
  if (!package->image) return no_image(path, *package);
  for (const Status& status :
       {read_member(with_image, package->config, facts.config, read_config),
        read_member(with_image, package->symbols, facts.symbols, read_symbol_table)}) {
    if (!status) return status;
  }
  if (auto status =
          read_kernel_image(package->image->path, std::move(package->image->bytes), facts);
      !status) {
    return in_package(with_image, status.errors());
  }
  for (const std::string& name : package->companions) {
    if (facts.config) break;
    const auto beside = package_beside(with_image, name);
    if (!beside) continue;
    if (auto status = read_config_file(*beside, facts.config); !status) return status;
  }
  facts.companions = std::move(package->companions);
  return Done{};
}

Status read_image_file(const std::string& path, Facts& facts) {
  auto bytes = input::read_whole_file(path);
  if (!bytes) return bytes.errors();
  if (input::is_package(*bytes)) return read_package_file(path, std::move(*bytes), facts);
  if (auto status = read_kernel_image(path, std::move(*bytes), facts); !status) return status;
  const auto beside = facts.config ? std::nullopt : config_beside(path);
  return beside ? read_config_file(*beside, facts.config) : Status(Done{});
}

// A System.map that was found, not named, may be Debian's stub.
bool is_stub_file(const std::string& path) {
  const auto source = input::open_source(path);
  return source && is_stub(source->bytes);
}

}  // namespace

Result<Facts> read_kernel_files(const KernelFiles& given) {
  KernelFiles files = given;
  Facts facts;
  facts.subject = given.image ? *given.image : given.parts.value_or("");
  for (const auto& path : {given.config, given.btf, given.symbols, given.sections}) {
    if (facts.subject.empty() && path) facts.subject = *path;
  }
  std::error_code error;
  const bool image_is_folder = given.image && fs::is_directory(*given.image, error);
  if (image_is_folder) files.image.reset();
  for (const auto& folder : {given.parts, image_is_folder ? given.image : std::nullopt}) {
    if (!folder) continue;
    if (auto status = find_parts(*folder, files); !status) return status.errors();
    // An image tells its own name.
    if (!image_is_folder || !files.image) facts.name = last_name(*folder);
  }
  if (given.name) facts.name = *given.name;
  if (files.symbols && !given.symbols && is_stub_file(*files.symbols)) files.symbols.reset();

  Errors errors;
  if (files.config) {
    if (auto status = read_config_file(*files.config, facts.config); !status) {
      append(errors, status.errors());
    }
  }
  read_part(files.btf, facts.types, errors, Types::read);
  read_part(files.symbols, facts.symbols, errors, read_symbol_table);
  read_part(files.sections, facts.sections, errors, read_sections);
  read_part(files.parameters, facts.parameters, errors, read_parameters);
  if (files.image) {
    if (auto status = read_image_file(*files.image, facts); !status)
      append(errors, status.errors());
  }
  if (!errors.empty()) return errors;
  return facts;
}

bool is_kernel_image(std::string_view beginning) {
  const auto is_image = [](std::string_view bytes) {
    return input::is_package(bytes) || is_vmlinuz(bytes) || is_elf(bytes) || is_efi_program(bytes);
  };
  if (is_image(beginning)) return true;
  if (input::compression_of(beginning).empty()) return false;
  const auto unpacked = input::unpack("", beginning, 4096);
  return unpacked && is_image(unpacked->bytes);
}

}  // namespace memmap::kernel
