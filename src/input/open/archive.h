// Compressed and archived bytes, through libarchive: the one file that knows it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "base/result.h"

namespace memmap::input {

// `gzip`, `xz`, `zstd`, `bzip2`, `lz4`, `lzip`, `lzma` or `compress` by what stands at the front;
// empty: none of them.
std::string_view compression_of(std::string_view bytes);

// How far `packed` bytes may unpack: `most`, and no more than Limit::unpack_ratio times their size where
// that is above Limit::unpacked_free.
std::size_t unpacked_room(std::size_t packed, Limit most);
// That they went further, and which limit it is.
Error unpacks_too_far(const std::string& name, std::size_t packed, Limit most);

struct Unpacked {
  std::string bytes{};
  bool more = false;  // there is more than `limit` bytes; the rest was not unpacked
};

// Unpacks compressed bytes, and what is compressed within, up to `limit` bytes. Errors: damaged or
// cut short, with the place in the compressed bytes. `name` is for messages.
Result<Unpacked> unpack(const std::string& name, std::string_view bytes, std::size_t limit);

// A packing that is known from elsewhere: some have no magic number, or one that others share.
enum class Packing { gzip, xz, zstd, lz4, lzma, bzip2 };

// Unpacks what is packed so. Errors: damaged or cut short, with the place, counted from `place`;
// more than `limit` bytes.
Result<std::string> unpack_as(Packing packing, const std::string& name, std::string_view bytes,
                              std::uint64_t place, std::size_t limit);

struct Member {
  std::string path{};  // as stored
  std::string bytes{};
  std::size_t offset = 0;  // of its header in the tar
};

// A header of the ustar, pax or GNU kind stands at the front.
bool is_tar(std::string_view bytes);

struct TarLimits {
  std::size_t members = 0;       // files and folders
  std::size_t member_bytes = 0;  // of each file
};

// The regular files of an uncompressed tar, in order. Links and devices are left out. Errors:
// damaged, cut short, or beyond `limits`.
Result<std::vector<Member>> tar_members(const std::string& name, std::string_view bytes,
                                        TarLimits limits);

// Unpacks what is compressed, or not, piece by piece.
class UnpackStream {
 public:
  // `bytes` must outlive it. Errors: damaged at its beginning.
  static Result<UnpackStream> open(const std::string& name, std::string_view bytes);
  UnpackStream(UnpackStream&&) noexcept;
  UnpackStream& operator=(UnpackStream&&) noexcept;
  ~UnpackStream();
  // Fills `out`, at the end as far as there is data; returns how much. Errors: damaged, cut short.
  Result<std::size_t> read(std::span<char> out);

 private:
  struct State;
  explicit UnpackStream(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// As members are named in packages: `./boot/vmlinuz`, `/boot/vmlinuz`, `boot/vmlinuz`.
std::string_view without_root(std::string_view path);

// A package: Debian's (.deb, Ubuntu's .ddeb), an RPM, or a tar that is compressed or not (Arch's
// .pkg.tar.zst, a copy of a folder). The beginning of a file is enough: kPackageBeginning bytes.
bool is_package(std::string_view bytes);
inline constexpr std::size_t kPackageBeginning = std::size_t{256} << 10;

// Starts as a Debian package does.
bool is_deb(std::string_view bytes);

struct PackageLimits {
  std::size_t members = 0;     // files and folders
  std::uint64_t bytes = 0;     // of all files together, wanted or not
  std::size_t kept_bytes = 0;  // of those wanted together
  std::size_t packed = 0;      // the package's own size, for messages
};

enum class Visit { skip, keep, end };  // end: this file and those that follow are not asked for
using Visitor = std::function<Visit(std::string_view path)>;

// The regular files of a package that `visit` keeps, in order; their paths without `./` or `/` in
// front. Links and empty files are left out. Errors: damaged, cut short, no package, beyond
// `limits`.
Result<std::vector<Member>> package_members(const std::string& name, std::string_view bytes,
                                            const PackageLimits& limits, const Visitor& visit);

// The control file of a Debian package; empty: it is none, or has none that can be read.
std::string deb_control(std::string_view bytes);

}  // namespace memmap::input
