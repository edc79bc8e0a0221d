// What `memmap verify` found: statements of kernels' logs beside simulated boots.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "boot/outcome.h"
#include "replay/replay.h"
#include "report/form/style.h"
#include "witness/compare.h"

namespace memmap::report {

inline constexpr const char* kVerifySchema = "memmap/verify/1";

// One log and the boot that it is held against.
struct VerifiedLog {
  std::string file{};  // as the user named it
  boot::Subject subject{};
  witness::Comparison comparison{};
  // Of a log made with memblock=debug: its calls, each computed again.
  std::optional<replay::Report> calls{};
  std::vector<std::string> unread{};  // what could not be read, and why

  bool differs() const;
};

// A table by kind, or for several logs one with a row a log and one by kind; then each difference, and
// what cannot be known with the reason.
std::string verify_to_text(std::span<const VerifiedLog> logs, const TextStyle& style);
// share/schema/verify.json
std::string verify_to_json(std::span<const VerifiedLog> logs);

}  // namespace memmap::report
