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

}  // namespace memmap::input
