// A foreign plugin, in this process, whose description and answers are the input: whatever it says, it is
// refused with a message that names it, or the boot keeps what every boot keeps, twice the same.
#include <array>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "access/run.h"
#include "base/check.h"
#include "boot/run.h"
#include "fuzz/bytes.h"
#include "fuzz/target.h"
#include "input/script/script.h"
#include "plugin/adapt/alloc.h"
#include "plugin/adapt/check.h"
#include "plugin/adapt/numa.h"
#include "plugin/adapt/report.h"
#include "plugin/adapt/source.h"
#include "plugin/adapt/trim.h"
#include "plugin/adapt/watch.h"
#include "support/boot_properties.h"
#include "support/default_chain.h"

namespace {

using namespace memmap;
using fuzz::Bytes;

// What the plugin answers from. A plugin is pure: it starts anew with each boot.
Bytes answers{nullptr, 0};  // NOLINT(cert-err58-cpp)

// Near the edges of the machine's memory, anywhere, or whatever the bytes say.
std::uint64_t address() {
  static constexpr std::uint64_t kEdges[] = {0,          0x9fc00,    0xa0000,     0x100000,
                                             0x1000000,  0x10000000, 0x100000000, 0x8000000,
                                             1ull << 46, 1ull << 52, UINT64_MAX,  0x7fff000};
  switch (answers.next<1>() % 3) {
    case 0:
      return kEdges[answers.next<1>() % std::size(kEdges)] + answers.next<1>() % 3 - 1;
    case 1:
      return answers.next<2>() * kPageSize;
    default:
      return answers.next<8>();
  }
}
std::uint64_t page() { return answers.next<2>() * kPageSize; }

std::uint32_t struct_size(std::size_t whole) {
  const std::uint64_t said = answers.next<1>();
  return static_cast<std::uint32_t>(said < 224 ? whole : said - 224 + whole / 2);
}

const char* const kNames[] = {"size", "count", "flag", "choice", "text", "undeclared", nullptr};
const char* name() { return kNames[answers.next<1>() % std::size(kNames)]; }

void emit(const memmap_host_t* host) {
  memmap_answer_t a{};
  a.struct_size = struct_size(sizeof a);
  a.verb = static_cast<std::uint32_t>(answers.next<1>() % 8);
  const bool pages = answers.flag();
  a.base = pages ? page() : address();
  a.end = pages ? a.base + page() : address();
  if (a.verb == MEMMAP_CAP || a.verb == MEMMAP_ALIGN) a.end = UINT64_MAX;
  if (a.verb == MEMMAP_ALIGN) a.base = answers.next<1>() % 8 == 0 ? 1 : 0;
  a.from = static_cast<std::uint32_t>(answers.next<1>() % 4);
  a.to = static_cast<std::uint32_t>(answers.next<1>() % 14);
  a.nid = static_cast<std::int32_t>(answers.next<1>() % 8) - 1;
  a.flags = answers.next<1>() % 8 == 0 ? 1 : 0;
  a.align = 1ull << answers.next<1>() % 64;
  const std::string reason = answers.text();
  a.reason = reason.empty() ? nullptr : reason.c_str();
  const std::string rule = answers.text();
  a.rule = rule.empty() ? nullptr : rule.c_str();
  host->emit(host->ctx, &a);
}

void say(const memmap_host_t* host) {
  const std::string text = answers.text();
  const std::string rule = answers.text();
  memmap_message_t m{struct_size(sizeof m),
                     static_cast<std::uint32_t>(answers.next<1>() % 5),
                     text.c_str(),
                     rule.empty() ? nullptr : rule.c_str(),
                     address(),
                     address()};
  host->say(host->ctx, &m);
}

void find(const memmap_host_t* host) {
  const std::string rule = answers.text();
  const std::string text = answers.text();
  memmap_finding_t f{struct_size(sizeof f), 0, address(), address(), rule.c_str(), text.c_str()};
  host->finding(host->ctx, &f);
}

void enter(const memmap_host_t* host) {
  memmap_range_t r{};
  r.struct_size = struct_size(sizeof r);
  r.type = static_cast<std::uint32_t>(answers.next<1>() % 16);
  r.base = page();
  r.end = answers.flag() ? r.base + page() : address();
  r.nid = static_cast<std::int32_t>(answers.next<1>() % 4) - 1;
  host->entry(host->ctx, &r);
}

void call_host(const memmap_host_t* host, std::uint64_t what) {
  std::uint64_t value = 0;
  switch (what) {
    case 0:
      return emit(host);
    case 1:
      return say(host);
    case 2:
      return find(host);
    case 3:
      return enter(host);
    case 4:
      host->option(host->ctx, name());
      return;
    case 5:
      host->number(host->ctx, name(), &value);
      return;
    case 6: {
      const auto nid = [] { return static_cast<std::int32_t>(answers.next<1>() % 6) - 1; };
      host->distance(host->ctx, nid(), nid(), static_cast<std::uint32_t>(answers.next<2>()));
      return;
    }
    case 7:
      host->warn(host->ctx, answers.text().c_str());
      return;
    case 8: {
      const std::string text = answers.text();
      const char* rest = host->read_number(
          host->ctx, text.c_str(), static_cast<std::uint32_t>(answers.next<1>() % 3), &value);
      MEMMAP_CHECK(rest == nullptr || (rest >= text.c_str() && rest <= text.c_str() + text.size()),
                   "what follows a number");
      return;
    }
    case 9: {
      static constexpr std::array<const char*, 3> kConfigs = {"NUMA", "X", nullptr};
      host->has_config(host->ctx, kConfigs[answers.next<1>() % kConfigs.size()]);
      return;
    }
    case 10: {
      static constexpr std::array<const char*, 5> kKeys = {"command_line", "kernel_release",
                                                           "firmware", "note", "other"};
      host->fact(host->ctx, kKeys[answers.next<1>() % kKeys.size()], answers.text().c_str());
      return;
    }
    case 11: {
      const std::uint64_t line = answers.next<1>();
      host->input_error(host->ctx, line, answers.next<1>(), answers.text().c_str());
      return;
    }
    case 12: {
      const std::string text = answers.text(256);
      host->write(host->ctx, text.data(), text.size());
      return;
    }
    case 13:
      host->kernel_does(host->ctx, answers.flag() ? "e820_tells_gaps" : answers.text().c_str());
      return;
    case 14:
      host->bad_option(host->ctx, name(), answers.text().c_str());
      return;
    default:
      host->fail(host->ctx, answers.text().c_str());
  }
}

// Some calls of the host, most often one that is taken here; then a return code.
std::int32_t act(const memmap_host_t* host, std::initializer_list<std::uint64_t> taken) {
  for (std::uint64_t n = answers.next<1>() % 6; n > 0 && !answers.empty(); --n) {
    const std::uint64_t what = answers.next<1>();
    call_host(host, what < 192 ? taken.begin()[what % taken.size()] : what % 16);
  }
  const std::uint64_t code = answers.next<1>();
  if (code < 200) return MEMMAP_OK;
  return code < 235 ? MEMMAP_NONE : static_cast<std::int32_t>(code) - 240;
}

std::int32_t trim(const memmap_trim_input_t*, const memmap_host_t* host) {
  return answers.empty() ? MEMMAP_NONE : act(host, {0, 0, 1});
}
std::int32_t numa(const memmap_numa_input_t* input, const memmap_host_t* host) {
  if (answers.empty()) return MEMMAP_NONE;
  if (answers.flag()) {  // all of it, cut in two
    memmap_answer_t a{};
    a.struct_size = sizeof a;
    a.verb = MEMMAP_ASSIGN;
    a.end = page();
    host->emit(host->ctx, &a);
    a = {a.struct_size, a.verb, a.end, UINT64_MAX, 0, 0, 1, 0, nullptr, nullptr, 0};
    host->emit(host->ctx, &a);
  }
  static_cast<void>(input);
  return act(host, {0, 6, 1});
}
std::int32_t choose(void*, const memmap_host_t* host, const memmap_find_t* find,
                    const memmap_free_ranges_t* ranges, std::uint64_t* out) {
  std::uint64_t base = 0;
  std::uint64_t end = 0;
  switch (answers.next<1>() % 16) {
    case 1:
      return ranges->first_fit_up(ranges->ctx, out);
    case 2:
      *out = address();
      return MEMMAP_OK;
    case 3:
      return MEMMAP_NONE;
    case 4:
    case 5: {
      const std::uint64_t after = address();
      if (ranges->next_up(ranges->ctx, after, &base, &end) != MEMMAP_OK) return MEMMAP_NONE;
      MEMMAP_CHECK(base < end && base >= find->base && end <= find->end && base >= after,
                   "a free range upwards");
      *out = (base + find->align - 1) & ~(find->align - 1);
      return MEMMAP_OK;
    }
    case 6:
    case 7: {
      const std::uint64_t before = address();
      if (ranges->next_down(ranges->ctx, before, &base, &end) != MEMMAP_OK) return MEMMAP_NONE;
      MEMMAP_CHECK(base < end && base >= find->base && end <= find->end && end <= before,
                   "a free range downwards");
      *out = (end - find->size) & ~(find->align - 1);
      return MEMMAP_OK;
    }
    case 8:
      return act(host, {4, 5, 8});
    case 9: {
      const std::uint64_t grain = 1ull << (address() % 64);
      if (ranges->smallest_piece(ranges->ctx, grain, &base, &end) != MEMMAP_OK) return MEMMAP_NONE;
      MEMMAP_CHECK(base < end && base >= find->base && end <= find->end && end - base >= find->size,
                   "a piece that holds the block");
      *out = (end - find->size) & ~(find->align - 1);
      return MEMMAP_OK;
    }
    default:
      return ranges->first_fit_down(ranges->ctx, out);
  }
}
std::int32_t prepare(const memmap_host_t* host, void** state) {
  *state = nullptr;
  return answers.flag() ? MEMMAP_OK : act(host, {4, 5, 8});
}
std::int32_t event(void*, const memmap_host_t* host, const memmap_event_t* e,
                   const memmap_state_t* boot) {
  MEMMAP_CHECK(e->text != nullptr && e->step != nullptr && boot->facts != nullptr, "an event");
  if (answers.empty()) return MEMMAP_OK;
  const memmap_range_t* list = nullptr;
  const std::uint64_t base = address();
  const std::size_t n = boot->memory_in(boot->ctx, base, address(), &list);
  for (std::size_t i = 0; i < n; ++i) MEMMAP_CHECK(list[i].base < list[i].end, "memory in a part");
  const memmap_owned_t* owned = nullptr;
  boot->owners_in(boot->ctx, base, address(), &owned);
  return act(host, {2, 7});
}
std::int32_t finish(void*, const memmap_host_t* host, const memmap_state_t* boot) {
  const memmap_zone_t* zones = nullptr;
  boot->zones(boot->ctx, &zones);
  const memmap_free_run_t* runs = nullptr;
  boot->free_blocks(boot->ctx, &runs);
  return answers.empty() ? MEMMAP_OK : act(host, {2, 7});
}
std::int32_t access_done(void*, const memmap_host_t* host, const memmap_access_t* access,
                         const memmap_state_t*) {
  MEMMAP_CHECK(access->by != nullptr && access->cache != nullptr, "an access");
  return answers.empty() ? MEMMAP_OK : act(host, {2, 1});
}
std::int32_t recognise(const memmap_source_input_t*, const memmap_host_t* host,
                       const char** reason) {
  *reason = answers.flag() ? "it looks so" : nullptr;
  const std::int32_t score = static_cast<std::int32_t>(answers.next<1>()) - 20;
  return answers.flag() ? score : act(host, {4});
}
std::int32_t read(const memmap_source_input_t*, const memmap_host_t* host) {
  return act(host, {3, 3, 10, 11});
}
std::int32_t render(const memmap_report_input_t* input, const memmap_host_t* host) {
  MEMMAP_CHECK(std::strlen(input->json) == input->json_size, "the report's JSON");
  return act(host, {12});
}

struct Interfaces {
  memmap_trim_t trim{sizeof(memmap_trim_t), 0, kTrim};
  memmap_numa_t numa{sizeof(memmap_numa_t), 0, kNuma};
  memmap_alloc_t alloc{sizeof(memmap_alloc_t), 0, prepare, nullptr, choose};
  memmap_check_t check{
      sizeof(memmap_check_t), 7, prepare, nullptr, event, finish, 1023, 0, access_done};
  memmap_source_t source{sizeof(memmap_source_t), 0,         "a source",
                         "memmap simulate X",     recognise, read};
  memmap_report_t report{sizeof(memmap_report_t), 0, "a report", render};

