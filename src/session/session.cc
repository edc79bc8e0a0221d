#include "session/session.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/align.h"
#include "base/number.h"
#include "kernel/command_line.h"
#include "paging/geometry.h"
#include "parallel/pool.h"
#include "profile/kernel_profile.h"
#include "session/kernel_whose.h"
#include "session/margin.h"
#include "session/told_options.h"

namespace memmap::session {
namespace {

// The checks and whoever else asked to look on, in this order.
class BothObserve final : public boot::Observer {
 public:
  BothObserve(boot::Observer& checks, boot::Observer& asked) : checks_(checks), asked_(asked) {}

  void begin(const boot::Boot& boot) override {
    each([&](auto& o) { o.begin(boot); });
  }
  void after_step(const boot::Step& step) override {
    each([&](auto& o) { o.after_step(step); });
  }
  void on_call(const memblock::Call& call) override {
    each([&](auto& o) { o.on_call(call); });
  }
  void on_event(const Event& event) override {
    each([&](auto& o) { o.on_event(event); });
  }
  void at_end() override {
    each([](auto& o) { o.at_end(); });
  }

 private:
  template <class Tell>
  void each(const Tell& tell) {
    tell(checks_);
    tell(asked_);
  }

  boot::Observer& checks_;
  boot::Observer& asked_;
};

Result<kernel::KernelChoice> kernel_of(const Request& request,
                                       const std::optional<std::string>& release,
                                       const Places& places) {
  if (!request.opened_kernel) return kernel::choose_kernel(request.kernel, release, places.kernels);
  auto profile = kernel::read_kernel_profile(*request.opened_kernel);
  if (!profile) return profile.errors();
  return kernel::KernelChoice{.profile = *std::move(profile)};
}

}  // namespace

Result<Session> Session::begin(Request request, const Places& places) {
  Session session(std::move(request), places);
  auto named = sort_plugins(session.host_, session.request_.plugins);
  if (!named) return named.errors();
  session.named_ = *std::move(named);
  return session;
}

Result<Session> Session::open(Request request, const Places& places) {
  auto session = begin(std::move(request), places);
  if (!session) return session;
  if (const auto& source = session->request_.source) {
    auto machine = read_machine(*source, session->host_, session->named_);
    if (!machine) return machine.errors();
    session->machine_ = *std::move(machine);
    if (const Status taken = session->take_bases(); !taken) return taken.errors();
  }
  if (const Status chosen = session->choose_kernel(places); !chosen) return chosen.errors();
  return session;
}

Result<Session> Session::open(Request request, const Places& places, Machine machine) {
  auto kernel = kernel_of(request, machine.kernel_release, places);
  if (!kernel) return kernel.errors();
  return open(std::move(request), places, std::move(machine), *std::move(kernel));
}

Result<Session> Session::open(Request request, const Places& places, Machine machine,
                              kernel::KernelChoice kernel) {
  MEMMAP_CHECK(!request.source, "a machine at hand, and another to read");
  auto session = begin(std::move(request), places);
  if (!session) return session;
  session->machine_ = std::move(machine);
  if (const Status taken = session->take_bases(); !taken) return taken.errors();
  if (const Status taken = session->take_kernel(std::move(kernel)); !taken) return taken.errors();
  return session;
}

Status Session::take_bases() {
  const auto take = [](auto& known, const auto& asked) {
    if (asked) known = asked;
  };
  KaslrBases& known = machine_->kaslr;
  take(known.kernel_virt_base, request_.kaslr.kernel_virt_base);
  take(known.page_offset_base, request_.kaslr.page_offset_base);
  take(known.vmalloc_base, request_.kaslr.vmalloc_base);
  take(known.vmemmap_base, request_.kaslr.vmemmap_base);
  take(machine_->kernel_phys_base, request_.kernel_phys_base);
  Errors errors;
  const auto refuse = [&](std::string_view name, std::uint64_t base, std::string_view why) {
    errors.push_back({fmt::format("--kaslr-base {}={:#x}: {}", name, base, why), {"memmap"}});
  };
  std::uint64_t end_of_ram = 0;
  bool is_ram = machine_->firmware_map.empty();
  for (const E820Entries* map : {&machine_->firmware_map, &machine_->extended_map}) {
    for (const E820Entry& e : *map) {
      if (e.type != E820Type::ram || e.wraps()) continue;
      end_of_ram = std::max(end_of_ram, e.end());
      const auto range = PhysRange::from_size(e.addr, e.size);
      is_ram = is_ram ||
               (range && request_.kernel_phys_base && range->contains(*request_.kernel_phys_base));
    }
  }
  if (request_.kernel_phys_base && !is_ram)
    refuse("kernel_phys_base", raw(*request_.kernel_phys_base), "the machine has no RAM there");
  // kernel: kernel_randomize_memory(), arch/x86/mm/kaslr.c, v6.12: the areas lie behind one another
  if (const auto vmalloc = request_.kaslr.vmalloc_base) {
    const VirtAddr five = paging::kPageOffset5;
    const VirtAddr four = paging::kPageOffset4;
    const std::uint64_t map = raw(known.page_offset_base.value_or(*vmalloc >= four ? four : five));
    if (raw(*vmalloc) >= map && raw(*vmalloc) - map < std::max<std::uint64_t>(end_of_ram, 1))
      refuse("vmalloc_base", raw(*vmalloc), "the direct map of RAM lies there");
  }
  if (!errors.empty()) return errors;
  return Done{};
}

Status Session::choose_kernel(const Places& places) {
  auto kernel = kernel_of(request_, machine_ ? machine_->kernel_release : std::nullopt, places);
  if (!kernel) return kernel.errors();
  return take_kernel(*std::move(kernel));
}

Status Session::take_kernel(kernel::KernelChoice kernel) {
  profile_ = std::move(kernel.profile);
  next_profile_ = std::move(kernel.next);
  if (!kernel.note.empty()) kernel_notes_.push_back("kernel: " + kernel.note);
  take_stable_version();
  for (const std::string& note : take_distribution(machine_ ? &*machine_ : nullptr, profile_))
    kernel_notes_.push_back("kernel: " + note);
  if (machine_) {
    for (const std::string& note : take_told_options(*machine_, profile_))
      kernel_notes_.push_back("kernel: " + note);
  }
  if (request_.config) {
    const auto notes = request_.opened_config
                           ? kernel::overlay_config_source(*request_.opened_config, profile_)
                           : kernel::overlay_config_file(*request_.config, profile_);
    if (!notes) return notes.errors();
    for (const std::string& note : *notes) kernel_notes_.push_back("kernel: " + note);
  }
  return check_image_place();
}

// Of a kernel that is built for fewer places than the least that there may be.
// kernel: find_random_phys_addr(), find_random_virt_addr(), arch/x86/boot/compressed/kaslr.c, v6.12
Status Session::check_image_place() const {
  const std::uint64_t step = profile_.image_align();
  Errors errors;
  const auto check = [&](std::string_view name, const auto& asked) {
    if (!asked || is_aligned(raw(*asked), step)) return;
    errors.push_back(
        {fmt::format("--kaslr-base {}={:#x}: this kernel's image lies at a multiple of {}", name,
                     raw(*asked), number_with_unit(step)),
         {"memmap"}});
  };
  check("kernel_phys_base", request_.kernel_phys_base);
  check("kernel_virt_base", request_.kaslr.kernel_virt_base);
  if (!errors.empty()) return errors;
  return Done{};
}

// A distribution's release keeps the number that its series began with.
void Session::take_stable_version() {
  if (request_.kernel || !machine_ || profile_.name == machine_->kernel_release) return;
  const auto stable = kernel::parse_version(machine_->kernel_version.value_or(std::string{}));
  const kernel::Version own = profile_.version;
  if (!stable || stable == own || stable->major != own.major || stable->minor != own.minor) return;
  profile_.version = *stable;
  kernel_notes_.push_back("kernel: the log's first line tells that it is of " +
                          *machine_->kernel_version);
}

std::string Session::command_line() const {
  const std::optional<std::string> own = machine_ ? machine_->command_line : std::nullopt;
  return kernel::appended(request_.command_line.value_or(own.value_or("")), request_.append);
}

std::vector<std::string> Session::notes() const {
  std::vector<std::string> out;
  if (machine_) out = machine_->notes;
  out.insert(out.end(), kernel_notes_.begin(), kernel_notes_.end());
  return out;
}

bool Session::names(const std::string& plugin) const {
  const auto& without = request_.without_plugins;
  return std::ranges::find(without, plugin) != without.end() ||
         std::ranges::find(request_.plugins, plugin, &plugin::PluginSpec::name) !=
             request_.plugins.end();
}

std::vector<plugin::PluginSpec> Session::scenario_plugins() const {
  std::vector<plugin::PluginSpec> out;
  if (!machine_) return out;
  for (const PluginUse& use : machine_->plugins) {
    if (use.enabled && !names(use.name)) out.push_back({use.name, use.options});
  }
  return out;
}

Status Session::refuse_idle_of_scenario(const NamedPlugins& plugins) const {
  Errors errors;
  const auto refuse = [&](const std::vector<std::string>& idle,
                          const std::vector<std::string>& of_request, std::string_view why) {
    for (const std::string& name : idle) {
      if (std::ranges::find(of_request, name) != of_request.end()) continue;
      errors.push_back(
          {fmt::format("plugin `{}` has no effect in a scenario: it only {}", name, why),
           {machine_->source}});
    }
  };
  refuse(plugins.only_sources, named_.only_sources, "reads sources, and this one is read");
  refuse(plugins.only_reports, named_.only_reports, "writes reports, where --format names it");
  if (!errors.empty()) return errors;
  return Done{};
}

Result<Rules> Session::make_rules(NamedPlugins plugins) {
  plugin::ChainWishes wishes{std::move(plugins.deciding), request_.without_plugins};
  if (machine_) {
    for (const PluginUse& use : machine_->plugins) {
      if (!use.enabled && !names(use.name)) wishes.without.push_back(use.name);
    }
  }
  auto chain = plugin::Chain::create(host_, wishes);
  if (!chain) return chain.errors();
  return Rules{*std::move(chain), std::move(plugins.checks)};
}

Result<Rules> Session::rules() {
  // A scenario's look on and decide first.
  std::vector<plugin::PluginSpec> specs = scenario_plugins();
  specs.insert(specs.end(), request_.plugins.begin(), request_.plugins.end());
  auto plugins = sort_plugins(host_, specs);
  if (!plugins) return plugins.errors();
  if (const Status act = refuse_idle_of_scenario(*plugins); !act) return act.errors();
  return make_rules(*std::move(plugins));
}

Result<Rules> Session::rules_without_checks() {
  auto out = rules();
  if (out) out->checks.clear();
  return out;
}

Result<std::vector<Rules>> Session::rules_for_boots(std::size_t boots, std::size_t threads) {
  std::vector<Rules> out;
  do {
    auto one = rules_without_checks();
    if (!one) return one.errors();
    out.push_back(*std::move(one));
  } while (!host_.has_modules() && out.size() < parallel::worth(boots, threads));
  return out;
}

Result<Rules> Session::rules_under(const std::optional<plugin::PluginSpec>& policy) {
  auto plugins = sort_plugins(host_, scenario_plugins());
  if (!plugins) return plugins.errors();
  if (const Status act = refuse_idle_of_scenario(*plugins); !act) return act.errors();
  plugins->checks.clear();
  std::erase_if(plugins->deciding, [this](const plugin::PluginSpec& spec) {
    return (*host_.load(spec.name))->interfaces().has_alloc();
  });
  if (policy) {
    const auto loaded = host_.load(policy->name);
    if (!loaded) return loaded.errors();
    if (!(*loaded)->interfaces().has_alloc()) {
      return Error{fmt::format("plugin `{}` is no allocation policy: it does not offer {}",
                               policy->name, MEMMAP_ALLOC_1),
                   {"--alloc"}};
    }
    plugins->deciding.push_back(*policy);
  }
  return make_rules(*std::move(plugins));
}

boot::Options Session::options(const Rules& rules) const {
  boot::Options options;
  options.command_line = request_.command_line;
  options.append = request_.append;
  options.record_memblock = request_.record_memblock;
  options.follow_pages = request_.follow_pages;
  options.keep_user_space = request_.goes_on;
  options.entry_limit = request_.entry_limit;
  rules.chain.use_in(options);
  return options;
}

Result<boot::Outcome> Session::boot(Rules& rules, boot::Options options) const {
  MEMMAP_CHECK(machine_.has_value(), "nothing to boot");
  const boot::Inputs inputs(*machine_, profile_, options);
  auto outcome = boot(rules, options, inputs);
  if (outcome) hear_log(inputs, *outcome);
  return outcome;
}

void Session::hear_log(const boot::Inputs& inputs, boot::Outcome& outcome) const {
  if (request_.log == LogUse::none || !has_witness()) return;
  auto log = witness::summary_of(compare_log(inputs, outcome), machine_->log.name);
  if (request_.log == LogUse::compared) {
    outcome.log = std::move(log);
  } else if (std::string note = log_note(log); !note.empty()) {
    outcome.subject.notes.push_back(std::move(note));
  }
}

std::string log_note(const boot::LogComparison& log) {
  if (log.differ.empty()) return {};
  const boot::LogDifference& first = log.differ.front();
  return fmt::format(
      "{}{} agrees in {} of {} statements; line {}: `{}`, here: {}; `memmap verify` tells all",
      kOfLog, log.name, log.agree, log.agree + log.differ.size(), first.line, first.says,
      first.memmap);
}

Result<boot::Outcome> Session::boot(Rules& rules, boot::Options& options,
                                    const boot::Inputs& inputs) const {
  plugin::Checks checks(rules.checks);
  boot::Observer* const asked = options.observer;
  std::optional<BothObserve> both;
  if (asked != nullptr) both.emplace(checks, *asked);
  if (!rules.checks.empty())
    options.observer = both ? static_cast<boot::Observer*>(&*both) : &checks;
  boot::Outcome outcome = boot::run(inputs);
  options.observer = asked;
  Errors faults = outcome.faults;
  // A plugin's process that ended is the fault of all that the plugin does: told once.
  const auto add = [&faults](const Error& fault) {
    const auto same = [&](const Error& other) { return other.message == fault.message; };
    if (std::ranges::none_of(faults, same)) faults.push_back(fault);
  };
  if (const auto fault = rules.chain.allocation_fault()) add(*fault);
  auto reports = plugin::reports_of(rules.checks);
  if (reports) {
    outcome.checks = *std::move(reports);
  } else {
    for (const Error& fault : reports.errors()) add(fault);
  }
  if (!faults.empty()) return faults;
  outcome.subject.policy = rules.chain.policy_name();
  auto& notes = outcome.subject.notes;
  notes.insert(notes.end(), kernel_notes_.begin(), kernel_notes_.end());
  const auto& of_chain = rules.chain.notes();
  notes.insert(notes.end(), of_chain.begin(), of_chain.end());
  if (const auto note = host_.isolation_note()) notes.push_back(*note);
  return outcome;
}

bool Session::has_witness() const {
  const bool same_boot = !request_.command_line && request_.append.empty() && !request_.config &&
                         named_.deciding.empty() && request_.without_plugins.empty() &&
                         request_.entry_limit;
  return same_boot && machine_ && !machine_->log.lines.empty();
}

void Session::take_log(KernelLog log) {
  MEMMAP_CHECK(machine_.has_value(), "no machine to go with the log");
  machine_->log = std::move(log);
}

bool Session::is_the_logs_kernel() const {
  const std::string release = machine_->kernel_release.value_or(std::string{});
  if (release == profile_.name) return true;
  // Whoever names a profile says that it is of that kernel; its version must agree.
  return request_.kernel && kernel::parse_version(release) == profile_.version;
}

witness::Comparison Session::compare_log(const boot::Inputs& inputs,
                                         const boot::Outcome& outcome) const {
  MEMMAP_CHECK(machine_.has_value(), "no log to compare");
  return witness::compare(machine_->log, {inputs, outcome, is_the_logs_kernel()});
}

Result<boot::Outcome> Session::boot() {
  auto made = rules();
  if (!made) return made.errors();
  return boot(*made, options(*made));
}

Result<std::optional<std::string>> Session::margin(const boot::Outcome& outcome) {
  if (!next_profile_) return std::optional<std::string>{};
  auto made = rules_without_checks();
  if (!made) return made.errors();
  auto options = this->options(*made);
  const auto other = boot(*made, options, boot::Inputs(*machine_, *next_profile_, options));
  if (!other) return other.errors();
  return std::optional(
      fmt::format("kernel: how far off this may be, by the next nearest that is "
                  "known, {}: {}",
                  next_profile_->name, differences_of(outcome, *other)));
}

}  // namespace memmap::session
