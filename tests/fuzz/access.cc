// Any bytes: a script in YAML or, from a first line `--do` on, in lines, run on a small machine or
// refused with told mistakes. Runs of it end, give the same again, and keep what always holds.
#include <cstdint>
#include <string>
#include <vector>

#include "access/run.h"
#include "base/check.h"
#include "boot/run.h"
#include "fuzz/target.h"
#include "input/script/script.h"
#include "support/default_chain.h"

namespace {

using namespace memmap;

struct Booted {
  Machine machine{};
  kernel::Profile profile{};
  boot::Options options = test::default_options();
  boot::Outcome outcome{};

  Booted() {
    machine.firmware_map = {{PhysAddr{0}, 0x9fc00, E820Type::ram},
                            {PhysAddr{0xf0000}, 0x10000, E820Type::reserved},
                            {PhysAddr{kMiB}, 255 * kMiB, E820Type::ram}};
    machine.cpu.gbpages = true;
    machine.mtrrs = {{PhysRange::make(0x80000000, 0x100000000), MtrrType::uncachable}};
    profile.version = {6, 12, 0};
    profile.image = {.end_of_kernel_reserve = 0x2000000, .brk_base = 0x2000000, .end = 0x2030000};
    outcome = boot::run(machine, profile, options);
  }
};

const Booted& booted() {
  static const auto& only = *new Booted();
  return only;
}

Result<access::Script> read(std::string_view text) {
  constexpr std::string_view kLines = "--do\n";
  if (!text.starts_with(kLines)) return input::read_script("fuzz", text);
  std::vector<std::string> lines;
  for (text.remove_prefix(kLines.size()); !text.empty();) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return input::read_script_lines("fuzz", lines);
}

void check_told(const Errors& errors) {
  for (const Error& e : errors) {
    MEMMAP_CHECK(!e.message.empty() && e.origin.line > 0, to_string(errors));
  }
}

}  // namespace

FUZZ_TARGET(access)(const std::uint8_t* data, std::size_t size) {
  const auto script = read({reinterpret_cast<const char*>(data), size});
  if (!script) {
    MEMMAP_CHECK(!to_string(script.errors()).empty(), "no message");
    return 0;
  }
  const Booted& here = booted();
  const boot::Inputs inputs(here.machine, here.profile, here.options);
  const auto answers = access::run(*script, here.outcome, inputs);
  if (!answers) {
    check_told(answers.errors());
    return 0;
  }
  MEMMAP_CHECK(answers->steps.size() == script->steps.size(), "an answer a step");
  for (const access::Answer& answer : answers->steps) {
    MEMMAP_CHECK(!answer.text.empty(), answer.words);
    std::uint64_t bytes = 0;
    for (const access::Served& part : answer.served) bytes += part.size;
    MEMMAP_CHECK(bytes <= 2 * access::kLargestAccess, answer.words);
  }
  for (const ioremap::Memtype& type : answers->memtypes) {
    MEMMAP_CHECK(!type.range.empty(), "an empty memory type");
  }
  const auto again = access::run(*script, here.outcome, inputs);
  for (std::size_t i = 0; i < answers->steps.size(); ++i) {
    MEMMAP_CHECK(answers->steps[i].text == again->steps[i].text, answers->steps[i].words);
  }
  return 0;
}
