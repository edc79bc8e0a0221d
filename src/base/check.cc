#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace memmap {

void check_failed(const char* condition, const char* file, int line, std::string_view detail) {
  std::fprintf(stderr, "memmap: internal error: %s:%d: %s: %.*s\n", file, line, condition,
               static_cast<int>(detail.size()), detail.data());
  std::abort();
}

}  // namespace memmap
