// What every page has around what it says: head, policy, style, footer; and maps within it.
#pragma once

#include <string>
#include <string_view>

namespace memmap::report {

struct PageFrame {
  std::string title{};
  std::string body{};  // up to the footer, as markup
  std::string data{};  // behind the footer: JSON for the page's scripts; empty: it has none
};

// The whole document. It loads nothing, and a browser lets nothing of another origin into it.
std::string whole_page(const PageFrame& frame);

// A map as a file is made, for a page that has its style; `first`: the others have its patterns.
std::string map_in_page(std::string svg, bool first);

}  // namespace memmap::report
