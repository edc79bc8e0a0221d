#include "sweep/digest.h"

#include <fmt/format.h>
#include <sha2.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <vector>

namespace memmap::sweep {

namespace fs = std::filesystem;

struct Digest::State {
  SHA2_CTX sum{};
};

Digest::Digest() : state_(std::make_unique<State>()) { SHA256Init(&state_->sum); }
Digest::~Digest() = default;

void Digest::add(std::string_view what, std::string_view bytes) {
  const auto put = [&](std::string_view text) {
    SHA256Update(&state_->sum, reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  };
  put(fmt::format("{} {} {}\n", what.size(), what, bytes.size()));
  put(bytes);
}

Status Digest::add_files(const std::string& path) {
  std::vector<fs::path> files;
  std::error_code error;
  if (fs::is_directory(path, error)) {
    for (fs::recursive_directory_iterator it(path, error), end; !error && it != end;
         it.increment(error)) {
      std::error_code ignored;
      if (it->is_regular_file(ignored)) files.push_back(it->path());
    }
  } else {
    files.emplace_back(path);
  }
  if (error) return Error{fmt::format("cannot be read: {}", error.message()), {path}};
  std::ranges::sort(files);
  for (const fs::path& file : files) {
    std::ifstream in(file, std::ios::binary);
    SHA2_CTX own{};
    SHA256Init(&own);
    std::array<char, 1 << 16> piece{};
    while (in.read(piece.data(), piece.size()), in.gcount() > 0)
      SHA256Update(&own, reinterpret_cast<const std::uint8_t*>(piece.data()),
                   static_cast<std::size_t>(in.gcount()));
    if (in.bad() || (!in.is_open())) {
      // What a folder of /proc or /sys does not let everybody read is no part of a machine.
      if (files.size() > 1) continue;
      return Error{fmt::format("cannot be read: {}", std::strerror(errno)), {path}};
    }
    std::array<std::uint8_t, SHA256_DIGEST_LENGTH> sum{};
    SHA256Final(sum.data(), &own);
    add(files.size() == 1 ? std::string() : fs::relative(file, path, error).string(),
        {reinterpret_cast<const char*>(sum.data()), sum.size()});
  }
  return Done{};
}

std::string Digest::take() {
  std::array<std::uint8_t, SHA256_DIGEST_LENGTH> sum{};
  SHA256Final(sum.data(), &state_->sum);
  std::string out;
  for (const std::uint8_t byte : sum) out += fmt::format("{:02x}", byte);
  return out;
}

}  // namespace memmap::sweep
