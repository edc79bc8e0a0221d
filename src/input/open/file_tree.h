// The files that describe a machine, wherever they are: below a folder, in a tar, in memory.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace memmap::input {

// Paths are relative, with `/` between names: `firmware/memmap/0/start`.
class FileTree {
 public:
  virtual ~FileTree() = default;

  // A file or a folder is there (it may still be unreadable).
  virtual bool has(const std::string& path) const = 0;
  // A file's content. Errors: not there, not readable, no file.
  virtual Result<std::string> read(const std::string& path) const = 0;
  // The names in a folder, sorted; none where there is no such folder. Error: cannot be listed.
  virtual Result<std::vector<std::string>> list(const std::string& folder) const = 0;
  // The path as messages name it.
  virtual std::string shown(const std::string& path) const = 0;
};

// Below a folder of the file system.
class DiskTree : public FileTree {
 public:
  explicit DiskTree(std::filesystem::path root) : root_(std::move(root)) {}

  bool has(const std::string& path) const override;
  Result<std::string> read(const std::string& path) const override;
  Result<std::vector<std::string>> list(const std::string& folder) const override;
  std::string shown(const std::string& path) const override;

 private:
  std::filesystem::path root_;
};

// In memory. `name`: of the whole, for messages (`NAME:PATH`).
class MemoryTree : public FileTree {
 public:
  explicit MemoryTree(std::string name) : name_(std::move(name)) {}

  // False: a file of that path is there already.
  bool add(std::string path, std::string bytes) {
    return files_.emplace(std::move(path), std::move(bytes)).second;
  }
  const std::map<std::string, std::string>& files() const { return files_; }

  bool has(const std::string& path) const override;
  Result<std::string> read(const std::string& path) const override;
  Result<std::vector<std::string>> list(const std::string& folder) const override;
  std::string shown(const std::string& path) const override;

 private:
  std::string name_;
  std::map<std::string, std::string> files_{};
};

}  // namespace memmap::input
