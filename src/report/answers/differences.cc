#include "report/answers/differences.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "report/form/json_writer.h"
#include "report/form/units.h"

namespace memmap::report {
namespace {

constexpr std::size_t kWidth = 80;

// Mainline's version, and the stable releases behind it.
std::string_view mainline(const kernel::Threshold& at) {
  return at.text().substr(0, at.text().find(' '));
}
std::string_view stable(const kernel::Threshold& at) {
  const std::size_t blank = at.text().find(' ');
  return blank == at.text().npos ? std::string_view{} : at.text().substr(blank + 1);
}

// Words wrapped to the width, each line behind `lead` blanks.
std::string wrapped(std::string_view text, std::size_t lead) {
  std::string out;
  std::size_t column = kWidth;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    if (column + 1 + word.size() > kWidth) {
      out += (out.empty() ? "" : "\n") + std::string(lead, ' ') + std::string(word);
      column = lead + word.size();
    } else {
      out += ' ' + std::string(word);
      column += 1 + word.size();
    }
  }
  return out + '\n';
}

std::string place(const boot::Change& c) {
  return c.function.empty() ? std::string(c.file) : fmt::format("{}(), {}", c.function, c.file);
}

// `early_reserve_initrd(), reserve_bios_regions()`
std::string called(const std::vector<std::string_view>& functions) {
  std::string out;
  for (const std::string_view f : functions)
    out += fmt::format("{}{}()", out.empty() ? "" : ", ", f);
  return out;
}

std::string shown(const ComparedKernel& k) {
  const std::string version = kernel::to_string(k.version);
  if (version.starts_with(k.name)) return version;
  if (k.distribution.empty()) return fmt::format("{} ({})", k.name, version);
  return fmt::format("{} ({}, {})", k.name, version, k.distribution);
}

void add(JsonWriter& json, std::string_view key, const ComparedKernel& k) {
  json.key(key).open_object(Layout::row);
  json.member("name", k.name);
  json.member("version", kernel::to_string(k.version));
  if (!k.distribution.empty()) json.member("distribution", k.distribution);
  json.close();
}

void add(JsonWriter& json, const boot::Change& c) {
  json.open_object();
  if (c.difference.empty()) {
    json.member("phase", c.phase);
  } else {
    json.member("name", c.difference);
  }
  json.member("only_in", c.begins ? "second" : "first");
  json.member("version", mainline(c.at));
  json.key("stable").open_array(Layout::row);
  for (std::string_view rest = stable(c.at); !rest.empty();) {
    const std::string_view release = rest.substr(0, rest.find(' '));
    json.value(release);
    rest.remove_prefix(std::min(rest.size(), release.size() + 1));
  }
  json.close();
  if (!c.distribution.empty()) json.member("distribution", c.distribution);
  if (!c.function.empty()) json.member("function", c.function);
  if (!c.takes_in.empty()) {
    json.key("takes_in").open_array(Layout::row);
    for (const std::string_view function : c.takes_in) json.value(function);
    json.close();
  }
  json.member("file", c.file);
  if (!c.what.empty()) json.member("what", c.what);
  json.close();
}

}  // namespace

std::string differences_to_text(const ComparedKernel& first, const ComparedKernel& second,
                                const std::vector<boot::Change>& changes) {
  std::string out = fmt::format("{} between Linux {} and {}\n",
                                counted(changes.size(), "difference"), shown(first), shown(second));
  if (changes.empty()) return out;
  const kernel::Version newer = std::max(first.version, second.version);
  out += "  + only the second does it, - only the first; the version is where that changed\n\n";
  for (const boot::Change& c : changes) {
    out += fmt::format("{} {:<5}  {}\n", c.begins ? '+' : '-', mainline(c.at), place(c));
    out += c.difference.empty() ? fmt::format("{:9}a step of the boot, in {}()\n", "", c.phase)
                                : wrapped(c.what, 9);
    if (!c.takes_in.empty()) {
      out += wrapped("it calls what the other kernel has as steps: " + called(c.takes_in), 9);
    }
    if (!c.distribution.empty()) {
      out += wrapped(
          fmt::format("{}'s builds have it otherwise than their version", c.distribution), 9);
    }
    if (c.not_yet_in_newer) {
      out += wrapped(
          fmt::format("not yet in {}; mainline from {}", kernel::to_string(newer), mainline(c.at)),
          9);
    }
    if (!stable(c.at).empty()) out += wrapped(fmt::format("in stable {}", stable(c.at)), 9);
  }
  return out;
}

std::string differences_to_json(const ComparedKernel& first, const ComparedKernel& second,
                                const std::vector<boot::Change>& changes) {
  JsonWriter json;
  json.open_object();
  json.member("schema", "memmap/differences/1");
  add(json, "first", first);
  add(json, "second", second);
  for (const bool steps : {false, true}) {
    json.key(steps ? "steps" : "differences").open_array();
    for (const boot::Change& c : changes) {
      if (c.difference.empty() == steps) add(json, c);
    }
    json.close();
  }
  json.close();
  return std::move(json).finish();
}

}  // namespace memmap::report
