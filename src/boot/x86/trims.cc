#include "boot/x86/trims.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "boot/owner.h"
#include "e820/edit.h"

namespace memmap::boot {
namespace {

constexpr std::uint64_t kTop = ~0ull;

// `trim_bios: the BIOS's first page`
std::string label(const Trim& trim, const std::string& reason) {
  return reason.empty() ? trim.name() : fmt::format("{}: {}", trim.name(), reason);
}

std::string function_of(const Boot& boot, const Edit& edit) {
  return std::string(edit.rule.empty() ? boot.story.step() : edit.rule.function);
}

// The kernel's own edits are a matter of course; others are what somebody wanted to see.
Severity severity_of(const Edit& edit) {
  return edit.rule.empty() ? Severity::info : Severity::debug;
}

// Tells an event of a trim's own.
void say(Boot& boot, const Trim& trim, Event event) {
  event.by = trim.name();
  boot.story.tell(std::move(event));
}

// Asks `trim`; a fault ends the boot.
std::optional<TrimAnswer> ask(Boot& boot, Trim& trim, const TrimInput& input) {
  auto answer = trim.run(input);
  if (answer) return *std::move(answer);
  boot.story.fail(answer.errors());
  return std::nullopt;
}

// Retypes whatever has another type, one type after another.
std::uint64_t retype_any(const e820::Table& table, e820::Editor& editor, const Edit& edit) {
  std::set<E820Type> types;
  for (const E820Entry& e : table.entries()) {
    const auto range = PhysRange::from_size(e.addr, e.size);
    if (range && range->overlaps(edit.range)) types.insert(e.type);
  }
  std::uint64_t changed = 0;
  types.erase(E820Type{edit.to});
  for (const E820Type type : types) {
    changed += editor.update(raw(edit.range.base()), edit.range.size(), type, E820Type{edit.to});
  }
  return changed;
}

// Returns the bytes changed.
std::uint64_t apply(Boot& boot, e820::Editor& editor, const Edit& edit) {
  const std::uint64_t base = raw(edit.range.base());
  const std::uint64_t size = edit.range.size();
  switch (edit.verb) {
    case Verb::retype:
      return edit.from == 0 ? retype_any(boot.state.e820.table, editor, edit)
                            : editor.update(base, size, E820Type{edit.from}, E820Type{edit.to});
    case Verb::remove:
      return edit.from == 0 ? editor.remove_all(base, size)
                            : editor.remove(base, size, E820Type{edit.from});
    case Verb::cap:
      return editor.remove(base, kTop - base, E820Type::ram);
    case Verb::reserve:
    case Verb::align:
      break;
  }
  MEMMAP_CHECK(false, "a memblock verb at an e820 hook");
  return 0;
}

// Applies all that `trim` does to the table, of which `parameter` is the reason where there is one;
// returns the bytes changed.
std::uint64_t apply(Boot& boot, const Trim& trim, TrimAnswer answer,
                    const kernel::Parameter* parameter) {
  std::uint64_t changed = 0;
  for (auto& doing : answer.doings) {
    if (auto* event = std::get_if<Event>(&doing)) {
      say(boot, trim, std::move(*event));
      continue;
    }
    const Edit& edit = std::get<Edit>(doing);
    EventList told;
    e820::Editor editor(boot.state.e820.table, told, function_of(boot, edit));
    changed += apply(boot, editor, edit);
    boot.losses.look(boot.state, boot.story.told(), function_of(boot, edit),
                     parameter == nullptr ? label(trim, edit.reason) : kernel::to_text(*parameter));
    for (Event& event : told.events) {
      event.by = label(trim, edit.reason);
      event.severity = std::max(event.severity, severity_of(edit));
      boot.story.tell(std::move(event));
    }
  }
  return changed;
}

// The caller that memblock=debug would name for an edit: the function of the kernel's rule, if the
// compiler left it as one, else the one that the hook lies in (or was inlined into).
memblock::Caller caller_of(Boot& boot, const Trim& trim, Hook hook, const Edit& edit) {
  const memblock::Purpose owner{owner::kPlugin, boot.story.keep_name(label(trim, edit.reason))};
  const std::string_view function = edit.rule.function;
  if (boot.in.profile.is_function_named(function))
    return {boot.story.keep_name(std::string(function)), owner};
  return {hook == Hook::memblock_platform ? "setup_arch" : boot.story.step(), owner};
}

std::string span(PhysRange range) {
  return fmt::format("[mem {:#018x}-{:#018x}]", raw(range.base()), raw(range.end()) - 1);
}

void tell(Boot& boot, const Trim& trim, const Edit& edit, std::string text,
          std::optional<PhysRange> range) {
  boot.story.tell({.severity = severity_of(edit),
                   .step = std::string(edit.rule.function),
                   .rule = edit.rule,
                   .text = std::move(text),
                   .range = range,
                   .by = label(trim, edit.reason)});
}

// Returns whether it was done: the list of reserved ranges may have no place left.
bool apply_to_memblock(Boot& boot, const Trim& trim, Hook hook, const Edit& edit) {
  const std::uint64_t size = edit.range.size();
  switch (edit.verb) {
    case Verb::reserve:
      tell(boot, trim, edit, "memblock: reserve " + span(edit.range), edit.range);
      return boot.state.memblock.reserve(edit.range.base(), size,
                                         caller_of(boot, trim, hook, edit));
    case Verb::remove:
    case Verb::cap:
      tell(boot, trim, edit, "memblock: remove " + span(edit.range), edit.range);
      boot.state.memblock.remove(edit.range.base(), size, caller_of(boot, trim, hook, edit));
      return true;
    case Verb::align: {
      const std::uint64_t before = boot.state.memblock.memory().list.bytes();
      boot.state.memblock.trim_memory(edit.align);
      const std::uint64_t left = before - boot.state.memblock.memory().list.bytes();
      if (left == 0) return true;
      tell(boot, trim, edit,
           fmt::format("memblock: {:#x} bytes at the ends of memory left out, which is cut "
                       "to multiples of {:#x}",
                       left, edit.align),
           std::nullopt);  // it is about all of memory
      return true;
    }
    case Verb::retype:
      break;
  }
  MEMMAP_CHECK(false, "an e820 verb at a memblock hook");
  return false;
}

// Before memory is mapped, the list grows within what the image has room for.
// kernel: memblock_double_array(), mm/memblock.c
void tell_of_full_list(Boot& boot, const Trim& trim, std::size_t done, std::size_t asked) {
  boot.story.tell({.severity = Severity::warning,
                   .rule = Rule{"memblock_double_array", "mm/memblock.c"},
                   .text = fmt::format("{} of {} ranges of {} are reserved: the list of reserved "
                                       "ranges is full and cannot grow; what the others name stays "
                                       "in use",
                                       done, asked, trim.name()),
                   .by = trim.name()});
}

}  // namespace

bool trim_e820(Boot& boot, Hook hook, const kernel::Parameter* parameter) {
  bool sorted = false;
  for (Trim* trim : boot.in.options.trims) {
    if (!trim->acts_at(hook)) continue;
    auto answer = ask(boot, *trim,
                      {.hook = hook,
                       .table = boot.state.e820.table.entries(),
                       .parameter = parameter,
                       .max_pfn = boot.state.max_pfn,
                       .mtrrs = boot.state.mtrrs});
    if (!answer) return sorted;
    if (parameter != nullptr) {
      boot.state.e820.user.userdef = boot.state.e820.user.userdef || answer->taken;
      for (const auto& doing : answer->doings) {
        const Edit* edit = std::get_if<Edit>(&doing);
        if (edit != nullptr && edit->verb == Verb::cap) {
          boot.state.e820.user.max_mem_size = raw(edit->range.base());
        }
      }
    }
    if (apply(boot, *trim, *std::move(answer), parameter) == 0 || parameter != nullptr) continue;
    e820::Editor(boot.state.e820.table, boot.story, std::string(boot.story.step())).sanitize();
    sorted = true;
  }
  return sorted;
}

void trim_memblock(Boot& boot, Hook hook) {
  for (Trim* trim : boot.in.options.trims) {
    if (!trim->acts_at(hook)) continue;
    const memblock::Regions memory = boot.state.memblock.memory().regions();
    auto answer = ask(boot, *trim, {.hook = hook, .memory = memory, .max_pfn = boot.state.max_pfn});
    if (!answer) return;
    std::size_t done = 0;
    std::size_t asked = 0;
    for (auto& doing : answer->doings) {
      if (auto* event = std::get_if<Event>(&doing)) {
        say(boot, *trim, std::move(*event));
        continue;
      }
      const Edit& edit = std::get<Edit>(doing);
      const bool reserves = edit.verb == Verb::reserve;
      // Once the list is full, it stays so.
      const bool full = reserves && done != asked;
      const bool applied = !full && apply_to_memblock(boot, *trim, hook, edit);
      asked += reserves;
      done += reserves && applied;
      boot.losses.look(boot.state, boot.story.told(), function_of(boot, edit),
                       label(*trim, edit.reason));
    }
    if (done != asked) tell_of_full_list(boot, *trim, done, asked);
  }
}

}  // namespace memmap::boot
