#include "plugin/adapt/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "boot/steps.h"

namespace memmap::plugin {
namespace {

constexpr std::uint64_t kPhysicalEnd = std::uint64_t{1} << 52;

std::uint32_t call_kind(memblock::CallKind kind) {
  switch (kind) {
    case memblock::CallKind::add:
      return MEMMAP_CALL_ADD;
    case memblock::CallKind::remove:
      return MEMMAP_CALL_REMOVE;
    case memblock::CallKind::reserve:
      return MEMMAP_CALL_RESERVE;
    case memblock::CallKind::free:
      return MEMMAP_CALL_FREE;
    case memblock::CallKind::alloc:
      return MEMMAP_CALL_ALLOC;
  }
  return MEMMAP_CALL_ADD;
}

// Why a finding is none; empty: it is one.
std::string wrong_with(const FindingAnswer& f) {
  if (!is_plain_name(f.rule)) {
    return fmt::format("found something by the rule `{}`; a rule's name is of a-z 0-9 _", f.rule);
  }
  if (f.text.empty()) return fmt::format("found something by the rule `{}` without a text", f.rule);
  if (f.base > f.end || f.end > kPhysicalEnd) {
    return fmt::format("found something in [{:#x}, {:#x}), which is no range of physical addresses",
                       f.base, f.end);
  }
  return "";
}

}  // namespace

CheckPlugin::CheckPlugin(const Plugin& plugin, OptionValues options)
    : code_(plugin.code()),
      interface_(plugin.interfaces().check),
      call_(plugin.name(), std::move(options), Call::Takes::findings) {
  report_.name = plugin.name();
  report_.version = plugin.info().version;
}

Result<std::unique_ptr<CheckPlugin>> CheckPlugin::create(const Plugin& plugin,
                                                         const OptionTexts& options) {
  if (!plugin.interfaces().has_check()) {
    return Error{.message = fmt::format("plugin `{}` is no check: it does not offer {}",
                                        plugin.name(), MEMMAP_CHECK_1)};
  }
  auto values = check_options(plugin.name(), plugin.info().options, options);
  if (!values) return values.errors();
  std::unique_ptr<CheckPlugin> out(new CheckPlugin(plugin, *std::move(values)));
  const Status prepared = out->prepared_.make(out->code_, Code::Of::check);
  if (!prepared) return prepared.errors();
  return out;
}

void CheckPlugin::take(const char* function, const Result<std::int32_t>& returned,
                       const char* step) {
  if (!returned) {
    fault_ = returned.errors().front();
    return;
  }
  if (auto e = call_.end(function, *returned, Call::None::refused)) {
    fault_ = std::move(e);
    return;
  }
  for (const FindingAnswer& f : call_.findings()) {
    if (const std::string why = wrong_with(f); !why.empty()) {
      fault_ = call_.fault(function, why);
      return;
    }
    boot::Finding found{.rule = f.rule, .text = f.text, .step = step, .range = {}};
    if (f.base != f.end) found.range = PhysRange::make(f.base, f.end);
    report_.findings.push_back(std::move(found));
  }
}

void CheckPlugin::event(const memmap_event_t& event, State& state) {
  call_.begin();
  const auto rc = code_.event(prepared_.state(), *call_.host(), event, *state.abi());
  if (state.has_run_out()) call_.ran_out();
  take("event", rc, event.step);
}

void CheckPlugin::finish(State& state) {
  if (fault_ || interface_.finish == nullptr) return;
  call_.begin();
  const auto rc = code_.finish(prepared_.state(), *call_.host(), *state.abi());
  if (state.has_run_out()) call_.ran_out();
  take("finish", rc, "");
}

Events CheckPlugin::access(const memmap_access_t& access, State& state) {
  call_.begin();
  call_.allow_story(true);
  const auto rc = code_.access(prepared_.state(), *call_.host(), access, *state.abi());
  call_.allow_story(false);
  if (state.has_run_out()) call_.ran_out();
  take("access", rc, fmt::format("step {}", access.step).c_str());
  Events events;
  if (fault_) return events;
  for (const Said& said : call_.said()) events.push_back(said.event);
  return events;
}

boot::CheckReport CheckPlugin::report() const { return report_; }

Result<std::vector<boot::CheckReport>> reports_of(
    const std::vector<std::unique_ptr<CheckPlugin>>& checks) {
  std::vector<boot::CheckReport> out;
  Errors faults;
  for (const auto& check : checks) {
    if (check->fault()) faults.push_back(*check->fault());
    out.push_back(check->report());
  }
  if (!faults.empty()) return faults;
  return out;
}

bool Checks::wanted(std::uint32_t kind) const {
  return std::any_of(checks_.begin(), checks_.end(),
                     [kind](const auto& check) { return check->wants(kind); });
}

void Checks::begin(const boot::Boot& boot) {
  boot_ = &boot;
  facts_.emplace(boot.in.facts());
  for (const auto& check : checks_) check->begin(boot.in.profile);
}

void Checks::tell(const memmap_event_t& event) {
  State state(*boot_, *facts_);
  for (const auto& check : checks_) {
    if (check->wants(event.kind)) check->event(event, state);
  }
}

void Checks::after_step(const boot::Step& step) {
  if (!wanted(MEMMAP_EVENT_STEP)) return;
  const std::string function(step.function);
  const std::string file(step.file);
  memmap_event_t event{};
  event.struct_size = sizeof event;
  event.kind = MEMMAP_EVENT_STEP;
  event.step = function.c_str();
  event.text = file.c_str();
  event.function = "";
  event.owner = "";
  event.nid = -1;
  tell(event);
}

void Checks::on_call(const memblock::Call& call) {
  if (!wanted(MEMMAP_EVENT_CALL)) return;
  const std::array<std::string, 4> texts{
      std::string(boot_->story.step()), std::string(call.operation),
      std::string(call.caller.function), call.caller.owner.words()};
  memmap_event_t event{};
  event.struct_size = sizeof event;
  event.kind = MEMMAP_EVENT_CALL;
  event.call = call_kind(call.kind);
  event.step = texts[0].c_str();
  event.text = texts[1].c_str();
  event.function = texts[2].c_str();
  event.owner = texts[3].c_str();
  event.base = raw(call.range.base());
  event.end = raw(call.range.end());
  event.size = call.size;
  event.align = call.align;
  event.from = raw(call.from);
  event.to = raw(call.max_addr);
  event.nid = call.nid >= boot_->in.behaviour.max_numnodes ? memblock::kAnyNode : call.nid;
  event.flags = call.flags;
  tell(event);
}

void Checks::on_event(const Event& event) {
  if (!wanted(MEMMAP_EVENT_MESSAGE)) return;
  const std::string rule = to_string(event.rule);
  tell(to_abi(event, rule.c_str()));
}

void Checks::at_end() {
  State state(*boot_, *facts_);
  for (const auto& check : checks_) check->finish(state);
}

}  // namespace memmap::plugin
