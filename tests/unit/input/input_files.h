// What the tests of src/input share: the samples of data/, places to write to, maps in short form.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "input/open/source.h"
#include "machine/e820_entry.h"

namespace memmap::input {

inline std::string data_path(std::string_view name) {
  return std::string(MEMMAP_SOURCE_DIR "/tests/unit/input/data/") + std::string(name);
}

inline std::string data_bytes(std::string_view name) {
  const auto bytes = read_file(data_path(name));
  EXPECT_TRUE(bytes.ok()) << name;
  return bytes ? *bytes : std::string();
}

// A sample as open_source() gives it; fails the test where it is not there.
inline Source data_source(std::string_view name) {
  auto source = open_source(data_path(name));
  EXPECT_TRUE(source.ok()) << name;
  return source ? *source : Source{};
}

// A folder of the test's own, gone at its end.
class ScratchFolder {
 public:
  ScratchFolder() {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    path_ = std::filesystem::path(testing::TempDir()) /
            (std::string("memmap_") + info->test_suite_name() + "_" + info->name());
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

  std::string write(const std::filesystem::path& name, std::string_view bytes) const {
    const std::filesystem::path file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary)
        .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return file.string();
  }

  // The folder N of /sys/firmware/memmap below `folder`.
  void write_entry(const std::string& folder, std::string_view start, std::string_view end,
                   std::string_view type) const {
    write(folder + "/start", start);
    write(folder + "/end", end);
    write(folder + "/type", type);
  }

 private:
  std::filesystem::path path_;
};

// `[base, end)` in hexadecimal and its type, as the kernel prints neither: `0-9fc00 1`.
inline std::string show(const E820Entries& map) {
  std::string out;
  char line[80];
  for (const E820Entry& e : map) {
    std::snprintf(line, sizeof line, "%llx-%llx %u\n", static_cast<unsigned long long>(raw(e.addr)),
                  static_cast<unsigned long long>(e.end()), raw(e.type));
    out += line;
  }
  return out;
}

// What a PC of 4 GiB under SeaBIOS passes: the samples named *-4g are of one machine.
inline constexpr const char* kMap4G =
    "0-9fc00 1\n9fc00-a0000 2\nf0000-100000 2\n100000-bffe0000 1\nbffe0000-c0000000 2\n"
    "fffc0000-100000000 2\n100000000-140000000 1\nfd00000000-10000000000 2\n";

template <class T>
std::string all_messages(const Result<T>& result) {
  return result.ok() ? std::string() : to_string(result.errors());
}

}  // namespace memmap::input
