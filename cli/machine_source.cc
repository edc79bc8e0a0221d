#include "machine_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "base/number.h"
#include "capture/capture.h"
#include "input/formats.h"
#include "input/machine/machine_folder.h"
#include "input/map/synthetic.h"

namespace memmap::cli {
namespace {

constexpr std::array kSources{"--e820", "--synthetic", "--machine", "--sysroot", "--live"};

}  // namespace

Result<input::ReadOptions> read_options(const Arguments& arguments) {
  input::ReadOptions options;
  options.format = arguments.get("--input-format");
  if (const auto text = arguments.get("--boot")) {
    const auto number = parse_count(*text);
    if (!number) return Error{number.errors().front().message, {"--boot"}};
    if (*number == 0 || *number > std::numeric_limits<unsigned>::max()) {
      return Error{"boots are counted from 1", {"--boot"}};
    }
    options.boot = static_cast<unsigned>(*number);
  }
  return options;
}

bool names_machine(const Arguments& arguments) {
  return std::ranges::any_of(kSources, [&](const char* name) { return arguments.has(name); });
}

Result<Machine> machine_of(const Arguments& arguments, const std::string& positional,
                           input::OtherFormats* others) {
  std::vector<std::string_view> given;
  for (const std::string_view name : kSources) {
    if (arguments.has(name)) given.push_back(name);
  }
  if (!positional.empty()) given.push_back(positional);
  if (given.empty()) {
    return Error{fmt::format("a machine is missing: give one of {}", fmt::join(kSources, ", ")),
                 {"memmap"}};
  }
  if (given.size() > 1) {
    return Error{fmt::format("{} and {} each name a machine; give one", given[0], given[1]),
                 {"memmap"}};
  }

  if (arguments.has("--live")) {
    const auto captured = capture::capture("--live", {});
    if (!captured) return captured.errors();
    return input::read_machine_tree("--live", captured->files);
  }
  auto options = read_options(arguments);
  if (!options) return options.errors();
  options->others = others;
  if (const auto text = arguments.get("--synthetic")) {
    auto machine = input::read_synthetic(*text, "--synthetic");
    if (machine) {
      machine->source = "--synthetic";
      machine->format = "synthetic";
    }
    return machine;
  }
  if (const auto folder = arguments.get("--machine")) return input::read_machine_folder(*folder);
  if (const auto folder = arguments.get("--sysroot")) return input::read_sysroot(*folder);
  return input::read_machine(arguments.get("--e820").value_or(positional), *options);
}

}  // namespace memmap::cli
