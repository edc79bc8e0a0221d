// Values as bytes, between two processes of one program: its own layout on both sides.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace memmap::plugin::isolate {

template <class T>
concept Plain = std::is_trivially_copyable_v<T> && !std::is_pointer_v<T>;

class Writer {
 public:
  template <Plain T>
  void put(const T& value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void text(std::string_view text) {
    put(static_cast<std::uint64_t>(text.size()));
    bytes_.append(text);
  }
  // At most `most` bytes of it; nullptr stays that.
  void text(const char* text, std::size_t most = kNoLimit) {
    put(static_cast<std::uint8_t>(text != nullptr));
    if (text != nullptr) this->text(std::string_view(text, ::strnlen(text, most)));
  }
  template <Plain T>
  void list(const T* first, std::size_t count) {
    put(static_cast<std::uint64_t>(count));
    if (count != 0) bytes_.append(reinterpret_cast<const char*>(first), count * sizeof(T));
  }
  void append(const Writer& other) { bytes_ += other.bytes_; }

  const std::string& bytes() const { return bytes_; }
  bool empty() const { return bytes_.empty(); }
  void clear() { bytes_.clear(); }

 private:
  static constexpr std::size_t kNoLimit = ~std::size_t{0} >> 1;
  std::string bytes_{};
};

// Reads what a Writer wrote, or what somebody else did: past the end or beyond reason everything is
// zero, and ok() says so. What it gives lives as long as it does.
class Reader {
 public:
  explicit Reader(std::string bytes) : bytes_(std::move(bytes)), rest_(bytes_) {}
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  template <Plain T>
  T get() {
    T out{};
    if (rest_.size() < sizeof out) {
      fail();
    } else {
      std::memcpy(&out, rest_.data(), sizeof out);
      rest_.remove_prefix(sizeof out);
    }
    return out;
  }
  // Inside of the bytes.
  std::string_view view() {
    const auto size = get<std::uint64_t>();
    if (size > rest_.size()) {
      fail();
      return {};
    }
    const std::string_view out = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return out;
  }
  const char* text() {
    if (get<std::uint8_t>() == 0) return nullptr;
    return texts_.emplace_back(view()).c_str();
  }
  template <Plain T>
  std::pair<const T*, std::size_t> list() {
    const auto count = get<std::uint64_t>();
    if (count > rest_.size() / sizeof(T)) {
      fail();
      return {nullptr, 0};
    }
    std::vector<T> out(static_cast<std::size_t>(count));
    if (count != 0) std::memcpy(out.data(), rest_.data(), out.size() * sizeof(T));
    rest_.remove_prefix(out.size() * sizeof(T));
    return keep(std::move(out));
  }
  // What was made of it lives as long.
  template <class T>
  std::pair<const T*, std::size_t> keep(std::vector<T> list) {
    const auto kept = std::make_shared<std::vector<T>>(std::move(list));
    lists_.push_back(kept);
    return {kept->data(), kept->size()};
  }

  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }

 private:
  void fail() {
    ok_ = false;
    rest_ = {};
  }

  std::string bytes_;
  std::string_view rest_;
  bool ok_ = true;
  std::deque<std::string> texts_{};
  std::vector<std::shared_ptr<void>> lists_{};
};

}  // namespace memmap::plugin::isolate
