#include "boot/run.h"

#include <algorithm>
#include <utility>

#include "boot/after/efi_tables.h"
#include "boot/after/trampoline.h"
#include "boot/defaults.h"
#include "boot/mm/taken_pages.h"
#include "boot/special.h"
#include "boot/steps.h"
#include "boot/when.h"
#include "boot/x86/early_tables.h"

namespace memmap::boot {
namespace {

bool does(const Step& step, const Boot& boot) {
  if (!step.is_of(boot.in.profile.version, boot.in.behaviour)) return false;
  return step.applies == nullptr || step.applies(boot);
}

Totals totals_of(const State& state) {
  Totals t;
  for (const E820Entry& e : state.e820.firmware.entries()) {
    if (e.type == E820Type::ram) t.firmware_ram += e.size;
  }
  const memblock::Regions reserved = state.memblock.reserved().regions();
  for (const memblock::Region& r : state.memblock.memory().regions()) {
    t.memory += r.range.size();
    for (auto o = std::ranges::lower_bound(reserved, r.range.base(), {},
                                           [](const auto& x) { return x.range.end(); });
         o != reserved.end() && o->range.base() < r.range.end(); ++o) {
      t.reserved += o->range.intersect(r.range).size();
    }
  }
  for (const NodeState& n : state.node_states) {
    for (const ZoneState& z : n.zones) {
      t.managed_pages += z.managed_pages;
      for (const buddy::FreeList& list : z.free) {
        for (const buddy::FreeRun& run : list.runs) t.free_pages += run.count << list.order;
      }
    }
  }
  return t;
}

Subject subject_of(const Inputs& in) {
  Subject out{.source = in.machine.source,
              .format = in.machine.format,
              .notes = in.machine.notes,
              .kernel = in.profile.name,
              .kernel_origin = in.profile.origin,
              .kernel_verified = in.profile.verified,
              .command_line = in.command_line};
  for (std::string& text : not_simulated(in)) out.notes.push_back(std::move(text));
  for (std::string& text : unknown_types(in.machine)) out.notes.push_back(std::move(text));
  for (std::string& text : defaults_used(in)) out.notes.push_back(std::move(text));
  return out;
}

// Those that lie beside the kernel's own and the user's.
std::vector<RootTables> other_roots(const Boot& boot, bool in_user_space) {
  std::vector<RootTables> out;
  out.push_back({Root::startup, startup_tables(boot.in), {}});
  out.push_back({Root::early, early_tables(boot.in), early_reads_unknown(boot.in)});
  if (!in_user_space) return out;
  if (auto tables = trampoline_tables(boot))
    out.push_back({Root::trampoline, *std::move(tables), {}});
  if (auto tables = efi_tables(boot))
    out.push_back({Root::efi, *std::move(tables), efi_unknown(boot.in)});
  return out;
}

// What StepDone counts, at one moment.
struct Counted {
  std::size_t calls;
  std::uint64_t memory;
  std::uint64_t reserved;
  std::uint64_t mem_total;
  std::size_t events;
};

Counted count(const Boot& boot) {
  return {boot.story.calls(), boot.state.memblock.memory().list.bytes(),
          boot.state.memblock.reserved().list.bytes(),
          boot.state.page_allocator.totalram_pages << kPageShift, boot.story.events().size()};
}

StepDone done_by(const Step& step, const Counted& before, const Counted& after) {
  const auto more = [](std::uint64_t now, std::uint64_t then) {
    return static_cast<std::int64_t>(now - then);
  };
  return {.phase = step.phase,
          .function = step.function,
          .file = step.file,
          .calls = after.calls - before.calls,
          .memory = more(after.memory, before.memory),
          .reserved = more(after.reserved, before.reserved),
          .mem_total = more(after.mem_total, before.mem_total),
          .first_event = before.events,
          .events = after.events - before.events};
}

// Of the state, what steps behind the hand-over change and reports show as it was there.
struct HandOver {
  paging::AddressSpace page_tables;
  ioremap::EarlyIoremap early_ioremap;
  std::size_t events;  // how many were told before it
};

// What came of a boot that is over; its story is told. `hand_over`: where the boot came so far.
Outcome outcome_of(Boot& boot, std::optional<HandOver> hand_over) {
  boot.story.end();
  end_following_pages(boot);
  std::vector<RootTables> roots =
      other_roots(boot, hand_over.has_value() && boot.in.options.keep_user_space);
  std::optional<UserSpace> user_space;
  if (hand_over) {
    State& state = boot.state;
    user_space = UserSpace{std::exchange(state.page_tables, std::move(hand_over->page_tables)),
                           std::exchange(state.user_page_tables, std::nullopt),
                           std::exchange(state.early_ioremap, std::move(hand_over->early_ioremap))};
    if (!boot.in.options.keep_user_space) user_space.reset();
  }
  Outcome out{.subject = subject_of(boot.in),
              .state = std::move(boot.state),
              .user_space = std::move(user_space),
              .other_roots = std::move(roots),
              .memblock_log = boot.story.take_memblock_log(),
              .panicked = boot.story.panicked(),
              .deferred = boot.in.defers_struct_pages,
              .faults = boot.story.take_faults(),
              .events = boot.story.take_events()};
  out.owners = boot.story.owners().of(out.state.memblock.reserved().regions());
  out.installed_ram = boot.in.machine.installed_ram;
  out.losses = std::move(boot.losses).take();
  out.events_at_hand_over = hand_over ? hand_over->events : out.events.size();
  out.fixmap = fixmap::mapped_slots(boot.in.fixmap, out.state.page_tables);
  out.totals = totals_of(out.state);
  if (out.state.handed_over && !out.panicked) {
    const std::uint64_t mem_total = out.state.page_allocator.totalram_pages << kPageShift;
    out.totals.mem_total_kib = mem_total / kKiB;
    if (auto note = too_little_for_init(mem_total)) out.subject.notes.push_back(*std::move(note));
  }
  return out;
}

}  // namespace

Outcome run(const Machine& machine, const kernel::Profile& profile, const Options& options) {
  return run(Inputs(machine, profile, options));
}

Outcome run(const Inputs& inputs) {
  Boot boot(inputs);
  const Options& options = inputs.options;
  const Facts facts = boot.in.facts();
  for (Trim* trim : options.trims) trim->begin(facts);
  for (NodeSource* source : options.node_sources) source->begin(facts);
  for (NodeSource* source : options.node_transforms) source->begin(facts);
  Observer* const observer = options.observer;
  if (observer != nullptr) observer->begin(boot);
  std::optional<HandOver> hand_over;
  std::vector<StepDone> done;
  for (const Step& step : steps()) {
    if (!does(step, boot)) continue;
    boot.story.begin(step);
    const Counted before = count(boot);
    if (step.run) step.run(boot);
    done.push_back(done_by(step, before, count(boot)));
    if (!boot.state.handed_over) boot.losses.look(boot.state, boot.story.told(), step.function);
    if (observer != nullptr) observer->after_step(step);
    if (boot.story.over()) break;
    if (boot.state.handed_over && !hand_over)
      hand_over = {boot.state.page_tables, boot.state.early_ioremap, boot.story.events().size()};
  }
  if (observer != nullptr) observer->at_end();
  Outcome out = outcome_of(boot, std::move(hand_over));
  out.steps = std::move(done);
  return out;
}

}  // namespace memmap::boot
