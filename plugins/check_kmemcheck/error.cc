#include "error.h"

#include <utility>

namespace kmemcheck {
namespace {

constexpr char kDigits[] = "0123456789abcdef";

// As %p prints it: all digits, no 0x.
std::string pointer(std::uint64_t address) {
  const int digits = address <= UINT32_MAX ? 8 : 16;
  std::string out(static_cast<std::size_t>(digits), '0');
  for (int i = digits; i-- > 0; address /= 16)
    out[static_cast<std::size_t>(i)] = kDigits[address % 16];
  return out;
}

}  // namespace

std::string caught(const Report& report) {
  return "kmemcheck: Caught " + std::to_string(8 * report.size) + "-bit read from " +
         word_of(report.state) + " memory (" + pointer(report.address) + ")";
}

std::vector<std::string> lines_of(const Report& report) {
  std::string memory;
  for (const ShadowMap::Byte& byte : report.memory) {
    if (byte) {
      memory += kDigits[*byte / 16];
      memory += kDigits[*byte % 16];
    } else {
      memory += "??";
    }
  }
  std::string shadow;
  for (const Shadow state : report.shadow) {
    shadow += ' ';
    shadow += letter_of(state);
  }
  const std::size_t column = 1 + 2 * (report.address - report.shown);
  return {"WARNING: " + caught(report), memory, shadow, std::string(column, ' ') + "^"};
}

void Queue::push(Report report) {
  if (waiting_.reports.size() >= size_) {
    ++waiting_.lost;
    return;
  }
  waiting_.reports.push_back(std::move(report));
}

Queue::Drained Queue::drain() { return std::exchange(waiting_, {}); }

std::string lost_line(std::uint64_t lost) {
  return "kmemcheck: Lost " + std::to_string(lost) +
         " error reports because the queue was too small";
}

}  // namespace kmemcheck
