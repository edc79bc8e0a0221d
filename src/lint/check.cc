#include "lint/check.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/number.h"
#include "base/range_union.h"
#include "boot/run.h"
#include "e820/edit.h"
#include "e820/sanitize.h"

namespace memmap::lint {
namespace {

E820Entries firmware_map(const Machine& machine) {
  e820::Table table;
  E820Entries all = machine.firmware_map;
  all.insert(all.end(), machine.extended_map.begin(), machine.extended_map.end());
  table.assign(std::move(all));
  e820::sanitize(table);
  return table.entries();
}

}  // namespace

std::vector<PhysRange> ram_of(const E820Entries& entries) {
  std::vector<PhysRange> out;
  for (const E820Entry& e : entries) {
    const auto range = PhysRange::from_size(e.addr, e.size);
    if (e.type == E820Type::ram && range) out.push_back(*range);
  }
  return united(std::move(out));
}

std::optional<PhysRange> MemmapItem::range() const {
  if (mark == '\0') return std::nullopt;
  return PhysRange::from_size(PhysAddr{start}, size);
}

Check::Check(const Subject& subject)
    : subject_(subject), line_(subject.line), parameters_(kernel::parse_command_line(line_)) {
  const e820::MemmapForms forms = e820::memmap_forms(kernel::behaviour_of(profile()));
  for (const kernel::Parameter* p : named("memmap")) {
    if (!p->value) continue;
    e820::each_memmap_item(value_of(*p), forms, [&](std::string_view text) {
      items_.push_back({e820::parse_memmap_item(text, {}, forms), p});
    });
  }
  if (subject.machine == nullptr) return;
  firmware_ = firmware_map(*subject.machine);
  ram_ = ram_of(firmware_);
}

// In the line's order, as the kernel reads its parameters; then the overlaps are resolved.
// kernel: parse_memopt(), parse_memmap_one(), e820__finish_early_params(), arch/x86/kernel/e820.c
E820Entries Check::edited(const MemmapItem* but) const {
  e820::Table table(e820::kNoLimit);
  table.assign(firmware_);
  EventList unheard;
  e820::Editor editor(table, unheard, "");
  for (const kernel::Parameter& p : parameters_) {
    if (!p.value) continue;
    if (kernel::parameq(p.name, "mem")) {
      const std::uint64_t size = kernel::memparse(*p.value).value;
      if (size != 0) e820::apply({.has_size = true, .size = size}, editor);
    }
    for (const MemmapItem& item : items_) {
      if (item.parameter != &p || &item == but) continue;
      if (item.exactmap) table.clear();
      const bool half_read = item.mark == '%' && !item.rest.empty();
      if (item.has_size && !item.becomes_itself() && !half_read) e820::apply(item, editor);
    }
  }
  e820::sanitize(table);
  return table.entries();
}

std::vector<const kernel::Parameter*> Check::named(std::string_view name) const {
  std::vector<const kernel::Parameter*> out;
  for (const kernel::Parameter& p : parameters_) {
    if (kernel::parameq(p.name, name)) out.push_back(&p);
  }
  return out;
}

// kernel: choose_random_location(), arch/x86/boot/compressed/kaslr.c
bool Check::kaslr() const {
  return profile().has(config::RANDOMIZE_BASE) && !kernel::find_option_bool(line_, "nokaslr");
}

std::optional<std::uint64_t> Check::ram_limit() const {
  std::optional<std::uint64_t> out;
  const auto limit = [&](std::uint64_t bytes) {
    if (bytes != 0) out = std::min(out.value_or(bytes), bytes);
  };
  for (const kernel::Parameter* p : named("mem")) limit(kernel::memparse(value_of(*p)).value);
  for (const MemmapItem& item : items_) {
    if (item.has_size && item.mark == '\0') limit(item.size);
  }
  return out;
}

std::string_view Check::value_of(const kernel::Parameter& p) const {
  const std::string_view whole = line_.substr(p.at, p.size);
  if (!p.value) return whole.substr(whole.size());
  const std::size_t equals = whole.find('=');
  const std::size_t at = equals == whole.npos ? whole.npos : whole.find(*p.value, equals + 1);
  return at == whole.npos ? whole.substr(whole.size()) : whole.substr(at, p.value->size());
}

boot::Outcome Check::booted(std::string_view line) {
  boot::Options options = subject_.boot;
  options.command_line = std::string(line);
  options.record_memblock = false;
  boot::Outcome out = boot::run(*machine(), profile(), options);
  if (subject_.faults != nullptr && subject_.faults->empty()) *subject_.faults = out.faults;
  return out;
}

const boot::Outcome& Check::outcome() {
  if (!outcome_) outcome_ = std::make_unique<boot::Outcome>(booted(line_));
  return *outcome_;
}

bool Check::boots_without_line() { return !booted("").panicked; }

std::vector<PhysRange> Check::owned_by(const boot::Owner& owner) {
  std::vector<PhysRange> out;
  for (const boot::Owned& o : outcome().owners) {
    if (o.owner == &owner) out.push_back(o.range);
  }
  return out;
}

void Check::find(std::string_view part, Text text) {
  const auto at = static_cast<std::size_t>(part.data() - line_.data());
  findings_.push_back({rule, at, part.size(), std::move(text.message), std::move(text.reason),
                       std::move(text.advice)});
}

bool Check::is_found(std::string_view part) const {
  const auto at = static_cast<std::size_t>(part.data() - line_.data());
  return std::ranges::any_of(findings_, [&](const Finding& f) {
    return f.at < at + part.size() && at < f.at + std::max<std::size_t>(f.size, 1);
  });
}

std::vector<Finding> Check::take() && {
  std::ranges::stable_sort(findings_, {}, &Finding::at);
  return std::move(findings_);
}

std::string size_text(std::uint64_t bytes) { return number_with_unit(bytes); }

std::string range_text(PhysRange range) {
  return fmt::format("[mem {:#x}-{:#x}]", raw(range.base()),
                     raw(range.end()) - (range.empty() ? 0 : 1));
}

}  // namespace memmap::lint
