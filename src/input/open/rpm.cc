#include "input/open/rpm.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "base/align.h"
#include "base/number.h"

namespace memmap::input {
namespace {

constexpr std::string_view kLead = "\xed\xab\xee\xdb";
constexpr std::size_t kLeadBytes = 96;
constexpr std::string_view kHeaderMagic = "\x8e\xad\xe8\x01";
constexpr std::size_t kHeaderBytes = 16;  // magic, 4 bytes left free, entries, bytes of their data
constexpr std::size_t kEntryBytes = 16;   // tag, type, offset, count

constexpr std::uint32_t kFileSizes = 1028;
constexpr std::uint32_t kFileModes = 1030;
constexpr std::uint32_t kFileDevices = 1095;
constexpr std::uint32_t kFileInodes = 1096;
constexpr std::uint32_t kDirIndexes = 1116;
constexpr std::uint32_t kBaseNames = 1117;
constexpr std::uint32_t kDirNames = 1118;
constexpr std::uint32_t kLongFileSizes = 5008;

constexpr std::uint64_t kTypeMask = 0170000;
constexpr std::uint64_t kRegular = 0100000;
constexpr std::uint64_t kLink = 0120000;
constexpr std::size_t kLongestName = 4096;

Error fault(const std::string& name, std::string_view what, std::uint64_t offset) {
  return Error{.message = fmt::format("damaged or cut short RPM package: {}", what),
               .origin = {.file = name, .offset = offset}};
}

// A number of `bytes` bytes, the highest first; 0 beyond the end.
std::uint64_t number_at(std::string_view data, std::uint64_t at, std::size_t bytes) {
  if (at > data.size() || data.size() - at < bytes) return 0;
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes; ++i) {
    value = value << 8 | static_cast<unsigned char>(data[at + i]);
  }
  return value;
}

// One of a package's two headers: what stands under a tag. Read only where it is asked for, as most
// payloads tell the same themselves.
class Header {
 public:
  Header() = default;
  Header(std::string_view index, std::string_view data) : index_(index), data_(data) {}

  std::vector<std::uint64_t> numbers(std::uint32_t tag, std::size_t bytes) const {
    std::vector<std::uint64_t> out;
    const auto place = find(tag);
    if (!place) return out;
    const auto [offset, count] = *place;
    for (std::uint64_t i = 0; i < count && offset + (i + 1) * bytes <= data_.size(); ++i) {
      out.push_back(number_at(data_, offset + i * bytes, bytes));
    }
    return out;
  }
  std::vector<std::string_view> texts(std::uint32_t tag) const {
    std::vector<std::string_view> out;
    const auto place = find(tag);
    if (!place || place->first > data_.size()) return out;
    std::string_view rest = data_.substr(place->first);
    for (std::uint64_t i = 0; i < place->second; ++i) {
      const std::size_t end = rest.find('\0');
      if (end == std::string_view::npos) break;
      out.push_back(rest.substr(0, end));
      rest.remove_prefix(end + 1);
    }
    return out;
  }

 private:
  // Offset and count.
  std::optional<std::pair<std::uint64_t, std::uint64_t>> find(std::uint32_t tag) const {
    for (std::size_t at = 0; at + kEntryBytes <= index_.size(); at += kEntryBytes) {
      if (number_at(index_, at, 4) != tag) continue;
      return std::pair(number_at(index_, at + 8, 4), number_at(index_, at + 12, 4));
    }
    return std::nullopt;
  }

  std::string_view index_{};
  std::string_view data_{};
};

// The header at `at`, which is moved behind it.
Result<Header> read_header(const std::string& name, std::string_view bytes, std::size_t& at) {
  if (at > bytes.size() || !bytes.substr(at).starts_with(kHeaderMagic)) {
    return fault(name, "no header is where it has to be", std::min(at, bytes.size()));
  }
  const std::uint64_t index = number_at(bytes, at + 8, 4) * kEntryBytes;
  const std::uint64_t data = number_at(bytes, at + 12, 4);
  const std::size_t start = at + kHeaderBytes;
  if (start > bytes.size() || index + data > bytes.size() - start) {
    return fault(name, fmt::format("a header of {} bytes is cut", index + data), at);
  }
  at = start + index + data;
  return Header(bytes.substr(start, index), bytes.substr(start + index, data));
}

// Of several names of one file the last one has the data.
using Identity = std::pair<std::uint64_t, std::uint64_t>;  // device and inode

struct File {
  std::string path{};
  std::uint64_t mode = 0;
  std::uint64_t size = 0;              // of what the payload has of it
  std::optional<Identity> identity{};  // of one with several names

