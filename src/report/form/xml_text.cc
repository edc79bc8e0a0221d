#include "report/form/xml_text.h"

#include "report/form/utf8.h"

namespace memmap::report {

std::string xml_escaped(std::string_view text) {
  const std::string line = printable(text, Charset::unicode);
  std::string out;
  out.reserve(line.size());
  for (std::size_t i = 0; i < line.size(); ++i) {
    switch (line[i]) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        // U+FFFE and U+FFFF are characters of UTF-8, but none of XML.
        if (line.compare(i, 3, "\xef\xbf\xbe") == 0 || line.compare(i, 3, "\xef\xbf\xbf") == 0) {
          out += '?';
          i += 2;
        } else {
          out += line[i];
        }
    }
  }
  return out;
}

}  // namespace memmap::report
