#include "session/places.h"

#include <dlfcn.h>
#include <sys/auxv.h>

namespace memmap::session {
namespace {

namespace fs = std::filesystem;

// Absolute; empty: not known. Without /proc the kernel still says by which path it was started.
fs::path executable() {
  std::error_code error;
  fs::path path = fs::read_symlink("/proc/self/exe", error);
  if (!error) return path;
  const auto* started_as = reinterpret_cast<const char*>(::getauxval(AT_EXECFN));
  if (started_as == nullptr) return {};
  path = fs::canonical(started_as, error);
  return error ? fs::path() : path;
}

}  // namespace

std::string share_folder_of(const fs::path& executable, std::string_view name) {
  if (!executable.is_absolute()) return (fs::path("/usr/share/memmap") / name).string();
  const fs::path up = executable.parent_path().parent_path();
  // Installed; a build in build/; a build in build/PRESET/.
  const fs::path places[] = {up / "share" / "memmap", up / "share", up.parent_path() / "share"};
  std::error_code error;
  for (const fs::path& place : places) {
    if (fs::is_directory(place / name, error)) return (place / name).string();
  }
  return (places[0] / name).string();
}

std::string share_folder(std::string_view name) { return share_folder_of(executable(), name); }

Result<Places> find_places(std::span<const std::string> named, std::string_view path_list) {
  auto folders = plugin::search_folders({named.begin(), named.end()}, path_list);
  if (!folders) return folders.errors();
  return Places{.kernels = share_folder("kernels"), .plugins = *std::move(folders)};
}

Result<Places> places_of_library(std::span<const std::string> named) {
  auto folders = plugin::search_folders({named.begin(), named.end()}, {});
  if (!folders) return folders.errors();
  // What lies beside the program came with the program.
  std::erase_if(*folders, [](const plugin::Folder& f) { return f.trust == plugin::Trust::own; });
  Dl_info info{};
  std::error_code error;
  if (::dladdr(reinterpret_cast<const void*>(&places_of_library), &info) != 0 &&
      info.dli_fname != nullptr) {
    const fs::path beside = fs::canonical(info.dli_fname, error).parent_path();
    for (const fs::path& own : {beside / "plugins", beside / "memmap" / "plugins"})
      if (!error) folders->push_back({.path = own, .trust = plugin::Trust::own});
  }
  return Places{{}, *std::move(folders)};
}

}  // namespace memmap::session
