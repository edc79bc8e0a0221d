#include "boot/run.h"

#include <algorithm>

#include "boot/defaults.h"
#include "boot/steps.h"

namespace memmap::boot {
namespace {

bool does(const Step& step, const Boot& boot) {
  if (!step.is_of(boot.profile.version, boot.behaviour)) return false;
  return step.applies == nullptr || step.applies(boot);
}

Totals totals(const Boot& boot, const Outcome& outcome) {
  Totals t;
  for (const E820Entry& e : boot.firmware.entries()) {
    if (e.type == E820Type::ram) t.firmware_ram += e.size;
  }
  for (const memblock::Region& r : outcome.memblock.memory) {
    t.memory += r.range.size();
    for (auto o = std::ranges::lower_bound(outcome.memblock.reserved, r.range.base(), {},
                                           [](const auto& x) { return x.range.end(); });
         o != outcome.memblock.reserved.end() && o->range.base() < r.range.end(); ++o) {
      t.reserved += o->range.intersect(r.range).size();
    }
  }
  for (const NodeState& n : outcome.node_states) {
    for (const ZoneState& z : n.zones) {
      t.managed_pages += z.managed_pages;
      for (const buddy::FreeList& list : z.free) {
        for (const buddy::FreeRun& run : list.runs) t.free_pages += run.count << list.order;
      }
    }
  }
  return t;
}

Outcome outcome_of(Boot& boot) {
  Outcome out;
  out.subject.source = boot.machine.source;
  out.subject.format = boot.machine.format;
  out.subject.notes = boot.machine.notes;
  for (std::string& text : defaults_used(boot)) out.subject.notes.push_back(std::move(text));
  out.subject.kernel = boot.profile.name;
  out.subject.kernel_origin = boot.profile.origin;
  out.subject.kernel_verified = boot.profile.verified;
  out.subject.command_line = boot.command_line;
  out.panicked = boot.panicked();
  out.deferred = boot.profile.deferred_struct_page_init;
  out.faults = std::move(boot.faults);
  out.e820 = {boot.firmware.entries(), boot.kexec.entries(), boot.table.entries()};
  out.max_pfn = raw(boot.max_pfn);
  out.max_low_pfn = raw(boot.max_low_pfn);
  out.memblock.bottom_up = boot.memblock.bottom_up();
  out.memblock.current_limit = boot.memblock.current_limit();
  out.memblock.max_numnodes = boot.behaviour.max_numnodes;
  out.memblock.names = boot.names;
  out.memblock.log = std::move(boot.memblock_log);
  out.memblock.memory = boot.memblock.memory().list.regions();
  out.memblock.reserved = boot.memblock.reserved().list.regions();
  out.memblock.owners = boot.owners.of(out.memblock.reserved);
  out.nodes = std::move(boot.nodes);
  out.node_states = std::move(boot.node_states);
  out.page_tables = std::move(boot.page_tables);
  out.totals = totals(boot, out);
  out.events = std::move(boot.events);
  return out;
}

// What the kernel says of firmware's tables in this step.
void tell_firmware_events(Boot& boot) {
  for (const Event& event : boot.machine.firmware_events) {
    if (event.step == boot.step) boot.events.push_back(event);
  }
}

}  // namespace

Outcome run(const Machine& machine, const kernel::Profile& profile, const Options& options) {
  Boot boot(machine, profile, options);
  const Facts facts = boot.facts();
  for (Trim* trim : options.trims) trim->begin(facts);
  for (NodeSource* source : options.node_sources) source->begin(facts);
  for (NodeSource* source : options.node_transforms) source->begin(facts);
  for (const Step& step : steps()) {
    if (!does(step, boot)) continue;
    boot.step = step.function;
    tell_firmware_events(boot);
    if (step.run) step.run(boot);
    boot.show_events();
    if (boot.observer != nullptr) boot.observer->after_step(boot, step);
    if (boot.panicked() || !boot.faults.empty()) break;
  }
  if (boot.observer != nullptr) boot.observer->at_end(boot);
  return outcome_of(boot);
}

}  // namespace memmap::boot
