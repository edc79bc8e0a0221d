#include "report/html/packed.h"

#include <charconv>
#include <utility>

#include "base/address.h"

namespace memmap::report {

std::string PackedNumbers::digits(std::uint64_t number) {
  char text[16];
  return {text, std::to_chars(text, text + sizeof text, number, 36).ptr};
}

std::string PackedNumbers::bytes_token(std::uint64_t bytes) {
  return bytes % kPageSize == 0 ? digits(bytes / kPageSize) : digits(bytes) + '.';
}

void PackedNumbers::add_signed(std::int64_t number) {
  const auto n = static_cast<std::uint64_t>(number);
  token(number < 0 ? '-' + digits(~n + 1) : digits(n));
}

void PackedNumbers::add_bytes(std::uint64_t bytes) { token(bytes_token(bytes)); }

void PackedNumbers::add_signed_bytes(std::int64_t bytes) {
  const auto n = static_cast<std::uint64_t>(bytes);
  token(bytes < 0 ? '-' + bytes_token(~n + 1) : bytes_token(n));
}

void PackedNumbers::token(std::string text) {
  if (times_ != 0 && text == last_) {
    ++times_;
    return;
  }
  write_last();
  last_ = std::move(text);
  times_ = 1;
}

void PackedNumbers::write_last() {
  if (times_ == 0) return;
  if (!out_.empty()) out_ += ' ';
  out_ += last_;
  if (times_ > 1) out_ += '*' + digits(times_);
  times_ = 0;
}

std::string PackedNumbers::take() && {
  write_last();
  return std::move(out_);
}

void PackedRanges::add(std::uint64_t base, std::uint64_t size) {
  gaps_.add_signed_bytes(static_cast<std::int64_t>(base - end_));
  sizes_.add_bytes(size);
  end_ = base + size;
}

}  // namespace memmap::report
