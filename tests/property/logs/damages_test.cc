// Damaged logs: the map is the truth, or a line is named.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>
#include <regex>

#include "property/logs/logs.h"

namespace memmap::input {
namespace {

constexpr std::size_t kLogs = 10;
constexpr std::size_t kDamages = 20;  // of each log

using Random = std::mt19937_64;

std::size_t below(Random& random, std::size_t n) { return static_cast<std::size_t>(random() % n); }

bool is_entry(const std::string& line) { return line.find("BIOS-e820: ") != line.npos; }

// A line of the table, or one near it.
std::size_t some_line(Random& random, const LogLines& lines) {
  std::vector<std::size_t> entries;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (is_entry(lines[i])) entries.push_back(i);
  }
  return entries[below(random, entries.size())];
}

struct Damage {
  const char* name;
  void (*harm)(Random&, LogLines&, const LogLines& other);
};

void lose(Random& random, LogLines& lines, const LogLines&) {
  lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(some_line(random, lines)));
}
void repeat(Random& random, LogLines& lines, const LogLines&) {
  const std::size_t at = some_line(random, lines);
  const std::size_t to = below(random, 3) == 0 ? below(random, lines.size()) : at;
  const std::string line = lines[at];
  lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(to), line);
}
void swap_lines(Random& random, LogLines& lines, const LogLines&) {
  const std::size_t a = some_line(random, lines);
  const std::size_t b =
      below(random, 2) == 0 ? some_line(random, lines) : below(random, lines.size());
  std::swap(lines[a], lines[b]);
}
void cut(Random& random, LogLines& lines, const LogLines&) {
  std::string& line = lines[some_line(random, lines)];
  const std::size_t at = below(random, line.size());
  line = below(random, 3) == 0 ? line.substr(at) : line.substr(0, at);
}
void mix(Random& random, LogLines& lines, const LogLines& other) {
  LogLines out;
  std::size_t a = 0;
  std::size_t b = 0;
  while (a < lines.size() || b < other.size()) {
    const bool first = b >= other.size() || (a < lines.size() && below(random, 2) == 0);
    out.push_back(first ? lines[a++] : other[b++]);
  }
  lines = std::move(out);
}

constexpr Damage kDamageKinds[] = {
    {"lost", lose}, {"doubled", repeat}, {"swapped", swap_lines}, {"cut", cut}, {"mixed", mix}};

bool names_a_line(const std::string& text) {
  static const std::regex kLine("boot\\.log:[0-9]+");
  return std::regex_search(text, kLine);
}

std::string map_of(const Machine& machine) {
  const std::string all = shown(machine);
  return all.substr(0, all.rfind('\n', all.size() - 2) + 1);
}

// Whether something can tell that entries of `truth` are lost in `got`: all RAM; others where they lie
// below the top of low memory. Of reserved ones above it, and of those around the BIOS's area, a log
// may say nothing more.
bool can_tell(const Machine& got, const Machine& truth, const LogLines& lines) {
  const bool told = std::ranges::any_of(lines, [](const std::string& line) {
    return line.find("Early memory node ranges") != line.npos;
  });
  std::uint64_t top = 0;
  for (const E820Entry& e : truth.firmware_map) {
    const bool memory =
        e.type == E820Type::ram || e.type == E820Type::acpi || e.type == E820Type::nvs;
    if (memory && e.end() <= std::uint64_t{1} << 32) top = e.end();
  }
  return std::ranges::any_of(truth.firmware_map, [&](const E820Entry& e) {
    if (std::ranges::find(got.firmware_map, e) != got.firmware_map.end()) return false;
    if (e.type == E820Type::ram) return told;
    return raw(e.addr) >= 0x100000 && e.end() < top;
  });
}

// What is wrong; empty: nothing.
std::string verdict(const Result<Machine>& got, const Result<Machine>& truth,
                    const Result<Machine>& other) {
  if (!got) return names_a_line(to_string(got.errors())) ? "" : to_string(got.errors());
  if (map_of(*got) == map_of(*truth)) return "";
  if (other.ok() && map_of(*got) == map_of(*other)) return "";
  for (const std::string& note : got->notes) {
    if (names_a_line(note)) return "";
  }
  return "a silent misread:\n" + map_of(*got);
}

// Returns how many damages were misread.
std::size_t harm_all(const std::vector<GoodLog>& logs, Random& random, std::size_t damages) {
  std::size_t silent = 0;
  for (std::size_t l = 0; l < logs.size(); ++l) {
    const GoodLog& log = logs[l];
    const GoodLog& other = logs[(l + 1) % logs.size()];
    const auto truth = read(text_of(log.lines));
    const auto of_other = read(text_of(other.lines));
    for (std::size_t i = 0; i < damages; ++i) {
      const Damage& damage = kDamageKinds[i % std::size(kDamageKinds)];
      LogLines harmed = log.lines;
      damage.harm(random, harmed, other.lines);
      const auto got = read(text_of(harmed));
      const std::string wrong = verdict(got, truth, of_other);
      if (wrong.empty()) continue;
      const bool lost = std::string(damage.name) == "lost";
      if (lost && !can_tell(*got, *truth, log.lines)) continue;
      ++silent;
      ADD_FAILURE() << log.name << ": " << damage.name << ", " << i << ": " << wrong << "\n"
                    << text_of(harmed).substr(0, 3000);
    }
  }
  return silent;
}

TEST(Damages, AreNeverReadInSilence) {
  Random random(20261129);
  EXPECT_EQ(harm_all(good_logs(kLogs, 400), random, kDamages), 0u);
}

// Logs that other people have, where they lie beside the checkout.
TEST(Damages, OfOthersLogsAreNeverReadInSilence) {
  const std::filesystem::path folder(MEMMAP_REALLOGS);
  if (folder.empty()) GTEST_SKIP() << "no folder of logs";
  std::vector<GoodLog> logs;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".txt") continue;
    std::ifstream in(entry.path());
    GoodLog log{.name = entry.path().filename().string()};
    for (std::string line; log.lines.size() < 1200 && std::getline(in, line);)
      log.lines.push_back(line);
    if (std::ranges::count_if(log.lines, is_entry) > 2 && read(text_of(log.lines)).ok())
      logs.push_back(std::move(log));
  }
  std::ranges::sort(logs, {}, &GoodLog::name);
  Random random(7);
  EXPECT_EQ(harm_all(logs, random, 10), 0u);
}

}  // namespace
}  // namespace memmap::input
