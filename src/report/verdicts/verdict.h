// Stands in for policy's own until that is here.
#pragma once

#include <cstddef>
#include <string>

namespace memmap::policy {

enum class Standing { passed, failed, skipped };
enum class Severity { error, warning, note };

struct Verdict {
  std::string rule{};
  std::string name{};
  std::string file{};
  std::size_t line = 0;
  std::size_t column = 0;
  Standing standing = Standing::passed;
  std::string actual{};
  std::string because{};
  std::string remedy{};
  Severity severity = Severity::error;
};

}  // namespace memmap::policy
