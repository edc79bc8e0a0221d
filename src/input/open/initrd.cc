#include "input/open/initrd.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "base/align.h"
#include "base/limits.h"
#include "base/number.h"
#include "input/open/archive.h"
#include "input/open/source.h"

namespace memmap::input {
namespace {

constexpr std::size_t kHeader = 110;  // `070701` and thirteen numbers of eight hexadecimal digits
constexpr std::string_view kTrailer = "TRAILER!!!";
constexpr std::uint64_t kPage = 4096;
constexpr std::uint32_t kFormatBits = 0170000;  // S_IFMT
constexpr std::uint32_t kRegular = 0100000;     // S_IFREG

bool is_cpio(std::string_view bytes) {
  return bytes.starts_with("070701") || bytes.starts_with("070702");
}

// Bytes one after the other, from memory or unpacked on the way.
class Feed {
 public:
  explicit Feed(std::string_view plain) : plain_(plain) {}
  explicit Feed(UnpackStream* stream) : stream_(stream) {}

  // Fills `out`; less at the end.
  Result<std::size_t> read(std::span<char> out) {
    if (stream_ == nullptr) {
      const std::size_t n = std::min(out.size(), plain_.size() - at_);
      std::ranges::copy(plain_.substr(at_, n), out.begin());
      at_ += n;
      return n;
    }
    std::size_t done = 0;
    while (done < out.size()) {
      const auto n = stream_->read(out.subspan(done));
      if (!n) return n.errors();
      if (*n == 0) break;
      done += *n;
    }
    at_ += done;
    return done;
  }
  std::uint64_t at() const { return at_; }

 private:
  std::string_view plain_{};
  UnpackStream* stream_ = nullptr;
  std::uint64_t at_ = 0;
};

// What a header says that matters here.
struct Entry {
  std::uint64_t mode = 0;
  std::uint64_t size = 0;       // of its bytes, behind the name
  std::uint64_t name_size = 0;  // with its final 0
};

std::optional<Entry> entry_of(std::string_view header) {
  const auto field = [&](std::size_t n) { return parse_hex(header.substr(6 + 8 * n, 8)); };
  const auto mode = field(1);
  const auto size = field(6);
  const auto name_size = field(11);
  if (!is_cpio(header) || !mode || !size || !name_size) return std::nullopt;
  return Entry{*mode, *size, *name_size};
}

class Counter {
 public:
  Counter(const std::string& name, InitrdContents& out) : name_(name), out_(out) {}

  // Archives and the zeroes between them, to the end of the feed or, of plain bytes, to what is neither:
  // returns where that begins.
  Result<std::uint64_t> count(Feed& feed);

 private:
  Error fault(const Feed& feed, std::string_view what) const {
    return {fmt::format("{}, {} bytes into the archive", what, feed.at()), {name_}};
  }
  Status skip(Feed& feed, std::uint64_t bytes);
  Result<bool> entry(Feed& feed, std::string_view header);

  const std::string& name_;
  InitrdContents& out_;
  std::array<char, 65536> buffer_{};
};

Status Counter::skip(Feed& feed, std::uint64_t bytes) {
  while (bytes != 0) {
    const auto n =
        feed.read(std::span(buffer_).first(std::min<std::uint64_t>(bytes, buffer_.size())));
    if (!n) return n.errors();
    if (*n == 0) return fault(feed, "the initrd is cut short");
    if (feed.at() > limit_of(Limit::initrd_size))
      return fault(feed, fmt::format("the initrd is too large ({})", beyond(Limit::initrd_size)));
    bytes -= *n;
  }
  return Done{};
}

// False: it is the trailer.
Result<bool> Counter::entry(Feed& feed, std::string_view header) {
  const auto e = entry_of(header);
  constexpr std::uint64_t kPathMax = 4096;
  if (!e || e->name_size == 0 || e->name_size > kPathMax)
    return fault(feed, "no header of a cpio archive (newc) stands where one ought to");
  // The name ends at a multiple of four, from the header's start.
  const std::uint64_t padded = align_up(kHeader + e->name_size, 4) - kHeader;
  std::string name(padded, '\0');
  const auto n = feed.read(name);
  if (!n) return n.errors();
  if (*n != padded && *n < e->name_size) return fault(feed, "the initrd is cut short");
  if (std::string_view(name).substr(0, e->name_size - 1) == kTrailer) return false;
  ++out_.entries;
  if ((e->mode & kFormatBits) == kRegular) out_.pages += align_up(e->size, kPage) / kPage;
  const Status skipped = skip(feed, align_up(e->size, 4));
  if (!skipped) return skipped.errors();
  return true;
}

Result<std::uint64_t> Counter::count(Feed& feed) {
  std::array<char, kHeader> header{};
  bool in_archive = false;
  while (true) {
    // Four bytes at a time: archives begin at a multiple of four.
    const std::uint64_t at = feed.at();
    auto n = feed.read(std::span(header).first(4));
    if (!n) return n.errors();
    if (*n < 4)
      return in_archive ? Result<std::uint64_t>(fault(feed, "the initrd is cut short")) : at;
    const std::string_view word(header.data(), 4);
    if (!in_archive && word == std::string_view("\0\0\0\0", 4)) continue;
    if (word != "0707") return at;
    n = feed.read(std::span(header).subspan(4));
    if (!n) return n.errors();
    if (*n != kHeader - 4) return fault(feed, "the initrd is cut short");
    const auto more = entry(feed, {header.data(), kHeader});
    if (!more) return more.errors();
    in_archive = *more;
  }
}

}  // namespace

Result<InitrdContents> initrd_contents(const std::string& name, std::string_view bytes) {
  InitrdContents out{.packed = bytes.size()};
  Counter counter(name, out);
  Feed plain(bytes);
  const auto end = counter.count(plain);
  if (!end) return end.errors();
  if (*end >= bytes.size() && out.entries != 0) return out;
  const std::string_view rest = bytes.substr(std::min<std::uint64_t>(*end, bytes.size()));
  out.packing = compression_of(rest);
  if (out.packing.empty())
    return Error{"no initrd: neither a cpio archive (newc) nor anything packed", {name}};
  auto stream = UnpackStream::open(name, rest);
  if (!stream) return stream.errors();
  Feed unpacked(&*stream);
  const auto last = counter.count(unpacked);
  if (!last) return last.errors();
  if (out.entries == 0) return Error{"no initrd: what is packed is no cpio archive (newc)", {name}};
  return out;
}

Result<InitrdContents> read_initrd(const std::string& path) {
  const auto bytes = read_whole_file(path);
  if (!bytes) return bytes.errors();
  return initrd_contents(path, *bytes);
}

}  // namespace memmap::input
