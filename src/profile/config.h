// A kernel's .config: its options as text.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "kernel/version.h"

namespace memmap::kernel {

// Options without their `CONFIG_`. One that is `not set` is not in the map, as one never asked for.
struct Config {
  std::string source{};                          // the file's name, for messages
  std::map<std::string, std::string> options{};  // `y`, `m`, `10`, `0x1000000`; text unquoted
  std::map<std::string, std::size_t> lines{};    // where each stands, from 1 on
  std::optional<Version> version{};              // of the line `# Linux/x86 6.12.117 Kernel ...`

  bool is_on(std::string_view option) const;  // `y`
  std::optional<std::string_view> text(std::string_view option) const;
  // What is wrong with the value of an option that there is, at its place.
  Error error(std::string_view option, std::string message) const;
};

// Errors, all of them: lines that are neither option nor comment, an option given twice with two
// values, a configuration of another architecture than x86-64.
Result<Config> read_config(const std::string& source, std::string_view text);

// The gzip data that CONFIG_IKCONFIG puts into an image, between two marks; empty: there is none.
// kernel: kernel/configs.c, v6.12
std::string_view find_embedded_config(std::string_view image);

}  // namespace memmap::kernel
