#include "base/check.h"

#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/check_throws.h"

namespace memmap {
namespace {

thread_local int throwing = 0;  // how many ChecksThrow live

}  // namespace

ChecksThrow::ChecksThrow() noexcept { ++throwing; }
ChecksThrow::~ChecksThrow() { --throwing; }

bool checks_throw() noexcept { return throwing > 0; }

void check_failed(const char* condition, const char* file, int line, std::string_view detail) {
  if (checks_throw()) {
    throw CheckFailed(std::string(file) + ":" + std::to_string(line) + ": " + condition + ": " +
                      std::string(detail));
  }
  std::fprintf(stderr, "memmap: internal error: %s:%d: %s: %.*s\n", file, line, condition,
               static_cast<int>(detail.size()), detail.data());
  std::abort();
}

}  // namespace memmap