  bool is_regular() const { return (mode & kTypeMask) == kRegular; }
};

// What the header tells of the files, for payloads that only number them.
std::vector<File> files_of(const Header& header) {
  const auto names = header.texts(kBaseNames);
  const auto folders = header.texts(kDirNames);
  const auto folder_of = header.numbers(kDirIndexes, 4);
  const auto modes = header.numbers(kFileModes, 2);
  const auto devices = header.numbers(kFileDevices, 4);
  const auto inodes = header.numbers(kFileInodes, 4);
  auto sizes = header.numbers(kLongFileSizes, 8);
  if (sizes.empty()) sizes = header.numbers(kFileSizes, 4);
  const std::size_t count = std::min({names.size(), folder_of.size(), modes.size(), sizes.size()});
  std::map<Identity, std::size_t> last;
  const auto identity = [&](std::size_t i) { return Identity(devices[i], inodes[i]); };
  const bool known = devices.size() >= count && inodes.size() >= count;
  for (std::size_t i = 0; known && i < count; ++i) last[identity(i)] = i;
  std::vector<File> out;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t type = modes[i] & kTypeMask;
    const bool here = !known || last[identity(i)] == i;
    const bool has_data = type == kLink || (type == kRegular && here);
    const std::string_view folder = folder_of[i] < folders.size() ? folders[folder_of[i]] : "";
    out.push_back({.path = fmt::format("{}{}", folder, names[i]),
                   .mode = modes[i],
                   .size = has_data ? sizes[i] : 0,
                   .identity = known ? std::optional(identity(i)) : std::nullopt});
  }
  return out;
}

// The payload: one entry behind the other, each on a multiple of 4.
class Payload {
 public:
  Payload(const std::string& name, UnpackStream stream, const Header& header,
          const PackageLimits& limits)
      : name_(name), stream_(std::move(stream)), header_(header), limits_(limits) {}

  Result<std::vector<Member>> members(const Visitor& visit) {
    std::vector<Member> out;
    for (std::size_t count = 0;; ++count) {
      auto file = next();
      if (!file) return file.errors();
      if (!*file) return out;
      if (count == limits_.members) {
        return cannot(
            fmt::format("the package has too many files: {}", beyond(Limit::package_members)));
      }
      const std::uint64_t size = (*file)->size;
      if (size > limits_.bytes)
        return unpacks_too_far(name_, limits_.packed, Limit::package_unpacked);
      limits_.bytes -= size;
      Member member{.path = (*file)->path};
      const Visit answer = asked(**file, visit, member.path);
      if (answer == Visit::end) return out;
      if (answer == Visit::keep && size > limits_.kept_bytes) {
        return unpacks_too_far(fmt::format("{}, {}", name_, member.path), limits_.packed,
                               Limit::kernel_size);
      }
      if (auto status = take(size, answer == Visit::keep ? &member.bytes : nullptr); !status) {
        return status.errors();
      }
      if (auto status = take(align_up(at_, 4) - at_, nullptr); !status) return status.errors();
      if (answer != Visit::keep) continue;
      limits_.kept_bytes -= size;
      out.push_back(std::move(member));
    }
  }

 private:
  // What `visit` says of a file by the one of its names that it knows, which is set.
  Visit asked(const File& file, const Visitor& visit, std::string& path) {
    if (!file.is_regular()) return Visit::skip;
    std::vector<std::string> names{std::string(without_root(file.path))};
    if (file.identity) {
      auto& links = links_[*file.identity];
      links.insert(links.begin(), names.front());
      if (file.size != 0) names = links;
    }
    if (file.size == 0) return Visit::skip;
    for (const std::string& name : names) {
      path = name;
      const Visit answer = visit(name);
      if (answer != Visit::skip) return answer;
    }
    return Visit::skip;
  }

