// How the tests of firmware tables write bytes.
#pragma once

#include <initializer_list>
#include <string>

namespace memmap::input {

inline std::string bytes(std::initializer_list<int> list) {
  std::string out;
  for (const int b : list) out += static_cast<char>(b);
  return out;
}

}  // namespace memmap::input
