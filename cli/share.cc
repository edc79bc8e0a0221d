#include "share.h"

#include <filesystem>

namespace memmap::cli {

namespace fs = std::filesystem;

std::string executable_folder() {
  std::error_code error;
  return fs::read_symlink("/proc/self/exe", error).parent_path().string();
}

std::string share_folder(const std::string& name) {
  const fs::path share = fs::path(executable_folder()).parent_path() / "share";
  std::error_code error;
  const fs::path installed = share / "memmap" / name;
  return fs::is_directory(installed, error) ? installed.string() : (share / name).string();
}

}  // namespace memmap::cli
