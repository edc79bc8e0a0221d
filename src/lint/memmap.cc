// Rules on memmap=.
#include <fmt/format.h>

#include <algorithm>

#include "base/align.h"
#include "base/range_union.h"
#include "boot/owner.h"
#include "lint/check.h"
#include "machine/e820_words.h"

namespace memmap::lint {
namespace {

constexpr std::string_view kParse = "parse_memmap_one(), arch/x86/kernel/e820.c";
constexpr std::string_view kHowToWrite =
    "in /etc/default/grub write `\\\\\\$` between double quotes, in a line of grub.cfg `\\$`, on a "
    "shell's command line put it between single quotes";

std::uint64_t ram_in(const std::vector<PhysRange>& ram, PhysRange range) {
  std::uint64_t bytes = 0;
  for (const PhysRange& r : ram) bytes += r.intersect(range).size();
  return bytes;
}

std::string what_it_makes(const MemmapItem& item) {
  if (item.mark == '%' && item.from != E820Type{0}) return "of another type";
  return item.mark == '!' ? "persistent memory" : e820_name(item.to);
}

// KASLR keeps clear of as many ranges of memmap= as it has places for.
// kernel: mem_avoid_memmap(), MAX_MEMMAP_REGIONS, arch/x86/boot/compressed/kaslr.c, v6.12
constexpr std::size_t kAvoided = 4;

std::vector<const MemmapItem*> to_avoid(const Check& check) {
  std::vector<const MemmapItem*> out;
  for (const MemmapItem& item : check.memmap_items()) {
    if (item.takes() && item.start != 0) out.push_back(&item);
  }
  return out;
}

}  // namespace

void lost_dollar(Check& check) {
  for (const MemmapItem& item : check.memmap_items()) {
    if (!item.has_size || item.mark != '\0') continue;
    const std::string limit = size_text(item.size);
    if (item.rest.empty()) {
      check.find(
          item.text,
          {fmt::format("memmap={} without a mark is mem={}", item.text, limit),
           fmt::format("all RAM from {} up is taken away ({})", limit, kParse),
           fmt::format("if a range was meant, write {}$START: a shell or GRUB may have taken "
                       "the `$` and what followed ({}); if a limit was, write mem={}",
                       item.text, kHowToWrite, limit)});
      continue;
    }
    if (item.rest.front() == '%' || item.rest.front() == '!') {
      check.find(
          item.text,
          {fmt::format("this kernel knows no `{}` in memmap=", item.rest.front()),
           fmt::format("it came with {}; this one reads mem={}: all RAM from there up is taken "
                       "away ({})",
                       item.rest.front() == '%' ? "4.17" : "4.1", limit, kParse),
           "write `$` to reserve a range"});
      continue;
    }
    if (item.rest.front() == '\\') {
      check.find(
          item.text,
          {"a backslash reached the kernel",
           fmt::format("it ends the size: this is mem={}, all RAM from there up is taken away "
                       "({})",
                       limit, kParse),
           fmt::format("one level of escapes is too many; {}", kHowToWrite)});
      continue;
    }
    if (const std::size_t mark = item.rest.find_first_of("@#$!%"); mark != item.rest.npos) {
      check.find(
          item.text,
          {fmt::format("`{}` stands between the size and its mark `{}`", item.rest.substr(0, mark),
                       item.rest[mark]),
           fmt::format("the kernel looks for the mark right behind the size, whose unit is one "
                       "letter, and reads mem={}: all RAM from there up is taken away ({})",
                       limit, kParse),
           fmt::format("write `{}{}`", item.text.substr(0, item.text.size() - item.rest.size()),
                       item.rest.substr(mark))});
      continue;
    }
    check.find(
        item.text,
        {fmt::format("no `$` (nor `@`, `#`, `!`) stands between size and address in `{}`",
                     item.text),
         fmt::format("the kernel reads mem={} and does not understand `{}`: all RAM from {} up "
                     "is taken away ({})",
                     limit, item.rest, limit, kParse),
         fmt::format("a shell or GRUB took the `$`: {}", kHowToWrite)});
  }
}

// The driver of legacy persistent memory gives out namespaces; below a section of 128 MiB, or off
// its pages of 2 MiB, they are of no use, but bad memory often has such places.
void pmem_mark(Check& check) {
  constexpr std::uint64_t kSection = 128 * kMiB;
  constexpr std::uint64_t kPage = 2 * kMiB;
  for (const MemmapItem& item : check.memmap_items()) {
    if (item.mark != '!') continue;
    const bool odd = item.size < kSection || item.size % kPage != 0 || item.start % kPage != 0;
    if (!odd) continue;
    check.find(
        item.text,
        {fmt::format("`!` makes persistent memory of these {}, it does not reserve them",
                     size_text(item.size)),
         fmt::format("the range gets type 12 and becomes a device /dev/pmemN, which programs "
                     "may use ({})",
                     kParse),
         "to keep RAM from being used, write `$` instead of `!`"});
  }
}

void too_many_memmap(Check& check) {
  if (!check.kaslr()) return;
  const auto ranges = to_avoid(check);
  if (ranges.size() <= kAvoided) return;
  const MemmapItem& fifth = *ranges[kAvoided];
  const bool same_list = fifth.parameter == ranges[kAvoided - 1]->parameter;
  check.find(
      fifth.text,
      {fmt::format("the line has {} ranges in memmap=; KASLR keeps clear of {}", ranges.size(),
                   kAvoided),
       same_list ? "where the fifth stands in one list with those before it, the kernel gives up "
                   "its random place (mem_avoid_memmap(), arch/x86/boot/compressed/kaslr.c)"
                 : "from the fifth on they are not looked at, and the kernel may put itself into "
                   "such a range (mem_avoid_memmap(), arch/x86/boot/compressed/kaslr.c)",
       "join ranges, or add nokaslr"});
}

void memmap_overlap(Check& check) {
  const auto& items = check.memmap_items();
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto range = items[i].range();
    if (!range || !items[i].takes()) continue;
    for (std::size_t j = 0; j < i; ++j) {
      const auto other = items[j].range();
      if (!other || !items[j].takes() || !range->overlaps(*other)) continue;
      const bool same = items[i].mark == items[j].mark;
      check.find(
          items[i].text,
          {fmt::format("`{}` and `{}` overlap in {}", items[j].text, items[i].text,
                       range_text(range->intersect(*other))),
           same ? "both ask for the same type: one of them is likely misspelt"
                : fmt::format("where they do, the larger type number holds: {} "
                              "(e820__update_table(), arch/x86/kernel/e820.c)",
                              what_it_makes(items[i].to < items[j].to ? items[j] : items[i])),
           "give each range once"});
      break;
    }
  }
}

