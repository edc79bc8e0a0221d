// Text where markup is: XML, HTML, Graphviz's labels like HTML.
#pragma once

#include <string>
#include <string_view>

namespace memmap::report {

// `text`, any bytes, as XML takes it between tags and between quotes: one line, markup escaped;
// control characters, bytes that are no UTF-8 and characters that XML does not have become `?`.
std::string xml_escaped(std::string_view text);

}  // namespace memmap::report
