#include "profile/kernel_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "input/open/archive.h"
#include "input/open/source.h"
#include "profile/image.h"
#include "profile/kernel_image.h"
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

// Which part a file of a folder is, by its name without a compression's suffix.
struct PartName {
  std::string_view name;  // the whole name, or what comes before -RELEASE; `*` and an ending
  std::optional<std::string> KernelFiles::*member;
};
constexpr PartName kPartNames[] = {
    {"config", &KernelFiles::config},         {".config", &KernelFiles::config},
    {"kallsyms", &KernelFiles::symbols},      {"System.map", &KernelFiles::symbols},
    {"sections.txt", &KernelFiles::sections}, {"params.txt", &KernelFiles::parameters},
    {"vmlinux", &KernelFiles::image},         {"vmlinuz", &KernelFiles::image},
    {"bzImage", &KernelFiles::image},
};

const PartName* part_of(std::string_view name) {
  constexpr std::array<std::string_view, 4> kSuffixes{".gz", ".xz", ".zst", ".bz2"};
  for (const std::string_view suffix : kSuffixes) {
    if (name.ends_with(suffix)) name.remove_suffix(suffix.size());
  }
  static constexpr PartName kBtf{"*.btf", &KernelFiles::btf};
  if (name.ends_with(".btf") || name == "btf") return &kBtf;
  const auto* it = std::ranges::find_if(kPartNames, [&](const PartName& p) {
    return name == p.name || (name.starts_with(p.name) && name[p.name.size()] == '-');
  });
  return it == std::end(kPartNames) ? nullptr : it;
}

// Sets the paths of the parts in a folder, where the user named none.
Status find_parts(const std::string& folder, KernelFiles& files) {
  std::error_code error;
  std::vector<fs::path> paths;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    paths.push_back(it->path());
  }
  if (error) return Error{fmt::format("cannot be read: {}", error.message()), {folder}};
  std::ranges::sort(paths);
  KernelFiles found;
  Errors errors;
  bool any = false;
  for (const fs::path& path : paths) {
    const PartName* part = part_of(path.filename().string());
    if (part == nullptr) continue;
    any = true;
    if (auto& place = found.*part->member; place) {
      errors.push_back(
          {.message = fmt::format("{} and {} are parts of one kind; which one holds?",
                                  fs::path(*place).filename().string(), path.filename().string()),
           .origin = {folder}});
    } else {
      place = path.string();
    }
  }
  if (!any) {
    return Error{
        "holds no part of a kernel: config, *.btf, kallsyms, System.map, sections.txt, "
        "params.txt, vmlinux or vmlinuz are looked for",
        {folder}};
  }
  if (!errors.empty()) return errors;
  for (const PartName& part : kPartNames) {
    if (!(files.*part.member)) files.*part.member = found.*part.member;
  }
  if (!files.btf) files.btf = found.btf;
  return Done{};
}

std::string last_name(const std::string& folder) {
  std::error_code error;
  const fs::path path = fs::canonical(folder, error);
  return (error ? fs::path(folder) : path).filename().string();
}

// `config-6.1` beside `vmlinuz-6.1`; `.config` beside `vmlinux` of a build.
std::optional<std::string> config_beside(const fs::path& image) {
  std::error_code error;
  const std::string name = image.filename().string();
  const std::size_t dash = name.find('-');
  const fs::path beside =
      image.parent_path() / (dash == std::string::npos ? ".config" : "config" + name.substr(dash));
  if (!name.starts_with("vmlinu") || !fs::is_regular_file(beside, error)) return std::nullopt;
  return beside.string();
}

}  // namespace

Result<Facts> read_kernel_files(const KernelFiles& given) {
  KernelFiles files = given;
  Facts facts;
  facts.subject = given.image ? *given.image : given.parts.value_or("");
  for (const auto& path : {given.config, given.btf, given.symbols, given.sections}) {
    if (facts.subject.empty() && path) facts.subject = *path;
  }
  if (given.parts) {
    if (auto status = find_parts(*given.parts, files); !status) return status.errors();
    facts.name = last_name(*given.parts);
  }
  if (given.name) facts.name = *given.name;

  Errors errors;
  read_part(files.config, facts.config, errors, read_config);
  read_part(files.btf, facts.types, errors, Types::read);
  read_part(files.symbols, facts.symbols, errors, read_symbol_table);
  read_part(files.sections, facts.sections, errors, read_sections);
  read_part(files.parameters, facts.parameters, errors, read_parameters);
  if (files.image) {
    auto bytes = input::read_whole_file(*files.image);
    const Status status =
        bytes ? read_kernel_image(*files.image, std::move(*bytes), facts) : Status(bytes.errors());
    if (!status) append(errors, status.errors());
    if (!facts.config && !files.config) {
      read_part(config_beside(*files.image), facts.config, errors, read_config);
    }
  }
  if (!errors.empty()) return errors;
  return facts;
}

bool is_kernel_image(std::string_view beginning) {
  return input::is_deb(beginning) || is_vmlinuz(beginning) || is_elf(beginning);
}

}  // namespace memmap::kernel
