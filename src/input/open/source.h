// What is read: bytes or a folder, opened once, decompressed, within limits (base/limits.def: the
// largest real source is a log of a million lines, about 100 MB; kernels with symbols for a debugger
// are larger than 1 GiB).
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace memmap::input {

// Of an ELF file (a memory dump is as large as the machine's memory) only so much is kept: its
// headers are at its beginning.
inline constexpr std::size_t kElfPrefixBytes = std::size_t{8} << 20;

// Either `folder` is set (and `bytes` empty) or `bytes` holds the whole content, decompressed; of
// an ELF file larger than kElfPrefixBytes only its beginning, and `prefix_only` is set.
struct Source {
  std::string name{};  // for messages and reports: as the user named it; `-`: standard input
  std::string bytes{};
  std::filesystem::path folder{};
  bool prefix_only = false;

  bool is_folder() const { return !folder.empty(); }
};

// Opens `path` (`-`: standard input). Compressed content (compression_of()) is unpacked, whatever
// its name; a tar stays a tar. Pipes are read to their end; devices and sockets are refused.
// Errors: not there, not readable, neither file nor folder, empty, damaged or too large once
// unpacked.
Result<Source> open_source(const std::string& path);

// The same of bytes at hand: unpacks what is compressed. For tests, fuzzers and members of a tar.
Result<Source> source_from_bytes(std::string name, std::string bytes);

// The content of a file, not unpacked, an ELF file whole: for kernel images and packages. Errors as
// open_source(), but for their limit; a folder is one too.
Result<std::string> read_whole_file(const std::string& path);

// Reads a plain small file (sysfs, /proc) without unpacking. Errors as open_source().
Result<std::string> read_file(const std::filesystem::path& path);

}  // namespace memmap::input
