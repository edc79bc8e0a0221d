#include "share.h"

#include <filesystem>

namespace memmap::cli {

namespace fs = std::filesystem;

std::string executable_folder() {
  std::error_code error;
  return fs::read_symlink("/proc/self/exe", error).parent_path().string();
}

std::string share_folder(const std::string& name) {
  const fs::path up = fs::path(executable_folder()).parent_path();
  // Installed; a build in build/; a build in build/PRESET/.
  const fs::path places[] = {up / "share" / "memmap", up / "share", up.parent_path() / "share"};
  std::error_code error;
  for (const fs::path& place : places) {
    if (fs::is_directory(place / name, error)) return (place / name).string();
  }
  return (places[0] / name).string();
}

}  // namespace memmap::cli
