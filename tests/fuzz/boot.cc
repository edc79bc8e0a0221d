// Whole boots: a machine, a kernel and a command line, in sections of text. Whatever they are, the
// boot ends, the same input gives the same outcome, and what holds for every boot holds. A section
// that its reader refuses ends the run: what a boot is given has been read.
//
//   === scenario            a machine in YAML; or `=== synthetic`, one in a line
//   e820: [{start: 0, size: 640K, type: ram}, {start: 1M, size: 1G, type: ram}]
//   === kernel 6.12         the first profile of share/kernels/ of that name or beginning
//   === profile             instead: a whole one in YAML
//   === config              and upon it the options of a .config
//   === cmdline
//   mem=512M
//   === no-entry-limit
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"
#include "boot/run.h"
#include "fuzz/target.h"
#include "input/map/synthetic.h"
#include "input/scenario/scenario.h"
#include "profile/config.h"
#include "profile/kernel_choice.h"
#include "profile/kernel_profile.h"
#include "profile/make_profile.h"
#include "support/boot_properties.h"
#include "support/default_chain.h"

namespace {

using namespace memmap;

// Of the source, or where LLVMFuzzerInitialize() finds them.
std::string& kernels() {
  static auto& folder = *new std::string(MEMMAP_SOURCE_DIR "/share/kernels");
  return folder;
}
constexpr std::string_view kMark = "=== ";

struct Input {
  std::string_view scenario{};
  std::string_view synthetic{};
  std::string_view kernel{};
  std::string_view profile{};
  std::string_view config{};
  std::string_view command_line{};
  bool entry_limit = true;
};

// `name` is the rest of the section's first line.
void take_section(std::string_view name, std::string_view body, Input& in) {
  if (name == "scenario") in.scenario = body;
  if (name == "synthetic") in.synthetic = body;
  if (name.starts_with("kernel ")) in.kernel = name.substr(7);
  if (name == "profile") in.profile = body;
  if (name == "config") in.config = body;
  if (name == "cmdline") in.command_line = body.substr(0, body.find('\n'));
  if (name == "no-entry-limit") in.entry_limit = false;
}

Input sections_of(std::string_view text) {
  Input in;
  while (text.starts_with(kMark)) {
    const std::size_t end = std::min(text.find("\n=== "), text.size() - 1) + 1;
    const std::string_view section = text.substr(kMark.size(), end - kMark.size());
    const std::size_t line = section.find('\n');
    take_section(section.substr(0, line),
                 line == section.npos ? std::string_view() : section.substr(line + 1), in);
    text.remove_prefix(end);
  }
  return in;
}

Result<Machine> machine_of(const Input& in) {
  if (!in.synthetic.empty()) {
    return input::read_synthetic(in.synthetic.substr(0, in.synthetic.find('\n')), "fuzz");
  }
  return input::read_scenario({.name = "fuzz.yaml", .bytes = std::string(in.scenario)}, {});
}

// Each is read once.
const kernel::Profile& shipped(std::string_view wanted) {
  static const auto& names = *new std::vector<std::string>(kernel::kernel_names(kernels()));
  static auto& read = *new std::map<std::string, kernel::Profile>;
  const auto found = std::ranges::lower_bound(names, wanted);
  const std::string& name = found == names.end() ? names.back() : *found;
  const auto known = read.find(name);
  if (known != read.end()) return known->second;
  auto choice = kernel::choose_kernel(name, {}, kernels());
  MEMMAP_CHECK(choice.ok(), name);
  return read.emplace(name, std::move(choice->profile)).first->second;
}

std::optional<kernel::Profile> profile_of(const Input& in) {
  kernel::Profile profile;
  if (in.profile.empty()) {
    profile = shipped(in.kernel.empty() ? "6.12" : in.kernel);
  } else {
    auto read = kernel::read_kernel_profile({.name = "fuzz", .bytes = std::string(in.profile)});
    if (!read) return std::nullopt;
    profile = *std::move(read);
  }
  if (in.config.empty()) return profile;
  const auto config = kernel::read_config("fuzz", in.config);
  if (!config || !kernel::overlay_config(*config, profile)) return std::nullopt;
  return profile;
}

}  // namespace

// A fuzzer that runs elsewhere than where it was built has the profiles beside it.
extern "C" int LLVMFuzzerInitialize(const int*, char*** argv) {
  const auto beside = std::filesystem::path((*argv)[0]).parent_path() / "kernels";
  std::error_code ec;
  if (std::filesystem::is_directory(beside, ec)) kernels() = beside.string();
  return 0;
}

FUZZ_TARGET(boot)(const std::uint8_t* data, std::size_t size) {
  const Input in = sections_of({reinterpret_cast<const char*>(data), size});
  auto machine = machine_of(in);
  if (!machine) return 0;
  // Else a run would do little but take 65,536 page tables for 64 TiB.
  if (!machine->cpu.gbpages) machine->cpu.gbpages = true;
  const auto profile = profile_of(in);
  if (!profile) return 0;
  boot::Options options = test::default_options();
  options.append = std::string(in.command_line);
  options.entry_limit = in.entry_limit;
  options.record_memblock = false;
  options.keep_user_space = true;
  const boot::Outcome first = boot::run(*machine, *profile, options);
  for (const std::string& what : test::broken_properties(first)) {
    MEMMAP_CHECK(what.empty(), what);
  }
  options.record_memblock = true;
  const boot::Outcome second = boot::run(*machine, *profile, options);
  const std::string differs = test::difference(first, second);
  MEMMAP_CHECK(differs.empty(), differs);
  return 0;
}
