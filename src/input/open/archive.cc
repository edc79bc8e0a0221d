#include "input/open/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <new>

#include "base/number.h"
#include "input/open/rpm.h"
#include "lazy/library.h"

namespace memmap::input {
namespace {

using namespace std::string_view_literals;

// Loaded when it is needed.
const lazy::Library libarchive(MEMMAP_LIBARCHIVE);
MEMMAP_LAZY(libarchive, archive_entry_filetype);
MEMMAP_LAZY(libarchive, archive_entry_hardlink);
MEMMAP_LAZY(libarchive, archive_entry_pathname);
MEMMAP_LAZY(libarchive, archive_entry_size);
MEMMAP_LAZY(libarchive, archive_error_string);
MEMMAP_LAZY(libarchive, archive_filter_bytes);
MEMMAP_LAZY(libarchive, archive_read_append_filter);
MEMMAP_LAZY(libarchive, archive_read_data);
MEMMAP_LAZY(libarchive, archive_read_free);
MEMMAP_LAZY(libarchive, archive_read_header_position);
MEMMAP_LAZY(libarchive, archive_read_new);
MEMMAP_LAZY(libarchive, archive_read_next_header);
MEMMAP_LAZY(libarchive, archive_read_open_memory);
MEMMAP_LAZY(libarchive, archive_read_support_filter_bzip2);
MEMMAP_LAZY(libarchive, archive_read_support_filter_compress);
MEMMAP_LAZY(libarchive, archive_read_support_filter_gzip);
MEMMAP_LAZY(libarchive, archive_read_support_filter_lz4);
MEMMAP_LAZY(libarchive, archive_read_support_filter_lzip);
MEMMAP_LAZY(libarchive, archive_read_support_filter_lzma);
MEMMAP_LAZY(libarchive, archive_read_support_filter_xz);
MEMMAP_LAZY(libarchive, archive_read_support_filter_zstd);
MEMMAP_LAZY(libarchive, archive_read_support_format_empty);
MEMMAP_LAZY(libarchive, archive_read_support_format_raw);
MEMMAP_LAZY(libarchive, archive_read_support_format_tar);

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

struct PackingRow {
  Packing packing;
  std::string_view name;
  int filter;
  const lazy::Function<int(archive*)>& support;
};
const PackingRow kPackings[] = {
    {Packing::gzip, "gzip", ARCHIVE_FILTER_GZIP, archive_read_support_filter_gzip},
    {Packing::xz, "xz", ARCHIVE_FILTER_XZ, archive_read_support_filter_xz},
    {Packing::zstd, "zstd", ARCHIVE_FILTER_ZSTD, archive_read_support_filter_zstd},
    {Packing::lz4, "lz4", ARCHIVE_FILTER_LZ4, archive_read_support_filter_lz4},
    {Packing::lzma, "lzma", ARCHIVE_FILTER_LZMA, archive_read_support_filter_lzma},
    {Packing::bzip2, "bzip2", ARCHIVE_FILTER_BZIP2, archive_read_support_filter_bzip2},
};

const PackingRow& row_of(Packing packing) {
  const auto* row = std::ranges::find(kPackings, packing, &PackingRow::packing);
  MEMMAP_CHECK(row != std::end(kPackings), "a packing without a row");
  return *row;
}

// The member of a Debian package whose name starts so: a tar, compressed or not. The package is an
// `ar` archive: behind 8 bytes, members behind 60 bytes each, on even places.
Result<std::string_view> deb_part(const std::string& name, std::string_view bytes,
                                  std::string_view wanted) {
  constexpr std::size_t kHeader = 60;
  constexpr std::size_t kSize = 48;
  constexpr std::size_t kSizeDigits = 10;
  for (std::size_t at = 8; at < bytes.size();) {
    const auto fault = [&](std::string_view what) {
      return Error{.message = fmt::format("damaged or cut short package: {}", what),
                   .origin = {.file = name, .offset = at}};
    };
    if (bytes.size() - at < kHeader) return fault("a member's header is cut");
    const std::string_view header = bytes.substr(at, kHeader);
    std::string_view digits = header.substr(kSize, kSizeDigits);
    digits = digits.substr(0, digits.find(' '));
    const auto size = parse_count(digits);
    if (!size || !header.ends_with("`\n")) return fault("no header of a member");
    const std::string_view rest = bytes.substr(at + kHeader);
    if (*size > rest.size()) return fault(fmt::format("a member of {} bytes is cut", *size));
    if (header.starts_with(wanted)) return rest.substr(0, *size);
    at += kHeader + *size + *size % 2;
  }
  return Error{.message = fmt::format("no Debian package: it has no {}", wanted),
               .origin = {.file = name}};
}

// The files that `visit` keeps of an archive that is open.
Result<std::vector<Member>> visited_members(const std::string& name, archive* a,
                                            std::string_view what, const PackageLimits& limits,
                                            const Visitor& visit) {
  const auto fault = [&](std::string message) {
    return Error{.message = std::move(message), .origin = {.file = name}};
  };
  std::vector<Member> members;
  std::uint64_t left = limits.bytes;
  std::size_t room = limits.kept_bytes;
  for (std::size_t count = 0;; ++count) {
    archive_entry* entry = nullptr;
    const int header = archive_read_next_header(a, &entry);
    if (header == ARCHIVE_EOF) return members;
    if (header != ARCHIVE_OK && header != ARCHIVE_WARN) return damaged(name, a, what);
    if (count == limits.members) {
      return fault(
          fmt::format("the package has too many files: {}", beyond(Limit::package_members)));
    }
    const auto size =
        static_cast<std::uint64_t>(std::max<la_int64_t>(archive_entry_size(entry), 0));
    if (size > left) {
      return unpacks_too_far(name, limits.packed, Limit::package_unpacked);
    }
    left -= size;
    const char* text = archive_entry_pathname(entry);
    if (text == nullptr || size == 0 || archive_entry_filetype(entry) != AE_IFREG) continue;
    const std::string_view path = without_root(text);
    const Visit answer = visit(path);
    if (answer == Visit::end) return members;
    if (answer == Visit::skip) continue;
    Member member{.path = std::string(path)};
    const la_ssize_t end = read_data(a, member.bytes, room);
    if (end < 0) return damaged(name, a, what);
    if (end != ARCHIVE_EOF) {
      return unpacks_too_far(fmt::format("{}, {}", name, path), limits.packed, Limit::kernel_size);
    }
    room -= member.bytes.size();
    members.push_back(std::move(member));
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
  if (bytes.starts_with("\x04\x22\x4d\x18"sv)) return "lz4";
  if (bytes.starts_with("LZIP\x01"sv)) return "lzip";
  if (bytes.starts_with("\x1f\x9d"sv)) return "compress";
  // lzma has no magic number: its usual settings, a dictionary of whole KiB, and a size that is not
  // told (all ones) or below 2^40.
  if (bytes.size() > 13 && bytes.starts_with("\x5d\0\0"sv) &&
      (bytes.substr(5, 8) == "\xff\xff\xff\xff\xff\xff\xff\xff"sv ||
       bytes.substr(10, 3) == "\0\0\0"sv)) {
    return "lzma";
  }
  return {};
}

std::size_t unpacked_room(std::size_t packed, Limit most) {
  const std::uint64_t ratio = limit_of(Limit::unpack_ratio);
  const std::uint64_t by_ratio =
      packed > ~std::uint64_t{0} / ratio ? ~std::uint64_t{0} : packed * ratio;
  return std::min(limit_of(most), std::max(by_ratio, limit_of(Limit::unpacked_free)));
}

Error unpacks_too_far(const std::string& name, std::size_t packed, Limit most) {
  const bool whole = unpacked_room(packed, most) == limit_of(most);
  return Error{.message = fmt::format("its {} packed bytes unpack to too many: {}", packed,
                                      beyond(whole ? most : Limit::unpack_ratio)),
               .origin = {.file = name}};
}

Result<Unpacked> unpack(const std::string& name, std::string_view bytes, std::size_t limit) {
  const Reader reader(archive_read_new());
  archive* const a = reader.get();
  if (a == nullptr) throw std::bad_alloc();
  archive_read_support_filter_gzip(a);
  archive_read_support_filter_xz(a);
  archive_read_support_filter_zstd(a);
  archive_read_support_filter_bzip2(a);
  archive_read_support_filter_lz4(a);
  archive_read_support_filter_lzip(a);
  archive_read_support_filter_compress(a);
  archive_read_support_filter_lzma(a);
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

Result<std::string> unpack_as(Packing packing, const std::string& name, std::string_view bytes,
                              std::uint64_t place, std::size_t limit) {
  const Reader reader(archive_read_new());
  archive* const a = reader.get();
  if (a == nullptr) throw std::bad_alloc();
  const PackingRow& row = row_of(packing);
  row.support(a);
  archive_read_support_format_raw(a);
  // Without asking the filters whether they would take it: they look at more than the packing.
  archive_read_append_filter(a, row.filter);
  archive_entry* entry = nullptr;
  std::string out;
  const auto fault = [&] {
    Error error = damaged(name, a, fmt::format("{} data", row.name));
    error.origin.offset = place + error.origin.offset.value_or(0);
    return error;
  };
  if (archive_read_open_memory(a, bytes.data(), bytes.size()) != ARCHIVE_OK ||
      archive_read_next_header(a, &entry) != ARCHIVE_OK) {
    return fault();
  }
  const la_ssize_t end = read_data(a, out, limit);
  if (end < 0) return fault();
  if (end != ARCHIVE_EOF) {
    return Error{.message = fmt::format("unpacks to more than {} bytes", limit),
                 .origin = {.file = name, .offset = place}};
  }
  return out;
}

bool is_tar(std::string_view bytes) {
  return bytes.size() >= 512 && bytes.substr(257, 5) == "ustar"sv;
}

Result<std::vector<Member>> tar_members(const std::string& name, std::string_view bytes,
                                        TarLimits limits) {
  const Reader reader(archive_read_new());
  archive* const a = reader.get();
  if (a == nullptr) throw std::bad_alloc();
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
      return Error{
          .message = fmt::format("the tar has too many members: {}", beyond(Limit::tar_members)),
          .origin = {.file = name, .offset = offset}};
    }
    const char* path = archive_entry_pathname(entry);
    if (archive_entry_filetype(entry) != AE_IFREG || path == nullptr) continue;
    if (archive_entry_hardlink(entry) != nullptr) continue;
    Member member{.path = path, .offset = offset};
    const la_ssize_t end = read_data(a, member.bytes, limits.member_bytes);
    if (end < 0) return damaged(name, a, "tar");
    if (end != ARCHIVE_EOF) {
      return Error{.message = fmt::format("`{}` in the tar is too large: {}", member.path,
                                          beyond(Limit::tar_member_size)),
                   .origin = {.file = name, .offset = offset}};
    }
    members.push_back(std::move(member));
  }
}

std::string_view without_root(std::string_view path) {
  if (path.starts_with("./")) path.remove_prefix(2);
  while (path.starts_with('/')) path.remove_prefix(1);
  return path;
}

struct UnpackStream::State {
  std::string name{};
  Reader reader{};
};

UnpackStream::UnpackStream(std::unique_ptr<State> state) : state_(std::move(state)) {}
UnpackStream::UnpackStream(UnpackStream&&) noexcept = default;
UnpackStream& UnpackStream::operator=(UnpackStream&&) noexcept = default;
UnpackStream::~UnpackStream() = default;

Result<UnpackStream> UnpackStream::open(const std::string& name, std::string_view bytes) {
  auto state = std::make_unique<State>(State{name, Reader(archive_read_new())});
  archive* const a = state->reader.get();
  if (a == nullptr) throw std::bad_alloc();
  for (const PackingRow& row : kPackings) row.support(a);
  archive_read_support_format_raw(a);
  archive_entry* entry = nullptr;
  if (archive_read_open_memory(a, bytes.data(), bytes.size()) != ARCHIVE_OK ||
      archive_read_next_header(a, &entry) != ARCHIVE_OK) {
    return damaged(name, a, "payload");
  }
  return UnpackStream(std::move(state));
}

Result<std::size_t> UnpackStream::read(std::span<char> out) {
  std::size_t used = 0;
  while (used < out.size()) {
    archive* const a = state_->reader.get();
    const la_ssize_t got = archive_read_data(a, out.data() + used, out.size() - used);
    if (got < 0) return damaged(state_->name, a, "payload");
    if (got == 0) break;
    used += static_cast<std::size_t>(got);
  }
  return used;
}

bool is_deb(std::string_view bytes) { return bytes.starts_with("!<arch>\ndebian-binary"); }

bool is_package(std::string_view bytes) {
  if (is_deb(bytes) || is_rpm(bytes) || is_tar(bytes)) return true;
  if (compression_of(bytes).empty()) return false;
  const auto beginning = unpack("", bytes.substr(0, kPackageBeginning), 512);
  return beginning && is_tar(beginning->bytes);
}

Result<std::vector<Member>> package_members(const std::string& name, std::string_view bytes,
                                            const PackageLimits& limits, const Visitor& visit) {
  if (is_rpm(bytes)) return rpm_members(name, bytes, limits, visit);
  const Reader reader(archive_read_new());
  archive* const a = reader.get();
  if (a == nullptr) throw std::bad_alloc();
  for (const PackingRow& row : kPackings) row.support(a);
  archive_read_support_format_tar(a);
  std::string_view what = "tar";
  if (is_deb(bytes)) {
    what = "data.tar";
    const auto part = deb_part(name, bytes, what);
    if (!part) return part.errors();
    bytes = *part;
  }
  if (archive_read_open_memory(a, bytes.data(), bytes.size()) != ARCHIVE_OK) {
    return damaged(name, a, what);
  }
  return visited_members(name, a, what, limits, visit);
}

std::string deb_control(std::string_view bytes) {
  constexpr PackageLimits kLimits{
      .members = 100, .bytes = 16 << 20, .kept_bytes = 1 << 20, .packed = 0};
  if (!is_deb(bytes)) return {};
  const auto part = deb_part("", bytes, "control.tar");
  if (!part) return {};
  auto files = package_members("", *part, kLimits, [](std::string_view path) {
    return path == "control" ? Visit::keep : Visit::skip;
  });
  return files && !files->empty() ? std::move(files->front().bytes) : std::string();
}

}  // namespace memmap::input
