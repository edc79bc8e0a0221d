#include "profile/lzo.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace memmap::kernel {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kMagic = "\x89LZO\0\r\n\x1a\n"sv;
// lzop's flags.
constexpr std::uint32_t kAdlerOfUnpacked = 0x1;
constexpr std::uint32_t kAdlerOfPacked = 0x2;
constexpr std::uint32_t kCrcOfUnpacked = 0x100;
constexpr std::uint32_t kCrcOfPacked = 0x200;
constexpr std::uint32_t kHasFilter = 0x800;
constexpr std::size_t kLargestBlock = 64 << 20;  // lzop's own bound

// Reads forward; past the end it gives zeros and remembers.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  unsigned byte() {
    if (at_ >= bytes_.size()) return failed_ = true, 0;
    return static_cast<unsigned char>(bytes_[at_++]);
  }
  std::size_t little16() {
    const std::size_t low = byte();
    return low | std::size_t{byte()} << 8;
  }
  std::uint32_t big(int bytes) {
    std::uint32_t value = 0;
    for (int i = 0; i < bytes; ++i) value = value << 8 | byte();
    return value;
  }
  std::string_view take(std::size_t count) {
    if (count > bytes_.size() - at_) return failed_ = true, std::string_view{};
    at_ += count;
    return bytes_.substr(at_ - count, count);
  }
  bool failed() const { return failed_; }
  std::size_t position() const { return at_; }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
  bool failed_ = false;
};

// One block of LZO1X, as the words of lzo.rst have it. false: damaged.
class Block {
 public:
  Block(std::string_view packed, std::size_t unpacked, std::string& out)
      : in_(packed), out_(out), start_(out.size()), end_(out.size() + unpacked) {}

  bool unpack() {
    unsigned code = in_.byte();
    if (code > 17) {
      literals(code - 17);
      state_ = std::min(code - 17, 4u);
      code = in_.byte();
    }
    while (!bad_ && !in_.failed()) {
      if (step(code)) break;
      code = in_.byte();
    }
    return !bad_ && !in_.failed() && out_.size() == end_;
  }

 private:
  // Returns whether this was the mark of the end.
  bool step(unsigned code) {
    if (code >= 64) {
      const std::size_t length = code >= 128 ? 5 + (code >> 5 & 3) : 3 + (code >> 5 & 1);
      match((std::size_t{in_.byte()} << 3) + (code >> 2 & 7) + 1, length, code & 3);
    } else if (code >= 32) {
      const std::size_t length = 2 + length_of(code, 5);
      const std::size_t distance = in_.little16();
      match((distance >> 2) + 1, length, distance & 3);
    } else if (code >= 16) {
      const std::size_t length = 2 + length_of(code, 3);
      const std::size_t low = in_.little16();
      const std::size_t distance = 16384 + (std::size_t{code >> 3 & 1} << 14) + (low >> 2);
      if (distance == 16384) return true;
      match(distance, length, low & 3);
    } else if (state_ == 0) {
      literals(3 + length_of(code, 4));
      state_ = 4;
    } else {
      const std::size_t near = (std::size_t{in_.byte()} << 2) + (code >> 2 & 3) + 1;
      if (state_ == 4) {
        match(near + 2048, 3, code & 3);
      } else {
        match(near, 2, code & 3);
      }
    }
    return false;
  }

  std::size_t length_of(unsigned code, int bits) {
    const std::size_t mask = (std::size_t{1} << bits) - 1;
    if ((code & mask) != 0) return code & mask;
    std::size_t length = mask;
    for (;;) {
      const unsigned more = in_.byte();
      if (more != 0) return length + more;
      length += 255;
      if (in_.failed() || length > end_) return bad_ = true, 0;
    }
  }

  void literals(std::size_t count) {
    const std::string_view text = in_.take(count);
    if (text.size() > end_ - out_.size()) {
      bad_ = true;
    } else {
      out_ += text;
    }
  }

  void match(std::size_t distance, std::size_t length, std::size_t then) {
    if (bad_ || distance > out_.size() - start_ || length > end_ - out_.size()) {
      bad_ = true;
      return;
    }
    // Byte by byte: the source may run into what is being written.
    for (std::size_t i = 0; i < length; ++i) out_ += out_[out_.size() - distance];
    literals(then);
    state_ = static_cast<unsigned>(then);
  }

  Reader in_;
  std::string& out_;
  std::size_t start_;
  std::size_t end_;
  unsigned state_ = 0;  // literals copied by the last instruction, 4: more than 3
  bool bad_ = false;
};

// lzop's header; the flags, nullopt: it is none.
std::optional<std::uint32_t> read_header(Reader& in) {
  if (in.take(kMagic.size()) != kMagic) return std::nullopt;
  const std::uint32_t version = in.big(2);
  in.take(5);                         // the library's version, the version needed, the method
  if (version >= 0x0940) in.take(1);  // the level
  const std::uint32_t flags = in.big(4);
  if ((flags & kHasFilter) != 0) in.take(4);
  in.take(version >= 0x0940 ? 12 : 8);  // mode, time
  in.take(in.byte());                   // file name
  in.take(4);                           // checksum
  return in.failed() ? std::nullopt : std::optional(flags);
}

}  // namespace

Result<std::string> unpack_lzop(const std::string& source, std::string_view packed,
                                std::uint64_t place, std::size_t limit) {
  Reader in(packed);
  const auto fault = [&](std::string message) {
    return Error{.message = std::move(message),
                 .origin = {.file = source, .offset = place + in.position()}};
  };
  const auto flags = read_header(in);
  if (!flags) return fault("damaged or cut short lzo data: no header of lzop's");
  const int unpacked_sums = ((*flags & kAdlerOfUnpacked) != 0) + ((*flags & kCrcOfUnpacked) != 0);
  const int packed_sums = ((*flags & kAdlerOfPacked) != 0) + ((*flags & kCrcOfPacked) != 0);
  std::string out;
  for (;;) {
    const std::size_t unpacked_bytes = in.big(4);
    if (in.failed()) return fault("cut short lzo data");
    if (unpacked_bytes == 0) return out;
    const std::size_t packed_bytes = in.big(4);
    if (unpacked_bytes > kLargestBlock || packed_bytes > unpacked_bytes || packed_bytes == 0) {
      return fault("damaged lzo data: a block of an impossible size");
    }
    if (unpacked_bytes > limit - out.size()) {
      return fault(fmt::format("unpacks to more than {} bytes", limit));
    }
    const bool stored = packed_bytes == unpacked_bytes;
    in.take(4 * static_cast<std::size_t>(unpacked_sums + (stored ? 0 : packed_sums)));
    const std::string_view block = in.take(packed_bytes);
    if (in.failed()) return fault("cut short lzo data");
    if (stored) {
      out += block;
    } else if (!Block(block, unpacked_bytes, out).unpack()) {
      return fault("damaged lzo data");
    }
  }
}

}  // namespace memmap::kernel
