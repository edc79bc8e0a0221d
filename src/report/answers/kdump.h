// What `memmap kdump` tells: whether the second kernel gets up, what it finds, and in how much it would.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "boot/outcome.h"
#include "report/form/style.h"
#include "suggest/kdump.h"

namespace memmap::report {

inline constexpr const char* kKdumpSchema = "memmap/kdump/1";

struct KdumpAnswer {
  const boot::Subject& subject;  // of the first kernel
  const suggest::Kdump& kdump;
  const suggest::KdumpWish& wish;
  std::optional<std::uint64_t> smallest{};  // crashkernel= in which it gets up; bytes
};

// The first line is the answer.
std::string kdump_to_text(const KdumpAnswer& answer, const TextStyle& style);
// share/schema/kdump.json
std::string kdump_to_json(const KdumpAnswer& answer);

}  // namespace memmap::report
