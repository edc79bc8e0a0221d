// The form of what stands before a message: how tags of one kind are known, whatever is in them.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "input/text/scan.h"

namespace memmap::input {

inline bool is_word(char c) {
  return is_digit(c) || is_letter(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

// The form of `[10:25:42.000][Moby  ] ` is `[a:a:a.a][a]`. Blanks count for nothing, so that columns
// may be padded; words and numbers are alike.
class Form {
 public:
  void add(char c) {
    const bool word = is_word(c);
    const bool was_word = std::exchange(in_word_, word);
    if (is_blank(c) || (word && was_word)) return;
    text_ += word ? 'a' : c;
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_{};
  bool in_word_ = false;
};

inline std::string form_of(std::string_view tag) {
  Form form;
  for (const char c : tag) form.add(c);
  return form.text();
}

// A message that `quote` opened, up to where it closes; the whole where it does not. Inside, a
// backslash or a second mark stands before a mark.
inline std::string unquoted(std::string_view text, char quote) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const char next = i + 1 < text.size() ? text[i + 1] : '\0';
    if (c == quote) {
      if (next != quote) return out;
      ++i;
      out += c;
    } else if (c == '\\' && (next == quote || next == '\\')) {
      out += next;
      ++i;
    } else if (c == '\\' && (next == 'n' || next == 'r') && i + 5 >= text.size()) {
      ++i;  // a written line end before the closing mark
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace memmap::input