  static constexpr auto kTrim = ::trim;
  static constexpr auto kNuma = ::numa;
};
Interfaces offered;     // NOLINT(cert-err58-cpp)
unsigned withheld = 0;  // a bit for each, in that order

const void* get_interface(const char* id) {
  const std::pair<const char*, const void*> all[] = {
      {MEMMAP_TRIM_1, &offered.trim},     {MEMMAP_NUMA_1, &offered.numa},
      {MEMMAP_ALLOC_1, &offered.alloc},   {MEMMAP_CHECK_1, &offered.check},
      {MEMMAP_SOURCE_1, &offered.source}, {MEMMAP_REPORT_1, &offered.report}};
  for (std::size_t i = 0; i < std::size(all); ++i) {
    if (std::strcmp(id, all[i].first) == 0) {
      return (withheld >> i & 1) != 0 ? nullptr : all[i].second;
    }
  }
  return nullptr;
}

memmap_option_t option(std::uint32_t type, const char* name, const char* value, std::uint64_t max) {
  return {sizeof(memmap_option_t),
          type,
          name,
          "help",
          value,
          type == MEMMAP_OPTION_CHOICE ? "a|b" : nullptr,
          0,
          max,
          0,
          0};
}

// As it describes itself: right, or with something of it said by the input.
std::optional<plugin::Plugin> described(Bytes& bytes) {
  std::array<memmap_option_t, 5> options = {option(MEMMAP_OPTION_BYTES, "size", "4K", 1 << 30),
                                            option(MEMMAP_OPTION_COUNT, "count", nullptr, 0),
                                            option(MEMMAP_OPTION_FLAG, "flag", "no", 0),
                                            option(MEMMAP_OPTION_CHOICE, "choice", "a", 0),
                                            option(MEMMAP_OPTION_TEXT, "text", nullptr, 0)};
  memmap_plugin_t self{
      sizeof(memmap_plugin_t),  MEMMAP_ABI_MAGIC, MEMMAP_ABI_MAJOR, MEMMAP_ABI_MINOR, "fuzz", "1",
      "Answers what it is fed", options.data(),   options.size(),   get_interface};
  offered = {};
  withheld = 0;
  std::string first;
  std::string second;
  std::string third;
  if (bytes.flag()) {
    self.struct_size = static_cast<std::uint32_t>(sizeof self - 64 + bytes.next<1>());
    self.abi_major = static_cast<std::uint32_t>(1 + bytes.next<1>() / 200);
    self.abi_minor = static_cast<std::uint32_t>(bytes.next<1>());
    withheld = static_cast<unsigned>(bytes.next<1>());
    memmap_option_t& o = options[bytes.next<1>() % options.size()];
    o.struct_size = static_cast<std::uint32_t>(sizeof o - 16 + bytes.next<1>() % 64);
    o.type = static_cast<std::uint32_t>(bytes.next<1>() % 7);
    o.min = bytes.next<8>();
    o.max = bytes.next<8>();
    o.flags = static_cast<std::uint32_t>(bytes.next<1>() % 3);
    first = bytes.text();
    second = bytes.text();
    third = bytes.text();
    o.name = bytes.flag() ? first.c_str() : o.name;
    o.default_value = bytes.flag() ? second.c_str() : nullptr;
    o.choices = bytes.flag() ? third.c_str() : nullptr;
    offered.trim.struct_size = static_cast<std::uint32_t>(bytes.next<1>() % 32);
    offered.check.struct_size = static_cast<std::uint32_t>(bytes.next<1>() % 80);
    offered.check.events = static_cast<std::uint32_t>(bytes.next<1>());
  }
  offered.trim.hooks = static_cast<std::uint32_t>(bytes.next<2>());
  offered.numa.flags = static_cast<std::uint32_t>(bytes.next<1>() % 8 == 0 ? bytes.next<1>() : 0);
  offered.report.flags = static_cast<std::uint32_t>(bytes.next<1>() % 2);
  auto description = plugin::describe_plugin(&self, "fuzz");
  if (!description) {
    for (const Error& e : description.errors()) MEMMAP_CHECK(!e.message.empty(), "no message");
    return std::nullopt;
  }
  return plugin::Plugin(*std::move(description));
}

void check_told(const Errors& errors) {
  MEMMAP_CHECK(!errors.empty(), "refused without a word");
  for (const Error& e : errors) {
    MEMMAP_CHECK(e.message.find("plugin `fuzz`") != e.message.npos || e.origin.line != 0 ||
                     !e.origin.file.empty(),
                 e.message);
    MEMMAP_CHECK(e.message.find('\n') == e.message.npos, "a message of several lines");
  }
}

const Machine& machine() {
  static const auto& only =
      *new Machine{.firmware_map = {{PhysAddr{0}, 0x9fc00, E820Type::ram},
                                    {PhysAddr{0xf0000}, 0x10000, E820Type::reserved},
                                    {PhysAddr{kMiB}, 255 * kMiB, E820Type::ram},
                                    {PhysAddr{4 * kGiB}, 64 * kMiB, E820Type::ram}}};
  return only;
}

const kernel::Profile& profile() {
  static const auto& only = *new kernel::Profile{
      .version = {6, 12, 0},
      .image = {.end_of_kernel_reserve = 0x2000000, .brk_base = 0x2000000, .end = 0x2030000}};
  return only;
}

struct Came {
  boot::Outcome outcome{};
  Errors faults{};
  std::size_t findings = 0;
};

// One boot with all that the plugin offers, then a script that it watches. nullopt: its options, or
// prepare(), were refused.
std::optional<Came> boot_with(const plugin::Plugin& plugin, const plugin::OptionTexts& texts) {
  boot::Options options = test::default_options();
  options.append = "memmap=1M$64M numa=on";
  const auto keep = [](auto made, auto& into) {
    if (made) {
      into = *std::move(made);
    } else {
      check_told(made.errors());
    }
  };
  std::unique_ptr<plugin::TrimPlugin> trim;
  std::unique_ptr<plugin::NumaPlugin> numa;
  std::unique_ptr<plugin::AllocPlugin> alloc;
  std::vector<std::unique_ptr<plugin::CheckPlugin>> checks(1);
  keep(plugin::TrimPlugin::create(plugin, texts), trim);
  keep(plugin::NumaPlugin::create(plugin, texts), numa);
  keep(plugin::AllocPlugin::create(plugin, texts), alloc);
  keep(plugin::CheckPlugin::create(plugin, texts), checks[0]);
  if (checks[0] == nullptr) checks.clear();
  plugin::Checks observer(checks);
  if (trim != nullptr) options.trims.push_back(trim.get());
  if (numa != nullptr && numa->transforms()) options.node_transforms.push_back(numa.get());
  if (numa != nullptr && !numa->transforms()) {
    options.node_sources.insert(options.node_sources.begin(), numa.get());
  }
  if (alloc != nullptr) options.top_down = options.bottom_up = alloc.get();
  if (!checks.empty()) options.observer = &observer;
  const boot::Inputs inputs(machine(), profile(), options);
  Came came{boot::run(machine(), profile(), options)};
  came.faults = came.outcome.faults;
  if (alloc != nullptr && alloc->fault()) came.faults.push_back(*alloc->fault());
  if (!checks.empty() && !checks[0]->fault() && came.faults.empty()) {
    static const std::vector<std::string> kLines = {"kmalloc 100 as a", "write a 8", "kfree a",
                                                    "alloc_pages 1 as p", "read p 64"};
    static const auto& script =
        *new Result<access::Script>(input::read_script_lines("fuzz", kLines));
    const auto parameters = kernel::parse_command_line("");
    plugin::Watch watch(checks, came.outcome, {machine(), profile(), "", parameters, true});
    MEMMAP_CHECK(script.ok(), "the script");
    static_cast<void>(access::run(*script, came.outcome, inputs, &watch));
  }
  if (!checks.empty() && checks[0]->fault()) came.faults.push_back(*checks[0]->fault());
  if (!checks.empty()) came.findings = checks[0]->report().findings.size();
  if (!came.faults.empty()) check_told(came.faults);
  return came;
}

void boots(const plugin::Plugin& plugin, const plugin::OptionTexts& texts, const Bytes& from) {
  answers = from;
  const auto first = boot_with(plugin, texts);
  answers = from;
  const auto second = boot_with(plugin, texts);
  MEMMAP_CHECK(first->faults.size() == second->faults.size(), "other faults the second time");
  MEMMAP_CHECK(first->findings == second->findings, "other findings the second time");
  const std::string differs = test::difference(first->outcome, second->outcome);
  MEMMAP_CHECK(differs.empty(), differs);
  if (!first->faults.empty()) return;
  for (const std::string& what : test::broken_properties(first->outcome)) {
    MEMMAP_CHECK(what.empty(), what);
  }
}

void reads(const plugin::Plugin& plugin, const plugin::OptionTexts& texts, const Bytes& from) {
  answers = from;
  auto source = plugin::SourcePlugin::create(plugin, texts);
  if (!source) return check_told(source.errors());
  const auto score = (*source)->recognise("fuzz.bin", "bytes\nof it");
  if (score) {
    MEMMAP_CHECK(score->score >= 0 && score->score <= 100, "a score");
  } else {
    check_told(score.errors());
  }
  const auto machine = (*source)->read("fuzz.bin", "bytes\nof it");
  if (!machine) return check_told(machine.errors());
  MEMMAP_CHECK(!machine->firmware_map.empty(), "a machine without a map");
}

void reports(const plugin::Plugin& plugin, const plugin::OptionTexts& texts, const Bytes& from) {
  answers = from;
  static const auto& outcome =
      *new boot::Outcome(boot::run(machine(), profile(), test::default_options()));
  auto report = plugin::ReportPlugin::create(plugin, texts);
  if (!report) return check_told(report.errors());
  const auto text = (*report)->render(outcome, "{}", machine(), profile());
  if (!text) return check_told(text.errors());
  MEMMAP_CHECK(!text->empty(), "an empty report");
}

}  // namespace

FUZZ_TARGET(plugin)(const std::uint8_t* data, std::size_t size) {
  Bytes bytes(data, size);
  const std::uint64_t what = bytes.next<1>();
  const auto plugin = described(bytes);
  if (!plugin) return 0;
  const auto spec = plugin::parse_spec("fuzz:" + bytes.text(200));
  if (!spec) {
    MEMMAP_CHECK(!to_string(spec.errors()).empty(), "no message");
    return 0;
  }
  const auto values = plugin::check_options("fuzz", plugin->info().options, spec->options);
  if (!values) {
    check_told(values.errors());
    return 0;
  }
  if (what % 4 == 1) {
    reads(*plugin, spec->options, bytes);
  } else if (what % 4 == 2) {
    reports(*plugin, spec->options, bytes);
  } else {
    boots(*plugin, spec->options, bytes);
  }
  return 0;
}
