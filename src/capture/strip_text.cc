#include "capture/strip_text.h"

namespace memmap::capture {
namespace {

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool is_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

std::size_t hex_digits(std::string_view text, std::size_t at) {
  std::size_t n = 0;
  while (at + n < text.size() && is_hex(text[at + n])) ++n;
  return n;
}

// How many bytes from `at` on are a UUID: 8-4-4-4-12 digits; 0: none.
std::size_t uuid_at(std::string_view text, std::size_t at) {
  constexpr std::size_t kGroups[] = {8, 4, 4, 4, 12};
  std::size_t end = at;
  for (const std::size_t digits : kGroups) {
    if (hex_digits(text, end) != digits) return 0;
    end += digits;
    if (digits == 12) return end - at;
    if (end >= text.size() || text[end] != '-') return 0;
    ++end;
  }
  return 0;
}

// Six or more pairs of digits with `:` or `-` between them.
std::size_t mac_at(std::string_view text, std::size_t at) {
  std::size_t pairs = 0, end = at;
  char separator = 0;
  for (;;) {
    if (hex_digits(text, end) != 2) return 0;
    end += 2;
    ++pairs;
    if (end >= text.size() || (text[end] != ':' && text[end] != '-')) break;
    if (separator != 0 && text[end] != separator) return 0;
    // `aa:bb:cc:dd:ee:ff: message` ends with a colon.
    if (hex_digits(text, end + 1) != 2) break;
    separator = text[end++];
  }
  return pairs >= 6 ? end - at : 0;
}

// An ID of a machine or a boot as systemd writes it: 32 digits.
std::size_t machine_id_at(std::string_view text, std::size_t at) {
  return hex_digits(text, at) == 32 ? 32 : 0;
}

void zero_digits(std::string& text, std::size_t at, std::size_t size) {
  for (std::size_t i = at; i < at + size; ++i) {
    if (is_hex(text[i])) text[i] = '0';
  }
}

void strip_numbers(std::string& text) {
  for (std::size_t at = 0; at < text.size();) {
    const bool starts = is_hex(text[at]) && (at == 0 || !is_word(text[at - 1]));
    std::size_t size = 0;
    if (starts) {
      for (const auto find : {uuid_at, mac_at, machine_id_at}) {
        size = find(text, at);
        if (size > 0 && (at + size == text.size() || !is_word(text[at + size]))) break;
        size = 0;
      }
    }
    if (size == 0) {
      ++at;
      continue;
    }
    zero_digits(text, at, size);
    at += size;
  }
}

// Overwrites what follows `lead`, up to a blank: digits of numbers by 0, the rest by x.
void strip_values(std::string& text, std::string_view lead, bool numbers_only) {
  for (std::size_t at = text.find(lead); at != text.npos; at = text.find(lead, at)) {
    at += lead.size();
    while (at < text.size() && text[at] == ' ' && lead.ends_with(':')) ++at;
    for (; at < text.size() && text[at] != ' ' && text[at] != '\n' && text[at] != '"'; ++at) {
      if (!numbers_only && text[at] != '-' && text[at] != ':') text[at] = 'x';
      if (numbers_only && is_hex(text[at])) text[at] = '0';
      if (numbers_only && !is_hex(text[at]) && text[at] != '-') break;
    }
  }
}

// Whole words only; a host that is called as a parameter keeps the parameter.
void strip_host(std::string& text, std::string_view host) {
  constexpr std::size_t kShortest = 2;
  if (host.size() < kShortest || host == "localhost") return;
  for (std::size_t at = text.find(host); at != text.npos; at = text.find(host, at + host.size())) {
    const std::size_t end = at + host.size();
    const bool whole =
        (at == 0 || !is_word(text[at - 1])) && (end == text.size() || !is_word(text[end]));
    // A parameter's name, or a word of a message that starts with it: `box:` may be a driver's.
    const bool names_something = at == 0 || text[at - 1] == ' ' || text[at - 1] == '\n';
    const bool is_value = !names_something || end == text.size() || text[end] == ' ';
    if (whole && is_value) text.replace(at, host.size(), host.size(), 'x');
  }
}

}  // namespace

std::string without_identifiers(std::string_view original, std::string_view host) {
  std::string text(original);
  strip_numbers(text);
  strip_values(text, "UUID=", true);
  for (const std::string_view lead : {"hostname=", "iscsi_initiator=", "rd.iscsi.initiator=",
                                      "SerialNumber:", "Serial Number:", "serial number:"}) {
    strip_values(text, lead, false);
  }
  strip_host(text, host);
  return text;
}

}  // namespace memmap::capture
