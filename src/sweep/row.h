// What a sweep writes: a head, a row for each combination, a summary. As JSON Lines (share/schema/sweep.json) or as CSV.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "facts/facts.h"
#include "sweep/matrix.h"
#include "sweep/shard.h"

namespace memmap::sweep {

inline constexpr std::string_view kRowsSchema = "memmap/sweep/1";

enum class Form { jsonl, csv };

// By which files are told apart: two of the same matrix differ in the share alone.
struct Head {
  std::string digest{};                // Axes::digest
  std::uint64_t count = 0;             // combinations that are selected, of all shares
  std::vector<std::string> filters{};  // as the user wrote them
  bool only_failures = false;
  Shard shard{};
  std::vector<std::string> not_verified{};  // kernels whose profiles no real boot was compared with
  bool operator==(const Head&) const = default;
};

// How a combination came out: `error` is no boot at all.
enum class End { passed, failed, error };
std::string_view name_of(End end);

// A rule of a policy that does not hold.
struct Failure {
  std::string rule{};    // its text
  std::string level{};   // `error`; with `warning` alone the combination passes
  std::string actual{};  // what was found in its place, in words
};

struct Row {
  std::uint64_t index = 0;
  std::array<std::optional<std::string>, kKeys.size()>
      keys{};                      // by Key; nullopt: as the machine or the kernel has it
  std::optional<PhysAddr> slot{};  // Key::slot as an address
  End end = End::passed;
  bool selected = true;  // by filters that ask what came of it
  std::vector<Failure> failures{};
  std::string error{};                                // why there is no boot
  std::optional<std::string> panic{};                 // the kernel's last words
  std::vector<std::optional<std::uint64_t>> facts{};  // as facts::facts() has them; empty: no boot
};

// A figure's name where keys stand beside it, in a CSV or a table: `kernel_bytes`, for `kernel` is a key.
std::string column_of(const facts::Fact& fact);

// Of the combinations of one file, with those that are not in it because they passed.
struct Summary {
  std::uint64_t count = 0;
  std::uint64_t passed = 0;
  std::uint64_t failed = 0;
  std::uint64_t errors = 0;
  void add(End end);
  void add(const Summary& other);
  bool operator==(const Summary&) const = default;
};

// Each appends whole lines, their ends too. A CSV's head and summary are comments (`# {...}`) around the line of
// titles and the rows.
void append_head(std::string& out, const Head& head, Form form);
void append_row(std::string& out, const Row& row, Form form);
void append_summary(std::string& out, const Summary& summary, Form form);

}  // namespace memmap::sweep
