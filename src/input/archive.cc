#include "input/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <memory>

namespace memmap::input {
namespace {

using namespace std::string_view_literals;

struct FreeReader {
  void operator()(archive* a) const { archive_read_free(a); }
};
using Reader = std::unique_ptr<archive, FreeReader>;

std::string reason(archive* a) {
  const char* text = archive_error_string(a);
  std::string out = text != nullptr ? text : "no reason given";
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  }
  return out;
}

Error damaged(const std::string& name, archive* a, std::string_view what) {
  // The filter's count of consumed bytes: the damage lies at or before it.
  const auto at = archive_filter_bytes(a, -1);
  return Error{.message = fmt::format("damaged or cut short {}: {}", what, reason(a)),
               .origin = {.file = name, .offset = static_cast<std::uint64_t>(at < 0 ? 0 : at)}};
}

// Appends the current entry's data to `out`, at most `limit` bytes in all. ARCHIVE_EOF at its end,
// ARCHIVE_OK when the limit cut it, else libarchive's error.
la_ssize_t read_data(archive* a, std::string& out, std::size_t limit) {
  char block[65536];
  for (;;) {
    const la_ssize_t got = archive_read_data(a, block, sizeof block);
    if (got < 0) return got;
    if (got == 0) return ARCHIVE_EOF;
    const auto size = static_cast<std::size_t>(got);
    const std::size_t room = limit - out.size();
    out.append(block, std::min(size, room));
    if (size > room) return ARCHIVE_OK;
  }
}

}  // namespace

std::string_view compression_of(std::string_view bytes) {
  if (bytes.starts_with("\x1f\x8b"sv)) return "gzip";
  if (bytes.starts_with("\xfd"
                        "7zXZ\0"sv))
    return "xz";
  if (bytes.starts_with("\x28\xb5\x2f\xfd"sv)) return "zstd";
  // `BZh`, the level, then a block's or the stream's end's magic: text may start with BZh too.
  if (bytes.size() >= 10 && bytes.starts_with("BZh"sv) && bytes[3] >= '1' && bytes[3] <= '9' &&
      (bytes.substr(4, 6) == "\x31\x41\x59\x26\x53\x59"sv ||
       bytes.substr(4, 6) == "\x17\x72\x45\x38\x50\x90"sv)) {
    return "bzip2";
  }
  return {};
}

Result<Unpacked> unpack(const std::string& name, std::string_view bytes, std::size_t limit) {
  const Reader reader(archive_read_new());
  archive* const a = reader.get();
  MEMMAP_CHECK(a != nullptr, "libarchive: out of memory");
  archive_read_support_filter_gzip(a);
  archive_read_support_filter_xz(a);
  archive_read_support_filter_zstd(a);
  archive_read_support_filter_bzip2(a);
  archive_read_support_format_raw(a);
  archive_read_support_format_empty(a);
  archive_entry* entry = nullptr;
  const std::string what = fmt::format("{} data", compression_of(bytes));
  if (archive_read_open_memory(a, bytes.data(), bytes.size()) != ARCHIVE_OK) {
    return damaged(name, a, what);
  }
  const int header = archive_read_next_header(a, &entry);
  if (header == ARCHIVE_EOF) return Unpacked{};
  if (header != ARCHIVE_OK) return damaged(name, a, what);
  Unpacked out;
  const la_ssize_t end = read_data(a, out.bytes, limit);
  if (end < 0) return damaged(name, a, what);
  out.more = end != ARCHIVE_EOF;
  return out;
}

bool is_tar(std::string_view bytes) {
  return bytes.size() >= 512 && bytes.substr(257, 5) == "ustar"sv;
}

Result<std::vector<Member>> tar_members(const std::string& name, std::string_view bytes,
                                        TarLimits limits) {
  const Reader reader(archive_read_new());
  archive* const a = reader.get();
  MEMMAP_CHECK(a != nullptr, "libarchive: out of memory");
  archive_read_support_format_tar(a);
  if (archive_read_open_memory(a, bytes.data(), bytes.size()) != ARCHIVE_OK) {
    return damaged(name, a, "tar");
  }
  std::vector<Member> members;
  for (std::size_t count = 0;; ++count) {
    archive_entry* entry = nullptr;
    const int header = archive_read_next_header(a, &entry);
    if (header == ARCHIVE_EOF) return members;
    if (header != ARCHIVE_OK && header != ARCHIVE_WARN) return damaged(name, a, "tar");
    const auto offset = static_cast<std::size_t>(archive_read_header_position(a));
    if (count == limits.members) {
      return Error{.message = fmt::format("the tar has more than {} members", limits.members),
                   .origin = {.file = name, .offset = offset}};
    }
    const char* path = archive_entry_pathname(entry);
    if (archive_entry_filetype(entry) != AE_IFREG || path == nullptr) continue;
    if (archive_entry_hardlink(entry) != nullptr) continue;
    Member member{.path = path, .offset = offset};
    const la_ssize_t end = read_data(a, member.bytes, limits.member_bytes);
    if (end < 0) return damaged(name, a, "tar");
    if (end != ARCHIVE_EOF) {
      return Error{.message = fmt::format("`{}` in the tar is larger than {} bytes", member.path,
                                          limits.member_bytes),
                   .origin = {.file = name, .offset = offset}};
    }
    members.push_back(std::move(member));
  }
}

}  // namespace memmap::input