// kernel: parse_memopt(), arch/x86/kernel/e820.c, v6.12
void mem_idle(Check& check) {
  const auto adds = [](const MemmapItem& item) { return item.exactmap || item.mark == '@'; };
  if (check.ram().empty() || std::ranges::any_of(check.memmap_items(), adds)) return;
  std::uint64_t end = raw(check.ram().back().end());
  std::uint64_t before = 0;  // the limit that holds so far; 0: none
  for (const kernel::Parameter* p : check.named("mem")) {
    const std::uint64_t limit = kernel::memparse(check.value_of(*p)).value;
    if (limit == 0 || check.is_found(*p)) continue;
    if (limit < end) {
      end = before = limit;
      continue;
    }
    check.find(*p, {before == 0 ? fmt::format("no RAM lies above {}: it ends at {}",
                                              size_text(limit), size_text(end))
                                : fmt::format("no RAM is left above {}: mem={} stands before it",
                                              size_text(limit), size_text(before)),
                    "the kernel takes away what RAM there is above the limit, and adds none",
                    "remove it"});
  }
}

void above_mem(Check& check) {
  const auto limit = check.ram_limit();
  if (!limit) return;
  for (const MemmapItem& item : check.memmap_items()) {
    if ((item.mark != '$' && item.mark != '#') || item.start < *limit) continue;
    check.find(
        item.text,
        {fmt::format("the range lies above {}, where the line ends all RAM", size_text(*limit)),
         "there is no RAM left there to reserve: the kernel would not have used it",
         "remove one of the two"});
  }
}

