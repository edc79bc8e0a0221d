// A mail's quoted-printable.
#include <string>
#include <utility>

#include "input/text/paper.h"
#include "input/text/scan.h"

namespace memmap::input {
namespace {

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

// `=3D`: the byte; -1: none. Mailers write it in capitals; of small letters only what they encode
// most.
int quoted_byte(std::string_view s) {
  if (s.size() < 3 || s[0] != '=') return -1;
  const bool capitals = (s[1] < 'a') && (s[2] < 'a');
  if (!capitals && s.substr(0, 3) != "=3d") return -1;
  const int high = hex_value(s[1]);
  const int low = hex_value(s[2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

// Lines of a mail in this encoding are at most 76 characters long; one that goes on is nearly that.
bool goes_on(std::string_view text) { return text.size() >= 60 && text.back() == '='; }

// What stands before a mail's quoted text: `> > `, `| `.
std::string_view quote_marks(std::string_view text) {
  std::size_t n = 0;
  while (n < text.size() && std::string_view("> |\t").find(text[n]) != text.npos) ++n;
  const std::string_view marks = text.substr(0, n);
  return marks.find_first_of(">|") == marks.npos ? std::string_view{} : marks;
}

}  // namespace

// Every `=` of such a mail's body is one of these; its head is plain.
bool has_quoted_printable(const Paper& paper) {
  std::size_t quoted = 0;
  std::size_t plain = 0;
  bool declared = false;
  for (const PaperLine& line : paper) {
    const std::string_view text = line.text;
    if (text.size() < 64 && text.find("quoted-printable") != text.npos) declared = true;
    if (text.find_first_of("[=") == text.npos) continue;
    for (std::size_t at = text.find('='); at != text.npos; at = text.find('=', at + 1)) {
      if (quoted_byte(text.substr(at)) >= 0 || (at + 1 == text.size() && goes_on(text))) {
        ++quoted;
      } else {
        ++plain;
      }
    }
  }
  return quoted != 0 && (declared ? quoted >= plain : quoted > plain * 8);
}

void undo_quoted_printable(Paper& paper) {
  Paper out;
  bool joined = false;
  std::string_view marks;
  std::string held;  // keeps `marks`
  for (PaperLine& line : paper) {
    std::string_view text = line.text;
    std::string decoded;
    if (joined && !marks.empty() && text.starts_with(marks)) text.remove_prefix(marks.size());
    const bool more = goes_on(line.text) || (joined && text.ends_with('=') && text.size() > 1 &&
                                             quoted_byte(text.substr(text.size() - 1)) < 0);
    if (more) text.remove_suffix(1);
    for (std::size_t i = 0; i < text.size(); ++i) {
      const int byte = quoted_byte(text.substr(i));
      decoded += byte < 0 ? text[i] : static_cast<char>(byte);
      if (byte >= 0) i += 2;
    }
    if (joined && !out.empty()) {
      out.back().text += decoded;
    } else {
      held = quote_marks(line.text);
      marks = held;
      line.text = std::move(decoded);
      out.push_back(std::move(line));
    }
    joined = more;
  }
  Paper pieces;
  for (const PaperLine& line : out) put_pieces(pieces, line, line.text);
  paper = std::move(pieces);
}

}  // namespace memmap::input