  Error cannot(std::string message) const {
    return Error{.message = std::move(message), .origin = {.file = name_}};
  }

  // Reads on over `size` bytes, which are appended to `out` where there is one.
  Status take(std::uint64_t size, std::string* out) {
    std::array<char, 65536> block;
    while (size > 0) {
      const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(size, block.size()));
      const auto got = stream_.read(std::span(block).first(wanted));
      if (!got) return got.errors();
      if (*got < wanted) return fault(name_, "its payload is cut", at_);
      if (out != nullptr) out->append(block.data(), wanted);
      size -= wanted;
      at_ += wanted;
    }
    return Done{};
  }

  // Of hexadecimal digits.
  static std::optional<std::uint64_t> field(std::string_view text, std::size_t number) {
    const auto value = parse_hex(text.substr(8 * number, 8));
    return value ? std::optional(*value) : std::nullopt;
  }

  // nullopt: the end.
  Result<std::optional<File>> next() {
    std::string magic;
    if (auto status = take(6, &magic); !status) return status.errors();
    if (magic == "07070X") return numbered();
    if (magic != "070701" && magic != "070702") {
      return fault(name_, "no entry of a cpio archive is where it has to be", at_ - 6);
    }
    return named();
  }

  Result<std::optional<File>> named() {
    constexpr std::size_t kInode = 0;
    constexpr std::size_t kMode = 1;
    constexpr std::size_t kLinks = 4;
    constexpr std::size_t kMajor = 7;
    constexpr std::size_t kMinor = 8;
    constexpr std::size_t kSize = 6;
    constexpr std::size_t kNameBytes = 11;
    std::string fields;
    if (auto status = take(13 * 8, &fields); !status) return status.errors();
    const auto mode = field(fields, kMode);
    const auto size = field(fields, kSize);
    const auto name_bytes = field(fields, kNameBytes);
    if (!mode || !size || !name_bytes || *name_bytes == 0 || *name_bytes > kLongestName) {
      return fault(name_, "an entry of its cpio archive is none", at_);
    }
    File file{.mode = *mode, .size = *size};
    const auto inode = field(fields, kInode);
    const auto major = field(fields, kMajor);
    const auto minor = field(fields, kMinor);
    if (inode && major && minor && field(fields, kLinks).value_or(1) > 1) {
      file.identity = Identity(*major << 32 | *minor, *inode);
    }
    if (auto status = take(*name_bytes, &file.path); !status) return status.errors();
    file.path.resize(file.path.find('\0') == std::string::npos ? file.path.size()
                                                               : file.path.find('\0'));
    if (file.path == "TRAILER!!!") return std::optional<File>{};
    if (auto status = take(align_up(at_, 4) - at_, nullptr); !status) return status.errors();
    return std::optional(std::move(file));
  }

  Result<std::optional<File>> numbered() {
    std::string digits;
    if (auto status = take(8, &digits); !status) return status.errors();
    if (files_.empty()) files_ = files_of(header_);
    const auto number = field(digits, 0);
    if (!number || *number >= files_.size()) {
      return fault(name_, "its payload has a file that its header does not name", at_);
    }
    if (auto status = take(align_up(at_, 4) - at_, nullptr); !status) return status.errors();
    return std::optional(files_[*number]);
  }

  const std::string& name_;
  UnpackStream stream_;
  const Header& header_;
  PackageLimits limits_;  // left
  std::uint64_t at_ = 0;  // in the unpacked payload
  std::vector<File> files_{};
  std::map<Identity, std::vector<std::string>> links_{};  // names seen of files with several
};

}  // namespace

bool is_rpm(std::string_view bytes) { return bytes.starts_with(kLead); }

Result<std::vector<Member>> rpm_members(const std::string& name, std::string_view bytes,
                                        const PackageLimits& limits, const Visitor& visit) {
  std::size_t at = kLeadBytes;
  const auto signature = read_header(name, bytes, at);
  if (!signature) return signature.errors();
  at = align_up(at, 8);
  const auto header = read_header(name, bytes, at);
  if (!header) return header.errors();
  auto stream = UnpackStream::open(name, bytes.substr(at));
  if (!stream) return stream.errors();
  return Payload(name, *std::move(stream), *header, limits).members(visit);
}

}  // namespace memmap::input