namespace {

constexpr std::string_view kOverlap =
    "where entries overlap, the one of the higher type holds (e820__update_table(), "
    "arch/x86/kernel/e820.c)";

// `reserved`, `reserved and ACPI NVS`: what lies in `range` and is not of type `but`.
std::string others_in(const E820Entries& entries, PhysRange range, E820Type but) {
  std::vector<std::string> names;
  for (const E820Entry& e : entries) {
    const auto own = PhysRange::from_size(e.addr, e.size);
    if (e.type == but || !own || !own->overlaps(range)) continue;
    const std::string name = e820_name(e.type);
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
  return fmt::format("{}", fmt::join(names, " and "));
}

// Why an item with a range changes nothing.
Check::Text no_effect(const Check& check, const MemmapItem& item, PhysRange range) {
  const std::string which = range_text(range);
  const std::string name = what_it_makes(item);
  const std::string others = others_in(check.firmware(), range, item.to);
  if (item.mark == '%' && !item.rest.empty()) {
    return {fmt::format("`memmap={}` changes nothing", item.text),
            fmt::format("the kernel gives up at `{}` ({})", item.rest, kParse),
            "write SIZE%START-FROM+TO, the types as numbers, FROM before TO"};
  }
  if (item.mark == '%' && (item.from != E820Type{0} || item.to == E820Type{0})) {
    return {
        fmt::format("`memmap={}` changes nothing", item.text),
        item.from == E820Type{0}
            ? fmt::format("no memory of any type lies in {} ({})", which, kParse)
            : fmt::format("no memory of type {} lies in {} ({})", raw(item.from), which, kParse),
        "see with `memmap convert` which types the machine's ranges have"};
  }
  if (others.empty()) {
    return {fmt::format("`memmap={}` changes nothing: {} is {} already", item.text, which, name),
            "the firmware's map says so", "remove it"};
  }
  return {fmt::format("`memmap={}` changes nothing: {} stays {}", item.text, which, others),
          fmt::format("{}: {} is type {}", kOverlap, name, raw(item.to)),
          item.mark == '@'
              ? fmt::format("remove it; what is known to be RAM is made so with {}%{:#x}-2+1 "
                            "(reserved memory becomes RAM)",
                            size_text(item.size), item.start)
              : "remove it"};
}

}  // namespace

// kernel: e820__update_table(), arch/x86/kernel/e820.c, v6.12
void memmap_idle(Check& check) {
  constexpr std::size_t kMost = 128;  // as many as a line of the kernel's length may well have
  const auto& items = check.memmap_items();
  const E820Entries now = check.edited();
  for (std::size_t i = 0; i < std::min(items.size(), kMost); ++i) {
    const auto range = items[i].range();
    if (!range || range->empty() || items[i].becomes_itself() || check.is_found(items[i])) continue;
    // Of two that say the same each alone would do.
    const bool shared = std::ranges::any_of(items, [&](const MemmapItem& other) {
      const auto its = other.range();
      return &other != &items[i] && its && its->overlaps(*range);
    });
    if (!shared && check.edited(&items[i]) == now)
      check.find(items[i].text, no_effect(check, items[i], *range));
  }
}

void makes_ram(Check& check) {
  const auto after = ram_of(check.edited());
  for (const MemmapItem& item : check.memmap_items()) {
    const auto range = item.range();
    if (!range || item.to != E820Type::ram || check.is_found(item)) continue;
    std::uint64_t made = 0;
    for (const PhysRange r : without(after, check.ram())) made += r.intersect(*range).size();
    if (made == 0) continue;
    const std::string others = others_in(check.firmware(), *range, E820Type::ram);
    check.find(
        item.text,
        {fmt::format("{} of {} become RAM that the firmware's map does not have as RAM{}",
                     size_text(made), range_text(*range),
                     others.empty() ? "" : fmt::format(" but as {}", others)),
         "the kernel uses it as RAM, whatever is there: what firmware or a device keeps there "
         "is overwritten, and where nothing is, what is written is lost",
         "only where it is known that RAM is there and nobody else uses it: as many bytes as "
         "are plugged in, in a range that firmware gives at another time"});
  }
}

namespace {

std::string what_it_does_to_no_ram(const Check& check, const MemmapItem& item, PhysRange range) {
  E820Entries above;  // that its type does not change
  std::vector<PhysRange> kept = check.ram();
  for (const E820Entry& e : check.firmware()) {
    const auto own = PhysRange::from_size(e.addr, e.size);
    if (e.type <= item.to || !own || !own->overlaps(range)) continue;
    above.push_back(e);
    kept.push_back(own->intersect(range));
  }
  const std::string makes = what_it_makes(item);
  const std::string adds = fmt::format(
      "it only adds an entry that makes it {}; the kernel would not have used it", makes);
  if (above.empty()) return "there " + adds;
  const std::string stays = fmt::format("stays {}: {}", others_in(above, range, item.to), kOverlap);
  const bool all = without(std::vector{range}, united(std::move(kept))).empty();
  return all ? fmt::format("it {}", stays)
             : fmt::format("part of it {}; elsewhere {}", stays, adds);
}

}  // namespace

void not_ram(Check& check) {
  for (const MemmapItem& item : check.memmap_items()) {
    const auto range = item.range();
    if (!range || range->empty() || !item.takes() || check.is_found(item)) continue;
    const std::uint64_t ram = ram_in(check.ram(), *range);
    if (ram == range->size()) continue;
    const std::string which = range_text(*range);
    const std::string reason = what_it_does_to_no_ram(check, item, *range);
    check.find(item.text,
               {ram == 0 ? fmt::format("{} is no RAM by the firmware's map", which)
                         : fmt::format("{} of {} is no RAM by the firmware's map",
                                       size_text(range->size() - ram), which),
                reason,
                "check size and start: which are the machine's ranges of RAM, `memmap convert` "
                "tells"});
  }
}

// kernel: e820_add_kernel_range(), arch/x86/kernel/setup.c
void holds_kernel(Check& check) {
  // At random, but clear of the first four ranges; where it was in the recorded boot with this very
  // line is a fact all the same.
  const bool recorded = check.machine()->kernel_phys_base.has_value() &&
                        check.machine()->command_line == std::string(check.line());
  const auto avoided = to_avoid(check);
  for (const PhysRange image : check.owned_by(boot::owner::kKernelImage)) {
    for (const MemmapItem& item : check.memmap_items()) {
      const auto range = item.range();
      if (!range || !item.takes() || !range->overlaps(image)) continue;
      if (check.kaslr() && !recorded) continue;
      check.find(
          item.text,
          {fmt::format("the kernel lies at {}, in this range", range_text(image)),
           "the kernel makes RAM of its own place again and prints `.text .data .bss are not "
           "marked as E820_TYPE_RAM!`: the range is not what was asked for",
           "move the range away from the kernel's place"});
    }
  }
}

void holds_initrd(Check& check) {
  const auto initrd = check.machine()->initrd;
  if (!initrd) return;
  for (const MemmapItem& item : check.memmap_items()) {
    const auto range = item.range();
    if (!range || !item.takes() || !range->overlaps(*initrd)) continue;
    check.find(
        item.text,
        {fmt::format("the boot loader put the initrd at {}, into this range", range_text(*initrd)),
         "the boot loader does not know of memmap=; the kernel must copy the initrd elsewhere "
         "(reserve_initrd(), arch/x86/kernel/setup.c), and what keeps the range is written to "
         "before",
         "choose a range that the boot loader leaves alone, below the initrd"});
  }
}

}  // namespace memmap::lint
